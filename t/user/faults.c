/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instructions that a program may not or cannot run: the signal, its code and, where it is one, the address.  Each is
 * left by its handler, and the next one follows.  Every line is the same on Linux.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define KERNEL_TEXT 0xffffffff80000000
#define KERNEL_HEAP 0xffff800000001000
#define NOT_CANONICAL 0x8000000000000000

static sigjmp_buf back;
static volatile int number, code;
static volatile uintptr_t address, rip;
static char alternate[65536];

static void handler(int n, siginfo_t *info, void *context)
{
    number = n;
    code = info->si_code;
    address = (uintptr_t)info->si_addr;
    rip = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    siglongjmp(back, 1);
}

static void report(const char *name)
{
    if (!number)
        printf("%s: nothing\n", name);
    else
        printf("%s: signal %d code %d address %s\n", name, number, code,
               !address ? "0" : address == rip ? "of the instruction" : "of what it touched");
    number = 0;
}

#define TRY(name, ...) \
    do { \
        if (sigsetjmp(back, 1) == 0) \
            __asm__ volatile(__VA_ARGS__); \
        report(name); \
    } while (0)

/* A stack that is not canonical is SIGBUS on a CPU (#SS), SIGSEGV under QEMU's TCG (#GP). */
#define TRY_STACK(name, ...) \
    do { \
        if (sigsetjmp(back, 1) == 0) \
            __asm__ volatile(__VA_ARGS__); \
        number = number == SIGBUS ? SIGSEGV : number; \
        report(name); \
    } while (0)

static void privileged(void)
{
    TRY("cli", "cli");
    TRY("sti", "sti");
    TRY("hlt", "hlt");
    TRY("in", "inb $0x60, %%al" : : : "rax");
    TRY("out", "outb %%al, $0x80" : : : "rax");
    TRY("out to the end of QEMU", "outb %%al, %%dx" : : "a"(0), "d"(0xf4));
    TRY("rdmsr", "rdmsr" : : "c"(0xc0000080) : "rax", "rdx");
    TRY("wrmsr", "wrmsr" : : "c"(0xc0000082), "a"(0), "d"(0));
    TRY("mov from cr3", "mov %%cr3, %%rax" : : : "rax");
    TRY("mov to cr0", "mov %%rax, %%cr0" : : "a"(0));
    TRY("mov to cr4", "mov %%rax, %%cr4" : : "a"(0));
    TRY("mov to dr7", "mov %%rax, %%dr7" : : "a"(0));
    TRY("lgdt", "lgdt (%%rsp)" : : : "memory");
    TRY("lidt", "lidt (%%rsp)" : : : "memory");
    TRY("lldt", "lldt %%ax" : : "a"(0));
    TRY("ltr", "ltr %%ax" : : "a"(0x38));
    TRY("invlpg", "invlpg (%%rsp)" : : : "memory");
    TRY("wbinvd", "wbinvd" : : : "memory");
    TRY("swapgs", "swapgs" : : : "memory");
    TRY("sysretq", "sysretq" : : : "rcx");
    TRY("iretq to ring 0", "push $0\n\tpush %%rsp\n\tpush $0x202\n\tpush $8\n\tpush $0\n\tiretq" : : : "memory");
    TRY("clac", "clac" : : : "memory");
    TRY("xsetbv", "xsetbv" : : "c"(0), "a"(1), "d"(0));
}

static void interrupts(void)
{
    TRY("int3", "int3");
    TRY("int 1", "int $1");
    TRY("int 8", "int $8");
    TRY("int 14", "int $14");
    TRY("int 32", "int $32");
    TRY("int 255", "int $255");
    TRY("ud2", "ud2");
    TRY("a byte that is no instruction", ".byte 0x06");
    TRY("division by 0", "div %%ecx" : : "a"(1), "d"(0), "c"(0));
    TRY("division that overflows", "idiv %%ecx" : : "a"(0x80000000), "d"(-1), "c"(-1));
    TRY("a step", "pushf\n\torq $0x100, (%%rsp)\n\tpopf\n\tnop" : : : "memory", "cc");
}

static void selectors(void)
{
    TRY("ds of the kernel's code", "mov %%ax, %%ds" : : "a"(8));
    TRY("ss 0", "mov %%ax, %%ss" : : "a"(0));
    TRY("fs beyond the table", "mov %%ax, %%fs" : : "a"(0xfff8));
    TRY("far jump to ring 0", "push $8\n\tpush $0\n\tlretq" : : : "memory");
}

static void addresses(void)
{
    TRY("read the kernel's text", "movb (%0), %%al" : : "r"(KERNEL_TEXT) : "rax");
    TRY("write the kernel's heap", "movb $1, (%0)" : : "r"(KERNEL_HEAP) : "memory");
    TRY("run the kernel's text", "jmp *%0" : : "r"(KERNEL_TEXT) : "memory");
    TRY("read what is not canonical", "movb (%0), %%al" : : "r"(NOT_CANONICAL) : "rax");
    TRY("call what is not canonical", "call *%0" : : "r"(NOT_CANONICAL) : "memory");
    TRY("read 0", "movb 0, %%al" : : : "rax");
    TRY("run 0", "xor %%eax, %%eax\n\tjmp *%%rax" : : : "rax");
    TRY_STACK("push on a stack that is not canonical", "mov %0, %%rsp\n\tpush %%rax" : : "r"(NOT_CANONICAL) : "memory");
    TRY("push on the kernel's heap", "mov %0, %%rsp\n\tpush %%rax" : : "r"(KERNEL_HEAP) : "memory");
    TRY_STACK("a call with a stack that is none", "mov %0, %%rsp\n\tsyscall\n\tpop %%rax"
              : : "r"(NOT_CANONICAL), "a"(SYS_getpid) : "rcx", "r11", "memory");
    TRY("run data", "jmp *%0" : : "r"(alternate) : "memory");
    TRY("write text", "movb $1, (%0)" : : "r"(privileged) : "memory");
}

int main(void)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP };
    stack_t stack = { .ss_sp = alternate, .ss_size = sizeof alternate };
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };

    setvbuf(stdout, NULL, _IOLBF, 0);
    sigaltstack(&stack, NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
    privileged();
    interrupts();
    selectors();
    addresses();
    printf("still here\n");
    return 0;
}
