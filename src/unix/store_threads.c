/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread's registers are those with which it came into the kernel, at the top of its stack: all of them of a thread
 * that an interrupt or an exception stopped; of one in a system call all but RCX and R11, which that destroys.
 *
 * The store is read from an interrupt, so the current thread is in ring 3, or the processor is idle and the current
 * thread is the one that waited last; then the interrupt stands on its stack.
 */
#include "store_threads.h"

#include <stdint.h>

#include "runtime/storeout.h"
#include "store_calls.h"
#include "thread.h"
#include "x86_64/cpu.h"
#include "x86_64/trap.h"

static const char *state_of(const struct thread *thread)
{
    if (thread->waiter)
        return "waiting";
    return thread == current ? "running" : "ready";
}

/* The call that it is in; "" if it is in none. */
static const char *call_of(const struct thread *thread)
{
    const char *name = NULL;

    if (thread->frame->vector == TRAP_SYSCALL && (thread != current || thread->waiter))
        name = store_calls_name(thread->frame->error);
    return name ? name : "";
}

static void write_stack(struct store_out *out, const struct thread *thread)
{
    uint64_t rsp = thread == current ? (uint64_t)__builtin_frame_address(0) : thread->rsp;

    store_object(out);
    store_address_of(out, "base", thread->stack_base);
    store_address_of(out, "limit", thread->stack_limit);
    store_number_of(out, "used", thread->stack_limit - rsp);
    store_end(out);
}

static void write_registers(struct store_out *out, const struct trap_frame *frame)
{
    const struct {
        const char *name;
        uint64_t value;
    } registers[] = { { "rip", frame->rip }, { "rflags", frame->rflags }, { "rax", frame->rax }, { "rbx", frame->rbx },
                      { "rcx", frame->rcx }, { "rdx", frame->rdx }, { "rsi", frame->rsi }, { "rdi", frame->rdi },
                      { "rbp", frame->rbp }, { "rsp", frame->rsp }, { "r8", frame->r8 }, { "r9", frame->r9 },
                      { "r10", frame->r10 }, { "r11", frame->r11 }, { "r12", frame->r12 }, { "r13", frame->r13 },
                      { "r14", frame->r14 }, { "r15", frame->r15 } };

    store_object(out);
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++)
        store_address_of(out, registers[i].name, registers[i].value);
    store_end(out);
}

static uint64_t ticks_of(const struct thread *thread)
{
    return thread->ticks + (thread == current && !thread->waiter ? cpu_tsc() - thread->since_tick : 0);
}

static void write_thread(struct store_out *out, const struct thread *thread)
{
    store_object(out);
    store_number_of(out, "tid", (uint64_t)thread->tid);
    store_words_of(out, "name", thread->name);
    store_words_of(out, "state", state_of(thread));
    store_words_of(out, "call", call_of(thread));
    store_number_of(out, "ticks", ticks_of(thread));
    store_number_of(out, "system-ticks", thread->system_ticks);
    store_address_of(out, "signals-pending", thread->signals.own.pending);
    store_address_of(out, "signals-blocked", thread->signals.blocked);
    store_number_of(out, "policy", thread->policy);
    store_signed_of(out, "priority", thread->priority);
    store_address_of(out, "fs-base", thread->fs_base);
    store_address_of(out, "gs-base", thread->gs_base);
    store_address_of(out, "fault-address", thread->fault_address);
    if (store_key(out, "stack"))
        write_stack(out, thread);
    if (store_key(out, "registers"))
        write_registers(out, thread->frame);
    store_end(out);
}

void store_threads_read(struct store_out *out, const void *context)
{
    (void)context;
    if (store_beyond(out, threads_count, true))
        return;
    store_array(out);
    for (const struct thread *t = &threads_first; t && !store_out_over(out); t = t->sibling)
        if (!t->gone && store_item(out))
            write_thread(out, t);
    store_end(out);
}
