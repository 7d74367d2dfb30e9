/* SPDX-License-Identifier: Apache-2.0 */
/*
 * I1  the current thread is in no queue; a thread that can run and does not is in `ready`, once; one that waits is in
 *     none and has a waiter
 * I2  whoever switches away is not the dead one that waits to be freed, and a dead thread is freed by the next that
 *     runs: it cannot free the stack that it stands on
 *
 * Round robin: a thread runs until it waits or until its slice is over and another can run.  The slice's timer is set
 * only while another can run, and stays set when threads wait for each other in between: a switch then costs no port
 * writes.  Cost: constant, but for thread_find and the end of the program.
 */
#include "thread.h"

#include "clock.h"
#include "entry.h"
#include "futex.h"
#include "interrupt.h"
#include "kernel/backed.h"
#include "kernel/panic.h"
#include "program.h"
#include "runtime/bytes.h"
#include "wait.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"

#define SPAN_SIZE ((uint64_t)LAYOUT_KERNEL_STACK_SIZE) /* bytes of a thread: its kernel stack, its struct */
#define SLICE_NS 10000000ull
#define SWITCH_REGISTERS 6 /* that entry_switch pops before it returns */

_Static_assert(sizeof(struct thread) <= LAYOUT_FRAME_SIZE - 64, "a stack is a page less than a span at most: panic.c");

struct thread threads_first;
struct thread *current;
uint32_t threads_count;

static struct backed stacks;
static struct {
    struct thread *first, *last;
} ready;
static struct thread *dead;
static struct clock_timer slice;
static uint64_t begin_tick, idle_ticks, ended_system; /* ended_system: ticks of threads that are gone */
static uint64_t idle_before; /* of idle_ticks, before the program */
static int32_t last_tid = THREAD_FIRST_TID;
static int first_status; /* with which the first thread ended, if others were left */
static void (*first_next)(void);

extern uint8_t kernel_stack_base[], kernel_stack_limit[];

void thread_begun(struct trap_frame *frame);

static void set_stack(struct thread *thread, uint64_t base, uint64_t limit)
{
    thread->stack_base = base;
    thread->stack_limit = limit;
    thread->frame = (struct trap_frame *)limit - 1;
}

static void slice_over(struct clock_timer *timer)
{
    (void)timer;
    if (ready.first)
        current->work |= WORK_RESCHEDULE;
}

void threads_init(void)
{
    if (current)
        return; /* the self-checks were first */
    backed_init(&stacks, "threads", OWNER_STACK_THREADS);
    interrupt_init();
    set_stack(&threads_first, (uint64_t)kernel_stack_base, (uint64_t)kernel_stack_limit);
    threads_first.tid = THREAD_FIRST_TID;
    threads_first.since_tick = begin_tick = entry_tick = cpu_tsc();
    threads_count = 1;
    slice.fire = slice_over;
    current = &threads_first;
    entry_stack = threads_first.stack_limit;
    trap_set_stack(entry_stack);
    entry_init();
}

static void reap(void)
{
    struct thread *thread = dead;

    dead = NULL;
    if (!thread || thread == &threads_first)
        return;
    ended_system += thread->system_ticks;
    if (heap_free(&stacks.heap, thread->stack_base, SPAN_SIZE) != STATUS_OK)
        panic("thread %d: its stack cannot be freed", thread->tid);
}

static void set_slice(void)
{
    if (!slice.back)
        clock_timer_set(&slice, clock_monotonic() + SLICE_NS);
}

void thread_ready(struct thread *thread)
{
    thread->waiter = NULL;
    thread->next = NULL;
    thread->previous = ready.last;
    *(ready.last ? &ready.last->next : &ready.first) = thread;
    ready.last = thread;
    if (thread != current)
        set_slice();
}

static struct thread *take_ready(void)
{
    struct thread *thread = ready.first;

    if (thread) {
        ready.first = thread->next;
        *(ready.first ? &ready.first->previous : &ready.last) = NULL;
    }
    return thread;
}

static struct thread *wait_for_ready(void)
{
    struct thread *thread = take_ready();
    uint64_t begin = thread ? 0 : cpu_tsc(), ticks;

    if (thread)
        return thread;
    while (!(thread = take_ready()))
        interrupt_idle();
    ticks = cpu_tsc() - begin;
    idle_ticks += ticks;
    current->since_tick += ticks;
    entry_tick += ticks;
    return thread;
}

static void set_bases(const struct thread *thread)
{
    cpu_msr_set(MSR_FS_BASE, thread->fs_base);
    cpu_msr_set(MSR_GS_BASE, thread->gs_base);
}

static void switch_to(struct thread *next)
{
    struct thread *previous = current;
    uint64_t now = cpu_tsc();

    previous->ticks += now - previous->since_tick;
    previous->system_ticks += now - entry_tick;
    next->since_tick = entry_tick = now;
    fpu_save(&previous->fpu);
    fpu_load(&next->fpu);
    set_bases(next);
    current = next;
    entry_stack = next->stack_limit;
    trap_set_stack(entry_stack);
    if (ready.first)
        set_slice();
    entry_switch(&previous->rsp, next->rsp);
    reap();
}

void thread_block(void)
{
    struct thread *next = wait_for_ready();

    if (next != current)
        switch_to(next);
}

void thread_yield(void)
{
    current->work &= ~WORK_RESCHEDULE;
    if (ready.first) {
        thread_ready(current);
        thread_block();
    }
}

/* Where a thread's struct lies in its span: at the end, so that its stack has the guard page below. */
static struct thread *thread_in(uint64_t span)
{
    return (struct thread *)((span + SPAN_SIZE - sizeof(struct thread)) & ~63ull);
}

/* The kernel's stack as entry_switch finds it: it returns to `to`, with the frame above. */
static void set_begin(struct thread *thread, void (*to)(void))
{
    uint64_t *top = (uint64_t *)thread->frame;

    *--top = (uint64_t)to;
    top -= SWITCH_REGISTERS;
    bytes_fill(top, 0, SWITCH_REGISTERS * sizeof *top);
    thread->rsp = (uint64_t)top;
}

enum status thread_new(const struct trap_frame *frame, struct thread **result)
{
    uint64_t span;
    struct thread *thread;
    enum status status = heap_alloc(&stacks.heap, SPAN_SIZE, LAYOUT_FRAME_SIZE, &span);

    if (status != STATUS_OK)
        return status;
    thread = thread_in(span);
    bytes_fill(thread, 0, sizeof *thread);
    set_stack(thread, span, (uint64_t)thread);
    *thread->frame = *frame;
    set_begin(thread, entry_begin);
    fpu_save(&thread->fpu);
    thread->tid = ++last_tid;
    thread->fs_base = current->fs_base;
    thread->gs_base = current->gs_base;
    thread->signals.blocked = current->signals.blocked;
    thread->policy = current->policy;
    thread->priority = current->priority;
    bytes_copy(thread->name, current->name, sizeof thread->name);
    *result = thread;
    return STATUS_OK;
}

void thread_start(struct thread *thread)
{
    thread->sibling = threads_first.sibling;
    threads_first.sibling = thread;
    threads_count++;
    thread_ready(thread);
}

void thread_begun(struct trap_frame *frame)
{
    reap();
    if (current->work)
        entry_work(frame);
}

static void leave_list(struct thread *thread)
{
    struct thread **link = &threads_first.sibling;

    thread->gone = true;
    threads_count--;
    while (*link && *link != thread)
        link = &(*link)->sibling;
    if (*link)
        *link = thread->sibling;
}

/* The current thread is gone for good. */
static _Noreturn void leave(void)
{
    dead = current;
    thread_block();
    panic("thread %d runs after its end", current->tid);
}

void thread_exit(int status)
{
    futex_thread_ends();
    if (threads_count == 1)
        program_exit(current == &threads_first ? status : first_status);
    if (current == &threads_first)
        first_status = status;
    leave_list(current);
    signals_thread_ends(current);
    leave();
}

void threads_end_others(void)
{
    for (struct thread *t = &threads_first; t; t = t->sibling)
        if (t != current && !t->gone) {
            t->work |= WORK_EXIT;
            if (t->waiter)
                wait_end(t->waiter, WAIT_INTERRUPTED);
        }
    while (ready.first)
        thread_yield();
}

void thread_enter(void)
{
    entry_tame(current->frame);
    set_bases(current);
    if (current->work)
        entry_work(current->frame);
    entry_count();
    entry_enter(current->frame);
}

static void first_begun(void)
{
    reap();
    first_next();
    panic("thread %d: nothing comes next", current->tid);
}

void thread_on_first(void (*next)(void))
{
    if (current == &threads_first)
        next();
    first_next = next;
    set_begin(&threads_first, first_begun);
    threads_first.fs_base = threads_first.gs_base = 0;
    threads_first.clear_child_tid = threads_first.robust_list = threads_first.rseq = 0;
    threads_first.work = 0;
    threads_first.gone = false;
    bytes_copy(threads_first.name, current->name, sizeof current->name);
    signals_thread_moves(current, &threads_first);
    leave_list(current);
    threads_count++;
    thread_ready(&threads_first);
    leave();
}

struct thread *thread_find(int32_t tid)
{
    struct thread *thread = &threads_first;

    while (thread && (thread->tid != tid || thread->gone))
        thread = thread->sibling;
    return thread;
}

uint64_t thread_cpu(const struct thread *thread)
{
    return clock_ns(thread->ticks + (thread == current ? cpu_tsc() - thread->since_tick : 0));
}

static uint64_t system_ticks(const struct thread *thread)
{
    return thread->system_ticks + (thread == current ? cpu_tsc() - entry_tick : 0);
}

uint64_t thread_system(const struct thread *thread)
{
    return clock_ns(system_ticks(thread));
}

uint64_t threads_idle_ns(void)
{
    return clock_ns(idle_ticks);
}

uint64_t threads_ticks(void)
{
    return cpu_tsc() - begin_tick - (idle_ticks - idle_before);
}

uint64_t threads_system_ticks(void)
{
    uint64_t ticks = ended_system;

    for (const struct thread *t = &threads_first; t; t = t->sibling)
        ticks += system_ticks(t);
    return ticks;
}

void threads_times_begin(void)
{
    current->ticks = current->system_ticks = ended_system = 0;
    current->since_tick = begin_tick = entry_tick = cpu_tsc();
    idle_before = idle_ticks;
}
