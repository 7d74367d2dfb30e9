/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames that a handler has spoiled before it returns: each ends in SIGSEGV, whose handler goes on with the next.  A
 * kernel that believed one would run with the program's stack, or its rights.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define KERNEL_TEXT 0xffffffff80000000
#define NOT_CANONICAL 0x0000800000000000
#define STATE_HEADER 512 /* in an XSAVE state: XSTATE_BV, XCOMP_BV */

static sigjmp_buf back;
static volatile int number;
static void (*volatile spoil)(ucontext_t *);
static char alternate[65536];

static void on_fault(int n, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    number = n;
    siglongjmp(back, 1);
}

static void on_user(int n, siginfo_t *info, void *context)
{
    (void)n;
    (void)info;
    spoil(context);
}

static void rip_not_canonical(ucontext_t *u) { u->uc_mcontext.gregs[REG_RIP] = (greg_t)NOT_CANONICAL; }
static void rip_high(ucontext_t *u) { u->uc_mcontext.gregs[REG_RIP] = (greg_t)0xdead000000000000; }
static void rip_kernel(ucontext_t *u) { u->uc_mcontext.gregs[REG_RIP] = (greg_t)KERNEL_TEXT; }
static void rip_zero(ucontext_t *u) { u->uc_mcontext.gregs[REG_RIP] = 0; }
static void stack_kernel(ucontext_t *u) { u->uc_mcontext.gregs[REG_RSP] = (greg_t)0xffff800000001000; }
static void code_kernel(ucontext_t *u) { u->uc_mcontext.gregs[REG_CSGSFS] = 0x002b000000000008; }
static void code_none(ucontext_t *u) { u->uc_mcontext.gregs[REG_CSGSFS] = 0x002b000000000000; }
static void stack_segment(ucontext_t *u) { u->uc_mcontext.gregs[REG_CSGSFS] = 0x0033000000000033; }
static void fpu_kernel(ucontext_t *u) { u->uc_mcontext.fpregs = (void *)0xffff800000001000; }
static void fpu_nowhere(ucontext_t *u) { u->uc_mcontext.fpregs = (void *)0x1000; }
static void fpu_mxcsr(ucontext_t *u) { u->uc_mcontext.fpregs->mxcsr = 0xffffffff; }
static void fpu_states(ucontext_t *u) { memset((char *)u->uc_mcontext.fpregs + STATE_HEADER, 0xff, 8); }
static void fpu_compact(ucontext_t *u) { memset((char *)u->uc_mcontext.fpregs + STATE_HEADER + 8, 0xff, 8); }

/* These are no fault: what the kernel keeps for itself is masked, and the program goes on. */
static void flags_kernel(ucontext_t *u) { u->uc_mcontext.gregs[REG_EFL] |= 0x3000 | 0x4000 | 0x20000 | 0x80000; }
static void flags_interrupts_off(ucontext_t *u) { u->uc_mcontext.gregs[REG_EFL] &= ~0x200; }
static void fpu_none(ucontext_t *u) { u->uc_mcontext.fpregs = NULL; }

static void try(const char *name, void (*with)(ucontext_t *))
{
    number = 0;
    spoil = with;
    if (sigsetjmp(back, 1) == 0)
        raise(SIGUSR1);
    printf("%s: signal %d\n", name, number);
}

/* rt_sigreturn with no frame at all. */
static void no_frame(const char *name, uintptr_t rsp)
{
    number = 0;
    if (sigsetjmp(back, 1) == 0)
        __asm__ volatile("mov %0, %%rsp\n\tmov %1, %%eax\n\tsyscall" : : "r"(rsp), "i"(SYS_rt_sigreturn) : "memory");
    printf("%s: signal %d\n", name, number);
}

int main(void)
{
    stack_t stack = { .ss_sp = alternate, .ss_size = sizeof alternate };
    struct sigaction user = { .sa_sigaction = on_user, .sa_flags = SA_SIGINFO },
                     fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    static char zeros[4096];

    setvbuf(stdout, NULL, _IOLBF, 0);
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &user, NULL);
    sigaction(SIGSEGV, &fault, NULL);
    sigaction(SIGBUS, &fault, NULL);
    try("rip is not canonical", rip_not_canonical);
    try("rip is far from canonical", rip_high);
    try("rip in the kernel", rip_kernel);
    try("rip 0", rip_zero);
    try("rsp in the kernel", stack_kernel);
    try("cs of the kernel", code_kernel);
    try("cs 0", code_none);
    try("ss that is code", stack_segment);
    try("FPU state in the kernel", fpu_kernel);
    try("FPU state nowhere", fpu_nowhere);
    try("MXCSR with all bits", fpu_mxcsr);
    try("states that are not there", fpu_states);
    try("a compact state", fpu_compact);
    try("the kernel's flags", flags_kernel);
    try("interrupts off", flags_interrupts_off);
    try("no FPU state", fpu_none);
    no_frame("a frame of zeros", (uintptr_t)zeros + 2048);
    no_frame("a frame in the kernel", 0xffff800000001000);
    no_frame("a frame nowhere", 4096);
    printf("still here\n");
    return 0;
}
