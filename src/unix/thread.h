/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads of the program, on one CPU.  Kernel code runs with interrupts off and is never preempted: a thread gives up
 * the CPU only where it waits (wait.h) and on its way back to ring 3 (WORK_RESCHEDULE).  All threads share everything
 * but what stands in struct thread.
 *
 * A thread's kernel stack and its struct lie in one span of a backed heap of their own (owner "stack-threads"); the
 * first thread is the kernel's own context since boot and has the kernel's stack:
 *
 *   guard |==== kernel stack, grows down ====| frame |= struct thread, FPU state =| guard
 */
#ifndef ACRE_THREAD_H
#define ACRE_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "program.h"
#include "runtime/status.h"
#include "signals.h"
#include "x86_64/fpu.h"
#include "x86_64/trap.h"

/* What must be done before a thread goes back to ring 3: bits of `work`, which entry.asm tests as a whole. */
#define WORK_RESCHEDULE 1u /* let another thread run */
#define WORK_SIGNAL 2u /* a signal may be pending that it does not block */
#define WORK_EXIT 4u /* it must end: the program ends or another thread has called execve */
#define WORK_FRAME 8u /* its user registers were changed: all of them must be loaded */

#define THREAD_FIRST_TID PROGRAM_PID /* of the first thread */
#define THREAD_NAME_SIZE 16

struct waiter;
struct wait_queue;

struct thread {
    uint32_t work; /* WORK_; first, for entry.asm */
    int32_t tid;
    uint64_t system_ticks; /* the part of its CPU time that it was in the kernel, without what entry_tick says */
    struct trap_frame *frame; /* the program's registers, while it is in the kernel; always the same place */
    uint64_t rsp; /* of the kernel, while another thread runs */
    uint64_t stack_base, stack_limit; /* the kernel stack; the frame is its highest bytes */
    uint64_t fs_base, gs_base;
    struct thread *next, *previous; /* in the queue of those that can run, or of the dead */
    struct thread *sibling; /* in the list of all */
    struct waiter *waiter; /* what it waits with; NULL: it runs or can run */
    bool gone; /* the first thread has ended before others */
    uint64_t ticks, since_tick; /* CPU time so far, and when it was last given the CPU (time-stamp counter) */
    uint64_t clear_child_tid; /* address to clear and wake at its end, or 0 */
    uint64_t robust_list;
    uint64_t rseq;
    uint32_t rseq_size, rseq_signature;
    uint32_t policy; /* as sched_setscheduler has set it; and its priority */
    int32_t priority;
    char name[THREAD_NAME_SIZE]; /* NUL-ended */
    uint64_t fault_address, fault_error, fault_vector; /* of its last exception: a signal frame shows them */
    struct thread_signals signals;
    struct fpu_state fpu;
};

_Static_assert(offsetof(struct thread, work) == 0 && offsetof(struct thread, system_ticks) == 8, "entry.asm");

extern struct thread *current; /* never NULL once threads_init has run */
extern struct thread threads_first; /* the first one of `sibling`'s list, and the one that execve leaves */
extern uint32_t threads_count; /* alive */

/* Makes the running context the first thread.  Once, when the heaps work. */
void threads_init(void);

/*
 * A thread that will begin with a copy of the registers in `frame` and the FPU state of the current one.  It cannot run
 * before thread_start.  STATUS_NO_MEMORY or so: nothing was made.
 */
MUST_USE enum status thread_new(const struct trap_frame *frame, struct thread **thread);
void thread_start(struct thread *thread);

/* Ends the current thread: robust list, clear_child_tid, its memory.  The last one ends the program with `status`. */
_Noreturn void thread_exit(int status);

/* Ends all threads but the current one and waits until they are gone; their calls end as if interrupted. */
void threads_end_others(void);

/*
 * Goes to ring 3 with the registers in the current thread's frame; what it must not have of flags and segments is set
 * right.  The frame is the stack's highest bytes: while the kernel boots, main's own variables are there until now.
 */
_Noreturn void thread_enter(void);

/*
 * Goes on with `next` as the first thread, on its stack, which is empty; the current one, if it is another, is gone
 * with its memory.  For the only thread there is: what it has (signal mask, name) the first thread has now.
 */
_Noreturn void thread_on_first(void (*next)(void));

/* NULL if there is none (any more). */
struct thread *thread_find(int32_t tid);

/* For wait.c: gives up the CPU until thread_ready(current). */
void thread_block(void);
void thread_ready(struct thread *thread);

/* Lets every other thread that can run do so first. */
void thread_yield(void);

/* CPU time of a thread in ns, and the part of it that it was in the kernel. */
uint64_t thread_cpu(const struct thread *thread);
uint64_t thread_system(const struct thread *thread);

/* Ticks of the time-stamp counter in which the program ran, and the kernel for it: all that were not idle. */
uint64_t threads_ticks(void);
/* Those of them in which its threads, ended ones included, were in the kernel. */
uint64_t threads_system_ticks(void);

/* A program begins, in the only thread: these times count from now on. */
void threads_times_begin(void);

/* ns in which nothing could run. */
uint64_t threads_idle_ns(void);

#endif
