/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that the kernel keeps for later and uses at a thread's end, at a switch or at a signal: bases of segments,
 * the word of the thread's id, the robust list, the alternate stack, the restorer, the frame, the area of rseq.
 */
#define _GNU_SOURCE
#include "hostile.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define SET_GS 0x1001
#define SET_FS 0x1002
#define GET_FS 0x1003
#define GET_GS 0x1004
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define STACK_SIZE 65536
#define SIGNAL_SET_SIZE 8

static const uint64_t bad[] = { KERNEL_TEXT, KERNEL_HEAP, NOT_CANONICAL, ~0ul, ~3ul, USER_END, USER_END - 2, 8 };

#define BAD (sizeof bad / sizeof *bad)

/* As the kernel has it, with the restorer that libc else sets itself. */
struct kernel_action {
    uint64_t handler, flags, restorer, mask;
};

#define RESTORER 0x04000000ul

/* Segment bases. */
static int base_refused(void)
{
    int held = 1;

    for (size_t i = 0; i < BAD; i++) {
        if (bad[i] >= USER_END && bad[i] != USER_END)
            held &= syscall(SYS_arch_prctl, SET_FS, bad[i]) < 0 && syscall(SYS_arch_prctl, SET_GS, bad[i]) < 0;
        if (bad[i] != USER_END - 2)
            held &= syscall(SYS_arch_prctl, GET_FS, bad[i]) < 0 && syscall(SYS_arch_prctl, GET_GS, bad[i]) < 0;
    }
    return hostile_held(held, "a base in the kernel");
}

/* The base BASE, and then the byte at OFFSET from it. */
static void through_base(int which, uint64_t base, uint64_t offset)
{
    __asm__ volatile("movl %0, %%eax\n\tsyscall" : : "i"(SYS_arch_prctl), "D"(which), "S"(base) : "rax", "rcx", "r11");
    if (which == SET_FS)
        __asm__ volatile("movb %%fs:(%0), %%al" : : "r"(offset) : "rax");
    else
        __asm__ volatile("movb %%gs:(%0), %%al" : : "r"(offset) : "rax");
}
static int base_zero(void)
{
    through_base(SET_FS, 0, 0);
    return 1;
}
static int base_and_offset(void) /* a base that may be, and from there into the kernel */
{
    through_base(SET_GS, USER_END - PAGE, KERNEL_TEXT - (USER_END - PAGE));
    return 1;
}

/* Threads that end. */
static volatile int ended;
static uint64_t robust[3]; /* next, offset, pending */

static int ends(void *kept)
{
    (void)kept;
    ended = 1;
    return 0;
}
static int with_robust(void *head)
{
    syscall(SYS_set_robust_list, head, sizeof robust);
    ended = 1;
    return 0;
}

static int run_thread(int (*f)(void *), const void *argument, uint64_t tid_address)
{
    char *stack = hostile_map(STACK_SIZE, PROT_READ | PROT_WRITE);

    ended = 0;
    if (clone(f, stack + STACK_SIZE, THREAD_FLAGS | CLONE_CHILD_CLEARTID, (void *)(uintptr_t)argument, NULL, NULL,
              tid_address) < 0)
        return 0;
    while (!ended)
        sched_yield();
    for (int i = 0; i < 3; i++) /* until it is gone as well */
        sched_yield();
    return 1;
}

static int tid_address(void)
{
    int held = 1;

    for (size_t i = 0; i < BAD; i++)
        held &= run_thread(ends, NULL, bad[i]);
    return hostile_held(held && run_thread(ends, NULL, (uint64_t)run_thread), "no thread");
}
static int tid_address_last(void) /* of the program's own end */
{
    return syscall(SYS_set_tid_address, KERNEL_HEAP) > 0 ? HELD : 1;
}
static int robust_address(void)
{
    int held = 1;

    for (size_t i = 0; i < BAD; i++)
        held &= run_thread(with_robust, (void *)bad[i], 0);
    return hostile_held(held, "no thread");
}
static int robust_entries(void) /* the head is right, what it leads to is not */
{
    int held = 1;

    for (size_t i = 0; i < BAD; i++) {
        robust[0] = bad[i];
        robust[1] = 0;
        robust[2] = bad[i];
        held &= run_thread(with_robust, robust, 0);
        robust[0] = (uint64_t)robust;
        robust[1] = bad[i] - (uint64_t)robust; /* so that the word of the pending one lies there */
        robust[2] = (uint64_t)robust;
        held &= run_thread(with_robust, robust, 0);
    }
    return hostile_held(held, "no thread");
}
static int robust_endless(void)
{
    static uint64_t entry[1];

    entry[0] = (uint64_t)entry;
    robust[0] = (uint64_t)entry;
    return hostile_held(run_thread(with_robust, robust, 0), "no thread");
}

/* A thread whose first access is to the stack `at`. */
static int clone_on(uint64_t at)
{
    long result;

    __asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\tpush $0\n\t1:"
                     : "=a"(result)
                     : "a"(SYS_clone), "D"((long)THREAD_FLAGS), "S"(at), "d"(0)
                     : "rcx", "r11", "memory");
    for (int i = 0; result > 0 && i < 1000; i++)
        usleep(1000);
    return 1;
}
static int clone_kernel(void) { return clone_on(KERNEL_HEAP); }
static int clone_odd(void) { return clone_on(NOT_CANONICAL); }
static int clone_low(void) { return clone_on(PAGE); }

static int clone_refused(void) /* the base as arch_prctl; Linux does not say that an id could not be written */
{
    char *stack = hostile_map(STACK_SIZE, PROT_READ | PROT_WRITE);
    int held = 1;

    for (size_t i = 0; i < 5; i++)
        held &= clone(ends, stack + STACK_SIZE, THREAD_FLAGS | CLONE_SETTLS, NULL, NULL, bad[i], NULL) < 0;
    return hostile_held(held, "a thread whose base is the kernel");
}
static int clone_ids(void)
{
    char *stack = hostile_map(STACK_SIZE, PROT_READ | PROT_WRITE);
    int held = 1;

    for (size_t i = 0; i < BAD; i++) {
        ended = 0;
        if (clone(ends, stack + STACK_SIZE, THREAD_FLAGS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, NULL, bad[i],
                  NULL, bad[i]) < 0) {
            held = 0;
            continue;
        }
        while (!ended)
            sched_yield();
        usleep(10000);
    }
    return hostile_held(held, "a thread whose id cannot be written");
}

/* Signals. */
static void nothing(int n) { (void)n; }

static int raise_with(uint64_t handler, uint64_t flags, uint64_t restorer)
{
    struct kernel_action action = { handler, flags, restorer, 0 };

    syscall(SYS_rt_sigaction, SIGUSR1, &action, NULL, SIGNAL_SET_SIZE);
    raise(SIGUSR1);
    return 1;
}
static int restorer_kernel(void) { return raise_with((uint64_t)nothing, RESTORER, KERNEL_TEXT); }
static int restorer_odd(void) { return raise_with((uint64_t)nothing, RESTORER, NOT_CANONICAL); }
static int restorer_none(void) { return raise_with((uint64_t)nothing, 0, 0); }
static int handler_kernel(void) { return raise_with(KERNEL_TEXT, RESTORER, KERNEL_TEXT); }
static int handler_odd(void) { return raise_with(NOT_CANONICAL, RESTORER, KERNEL_TEXT); }

static int alternate_at(uint64_t base, uint64_t size)
{
    stack_t stack = { .ss_sp = (void *)base, .ss_size = size };

    if (sigaltstack(&stack, NULL) != 0)
        return hostile_held(0, "it was refused");
    return raise_with((uint64_t)nothing, RESTORER | SA_ONSTACK, KERNEL_TEXT);
}
static int alternate_kernel(void) { return alternate_at(KERNEL_HEAP, STACK_SIZE); }
static int alternate_last(void) { return alternate_at(~0ul - STACK_SIZE + 1, STACK_SIZE); }
static int alternate_around(void) { return alternate_at(KERNEL_HEAP, ~0ul); } /* the program is on it already */

static void (*spoil)(ucontext_t *);

static void spoiler(int n, siginfo_t *info, void *context)
{
    (void)n;
    (void)info;
    spoil(context);
}
static int spoiled(void (*how)(ucontext_t *))
{
    struct sigaction action = { .sa_sigaction = spoiler, .sa_flags = SA_SIGINFO };

    spoil = how;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    return hostile_held(0, "the frame was believed");
}
static void set_mxcsr(ucontext_t *u) { u->uc_mcontext.fpregs->mxcsr = 0xffffffff; }
static void set_code(ucontext_t *u) { u->uc_mcontext.gregs[REG_CSGSFS] = 0x002b000000000008; }
static void set_stack(ucontext_t *u) { u->uc_mcontext.gregs[REG_CSGSFS] = 0x0010000000000033; }
static void set_state(ucontext_t *u) { u->uc_mcontext.fpregs = (void *)KERNEL_HEAP; }
static int frame_mxcsr(void) { return spoiled(set_mxcsr); }
static int frame_code(void) { return spoiled(set_code); }
static int frame_stack(void) { return spoiled(set_stack); }
static int frame_state(void) { return spoiled(set_state); }

static int rseq_kernel(void) /* what the area leads to lies in the kernel */
{
    char *area = (char *)__builtin_thread_pointer() + __rseq_offset;
    uint64_t section = KERNEL_TEXT;

    signal(SIGUSR1, nothing);
    if (__rseq_size)
        memcpy(area + offsetof(struct rseq, rseq_cs), &section, sizeof section);
    __asm__ volatile("" : : : "memory");
    raise(SIGUSR1);
    return hostile_held(0, "it went on");
}
static int vdso_gone(void)
{
    struct timespec now;

    munmap((void *)getauxval(AT_SYSINFO_EHDR), 2 * PAGE);
    return hostile_held(clock_gettime(CLOCK_MONOTONIC, &now), "the time came from where nothing is");
}

const struct hostile hostile_threads[] = {
    { "base-refused", HELD, ANY, base_refused, 0 },
    { "base-zero", BY_SEGV, NOTHING_THERE, base_zero, 0 },
    { "base-and-offset", BY_SEGV, "*SIGSEGV*address 0xffffffff80000000*", base_and_offset, 0 },
    { "tid-address", HELD, ANY, tid_address, 0 },
    { "tid-address-last", HELD, ANY, tid_address_last, 0 },
    { "robust-address", HELD, ANY, robust_address, 0 },
    { "robust-entries", HELD, ANY, robust_entries, 0 },
    { "robust-endless", HELD, ANY, robust_endless, 0 },
    { "clone-kernel", BY_SEGV, "*SIGSEGV*thread [2-9]*", clone_kernel, 0 },
    { "clone-odd", BY_BUS, "*SIGBUS*a bad stack or segment*", clone_odd, APART_TCG },
    { "clone-low", BY_SEGV, NOTHING_THERE, clone_low, 0 },
    { "clone-refused", HELD, ANY, clone_refused, 0 },
    { "clone-ids", HELD, ANY, clone_ids, 0 },
    { "restorer-kernel", BY_SEGV, "*SIGSEGV*rip 0xffffffff80000000*", restorer_kernel, 0 },
    { "restorer-odd", BY_SEGV, ANY, restorer_odd, 0 },
    { "restorer-none", BY_SEGV, ANY, restorer_none, 0 },
    { "handler-kernel", BY_SEGV, "*SIGSEGV*rip 0xffffffff80000000*", handler_kernel, 0 },
    { "handler-odd", BY_SEGV, ANY, handler_odd, 0 },
    { "alternate-kernel", BY_SEGV, PRIVILEGED, alternate_kernel, 0 },
    { "alternate-last", BY_SEGV, PRIVILEGED, alternate_last, 0 },
    { "alternate-around", BY_SEGV, "*SIGSEGV*rip 0xffffffff80000000*", alternate_around, 0 },
    { "frame-mxcsr", BY_SEGV, PRIVILEGED, frame_mxcsr, 0 },
    { "frame-code", BY_SEGV, PRIVILEGED, frame_code, 0 },
    { "frame-stack", BY_SEGV, PRIVILEGED, frame_stack, 0 },
    { "frame-state", BY_SEGV, PRIVILEGED, frame_state, 0 },
    { "rseq-kernel", BY_SEGV, ANY, rseq_kernel, 0 },
    { "vdso-gone", BY_SEGV, NOTHING_THERE, vdso_gone, 0 },
    { 0 },
};
