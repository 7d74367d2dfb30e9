/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions that are not a program's, and flags that follow it into the kernel. */
#define _GNU_SOURCE
#include "hostile.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A program NAME that runs some instructions and should not come back from them. */
#define RUNS(name, ...) \
    static int name(void) \
    { \
        __asm__ volatile(__VA_ARGS__); \
        return hostile_held(0, "it ran"); \
    }

RUNS(run_cli, "cli")
RUNS(run_sti, "sti")
RUNS(run_hlt, "hlt")
RUNS(run_in, "inb $0x60, %%al" : : : "rax")
RUNS(run_out, "outb %%al, %%dx" : : "a"(0), "d"(0xf4))
RUNS(run_out_dma, "outl %%eax, %%dx" : : "a"(0x80000000), "d"(0xcf8))
RUNS(run_insb, "insb" : : "D"(0), "d"(0x60) : "memory")
RUNS(run_outsb, "outsb" : : "S"(0), "d"(0x3f8) : "memory")
RUNS(run_rdmsr, "rdmsr" : : "c"(0xc0000080) : "rax", "rdx")
RUNS(run_wrmsr, "wrmsr" : : "c"(0xc0000082), "a"(0), "d"(0))
RUNS(run_read_cr0, "mov %%cr0, %%rax" : : : "rax")
RUNS(run_read_cr2, "mov %%cr2, %%rax" : : : "rax")
RUNS(run_read_cr3, "mov %%cr3, %%rax" : : : "rax")
RUNS(run_write_cr0, "mov %%rax, %%cr0" : : "a"(0))
RUNS(run_write_cr3, "mov %%rax, %%cr3" : : "a"(0))
RUNS(run_write_cr4, "mov %%rax, %%cr4" : : "a"(0))
RUNS(run_write_cr8, "mov %%rax, %%cr8" : : "a"(15))
RUNS(run_write_dr7, "mov %%rax, %%dr7" : : "a"(0))
RUNS(run_clts, "clts")
RUNS(run_lmsw, "lmsw %%ax" : : "a"(0))
RUNS(run_lgdt, "lgdt (%%rsp)" : : : "memory")
RUNS(run_lidt, "lidt (%%rsp)" : : : "memory")
RUNS(run_lldt, "lldt %%ax" : : "a"(0))
RUNS(run_ltr, "ltr %%ax" : : "a"(0x38))
RUNS(run_invlpg, "invlpg (%%rsp)" : : : "memory")
RUNS(run_invd, "invd")
RUNS(run_wbinvd, "wbinvd")
RUNS(run_swapgs, "swapgs")
RUNS(run_sysret, "sysretq" : : "c"(KERNEL_TEXT))
RUNS(run_sysexit, ".byte 0x0f, 0x35")
RUNS(run_sysenter, ".byte 0x0f, 0x34")
RUNS(run_iret, "push $0\n\tpush %%rsp\n\tpush $0x202\n\tpush $8\n\tpush $0\n\tiretq" : : : "memory")
RUNS(run_iret_rip, "push $0x2b\n\tpush %%rsp\n\tpush $0x202\n\tpush $0x33\n\tpush %0\n\tiretq"
     : : "r"(NOT_CANONICAL) : "memory")
RUNS(run_far, "push $8\n\tpush $0\n\tlretq" : : : "memory")
RUNS(run_clac, "clac")
RUNS(run_xsetbv, "xsetbv" : : "c"(0), "a"(1), "d"(0))
RUNS(run_vmcall, "vmcall")
RUNS(run_ud2, "ud2")
RUNS(run_none, ".byte 0x06")
RUNS(run_lock, ".byte 0xf0, 0x90")
RUNS(run_long, ".fill 15, 1, 0x66\n\tnop") /* 16 bytes are too many for an instruction */
RUNS(run_divide, "div %%ecx" : : "a"(1), "d"(0), "c"(0))
RUNS(run_overflow, "idiv %%ecx" : : "a"(0x80000000), "d"(-1), "c"(-1))
RUNS(run_int1, "int $1")
RUNS(run_int3, "int3")
RUNS(run_int8, "int $8")
RUNS(run_int14, "int $14")
RUNS(run_int32, "int $32")
RUNS(run_icebp, ".byte 0xf1")
RUNS(run_ds, "mov %%ax, %%ds" : : "a"(8))
RUNS(run_ss, "mov %%ax, %%ss" : : "a"(0))
RUNS(run_tss, "mov %%ax, %%gs" : : "a"(0x40))
RUNS(run_step, "pushf\n\torq $0x100, (%%rsp)\n\tpopf\n\tnop" : : : "memory", "cc")
RUNS(run_step_call, "pushf\n\torq $0x100, (%%rsp)\n\tmov %0, %%eax\n\tpopf\n\tsyscall\n\tnop"
     : : "i"(SYS_getpid) : "rax", "rcx", "r11", "memory", "cc")
RUNS(run_iopl, "pushf\n\torq $0x3000, (%%rsp)\n\tpopf\n\tcli" : : : "memory", "cc")
RUNS(run_simd, "sub $16, %%rsp\n\tmovl $0, (%%rsp)\n\tldmxcsr (%%rsp)\n\txorps %%xmm0, %%xmm0\n\tdivss %%xmm0, %%xmm0"
     : : : "xmm0", "memory")
RUNS(run_mxcsr, "movl $-1, -4(%%rsp)\n\tldmxcsr -4(%%rsp)" : : : "memory")
RUNS(run_x87, "sub $16, %%rsp\n\tmovw $0, (%%rsp)\n\tfldcw (%%rsp)\n\tfldz\n\tfldz\n\tfdivp\n\tfwait" : : : "memory")
RUNS(run_xrstor, "xrstor (%0)" : : "r"(KERNEL_HEAP), "a"(-1), "d"(-1) : "memory")
RUNS(run_unaligned, "movaps 1(%0), %%xmm0" : : "r"(hostile_instructions) : "xmm0")

/* Flags that a call takes along: the kernel must come back with them, and must not have worked with them. */
static int call_with(uint64_t flags)
{
    char text[64] = "0123456789abcdef";
    uint64_t after, result;
    int ends[2];

    if (pipe(ends))
        return hostile_held(0, "pipe");
    __asm__ volatile("pushf\n\tor %3, (%%rsp)\n\tpopf\n\tsyscall\n\tpushf\n\tpop %1\n\t"
                     "pushf\n\tandq %4, (%%rsp)\n\tpopf"
                     : "=a"(result), "=&r"(after)
                     : "0"(SYS_write), "r"(flags), "r"(~flags), "D"(ends[1]), "S"(text), "d"(16)
                     : "rcx", "r11", "memory", "cc");
    if (result != 16 || read(ends[0], text + 16, 32) != 16 || memcmp(text, text + 16, 16))
        return hostile_held(0, "the call went wrong");
    return hostile_held((after & flags) == flags, "a flag is lost");
}
static int flags_direction(void) { return call_with(0x400); }
static int flags_nested(void) { return call_with(0x4000); }
static int flags_alignment(void) { return call_with(0x40000); }
static int flags_identity(void) { return call_with(0x200000); }

static sigjmp_buf back;

static void leave(int number)
{
    (void)number;
    siglongjmp(back, 1);
}

static void catch(void)
{
    static uint8_t stack[65536];
    stack_t alternate = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction action = { .sa_handler = leave, .sa_flags = SA_ONSTACK };
    static const int numbers[] = { SIGSEGV, SIGILL, SIGTRAP, SIGBUS, SIGFPE };

    sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}

/* int N for every gate; 0x80 is the 32-bit system call on Linux, and breakpoint and overflow are a program's. */
static int every_gate(void)
{
    uint8_t *code = hostile_map(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
    volatile int ran = 0;

    catch();
    for (volatile int number = 0; number < 256; number++) {
        if (number == 0x80)
            continue;
        memcpy(code, "\xcd\x00\xc3", 3);
        code[1] = (uint8_t)number;
        if (!sigsetjmp(back, 1)) {
            ((void (*)(void))code)();
            ran++;
        }
    }
    return hostile_held(!ran, "a gate let it through");
}

/* Every opcode of one and of two bytes, with operands that point nowhere and into the kernel. */
static int every_opcode(void)
{
    uint8_t *code = hostile_map(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);

    catch();
    for (volatile int i = 0; i < 512; i++) {
        if (i == 256 + 0x05 || i == 256 + 0x34 || i == 256 + 0xa1) /* SYSCALL, SYSENTER, POP FS: it has the TLS */
            continue;
        memset(code, 0xcc, 64);
        memcpy(code, i < 256 ? "\x00\x03" : "\x0f\x00\x03", 3);
        code[i < 256 ? 0 : 1] = (uint8_t)i;
        if (!sigsetjmp(back, 1))
            __asm__ volatile("push $0\n\tpush $0\n\tpush $0\n\tpush $0\n\tjmp *%0"
                             : : "r"(code), "b"(KERNEL_HEAP), "S"(KERNEL_HEAP), "D"(KERNEL_HEAP), "a"(0), "c"(1),
                               "d"(0xf4)
                             : "memory");
    }
    return HELD;
}

/* The kernel's own tables, where UMIP does not hide them. */
static int kernel_gdt(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
    } table;

    __asm__ volatile("sgdt %0" : "=m"(table));
    *(volatile uint64_t *)table.base = 0;
    return hostile_held(0, "it wrote the GDT");
}

/* GS in the kernel, if the program may set it itself, and the CPU given away with it. */
static int gs_base(void)
{
    catch();
    if (sigsetjmp(back, 1))
        return HELD;
    __asm__ volatile("wrgsbase %0" : : "r"(KERNEL_HEAP));
    syscall(SYS_sched_yield);
    __asm__ volatile("movq %%rax, %%gs:0" : : : "memory");
    return hostile_held(0, "it wrote through GS");
}

const struct hostile hostile_instructions[] = {
    { "cli", BY_SEGV, PRIVILEGED, run_cli, 0 },
    { "sti", BY_SEGV, PRIVILEGED, run_sti, 0 },
    { "hlt", BY_SEGV, PRIVILEGED, run_hlt, 0 },
    { "in", BY_SEGV, PRIVILEGED, run_in, 0 },
    { "out", BY_SEGV, PRIVILEGED, run_out, 0 },
    { "out-dma", BY_SEGV, PRIVILEGED, run_out_dma, 0 },
    { "insb", BY_SEGV, PRIVILEGED, run_insb, 0 },
    { "outsb", BY_SEGV, PRIVILEGED, run_outsb, 0 },
    { "rdmsr", BY_SEGV, PRIVILEGED, run_rdmsr, 0 },
    { "wrmsr", BY_SEGV, PRIVILEGED, run_wrmsr, 0 },
    { "read-cr0", BY_SEGV, PRIVILEGED, run_read_cr0, 0 },
    { "read-cr2", BY_SEGV, PRIVILEGED, run_read_cr2, 0 },
    { "read-cr3", BY_SEGV, PRIVILEGED, run_read_cr3, 0 },
    { "write-cr0", BY_SEGV, PRIVILEGED, run_write_cr0, 0 },
    { "write-cr3", BY_SEGV, PRIVILEGED, run_write_cr3, 0 },
    { "write-cr4", BY_SEGV, PRIVILEGED, run_write_cr4, 0 },
    { "write-cr8", BY_SEGV, PRIVILEGED, run_write_cr8, 0 },
    { "write-dr7", BY_SEGV, PRIVILEGED, run_write_dr7, 0 },
    { "clts", BY_SEGV, PRIVILEGED, run_clts, 0 },
    { "lmsw", BY_SEGV, PRIVILEGED, run_lmsw, 0 },
    { "lgdt", BY_SEGV, PRIVILEGED, run_lgdt, 0 },
    { "lidt", BY_SEGV, PRIVILEGED, run_lidt, 0 },
    { "lldt", BY_SEGV, PRIVILEGED, run_lldt, 0 },
    { "ltr", BY_SEGV, PRIVILEGED, run_ltr, 0 },
    { "invlpg", BY_SEGV, PRIVILEGED, run_invlpg, 0 },
    { "invd", BY_SEGV, PRIVILEGED, run_invd, 0 },
    { "wbinvd", BY_SEGV, PRIVILEGED, run_wbinvd, 0 },
    { "swapgs", BY_SEGV, PRIVILEGED, run_swapgs, 0 },
    { "sysret", BY_SEGV, PRIVILEGED, run_sysret, 0 },
    { "iret", BY_SEGV, PRIVILEGED, run_iret, 0 },
    { "iret-rip", BY_SEGV, PRIVILEGED, run_iret_rip, 0 },
    { "far", BY_SEGV, PRIVILEGED, run_far, 0 },
    { "xsetbv", BY_SEGV, PRIVILEGED, run_xsetbv, APART_XSAVE },
    { "int1", BY_SEGV, PRIVILEGED, run_int1, 0 },
    { "int8", BY_SEGV, PRIVILEGED, run_int8, 0 },
    { "int14", BY_SEGV, PRIVILEGED, run_int14, 0 },
    { "int32", BY_SEGV, PRIVILEGED, run_int32, 0 },
    { "ds", BY_SEGV, PRIVILEGED, run_ds, 0 },
    { "ss", BY_SEGV, PRIVILEGED, run_ss, 0 },
    { "tss", BY_SEGV, PRIVILEGED, run_tss, 0 },
    { "iopl", BY_SEGV, PRIVILEGED, run_iopl, 0 },
    { "mxcsr", BY_SEGV, PRIVILEGED, run_mxcsr, APART_TCG },
    { "unaligned", BY_SEGV, PRIVILEGED, run_unaligned, 0 },
    { "sysenter", BY_SEGV, PRIVILEGED, run_sysenter, APART_LINUX | APART_TCG },
    { "sysexit", BY_SEGV, PRIVILEGED, run_sysexit, APART_LINUX | APART_TCG },
    { "xrstor", BY_SEGV, ANY, run_xrstor, APART_XSAVE },
    { "clac", BY_ILL, "*no instruction*", run_clac, 0 },
    { "vmcall", BY_ILL, "*no instruction*", run_vmcall, APART_LINUX },
    { "ud2", BY_ILL, "*no instruction*", run_ud2, 0 },
    { "none", BY_ILL, "*no instruction*", run_none, 0 },
    { "lock", BY_ILL, "*no instruction*", run_lock, 0 },
    { "long", BY_SEGV, PRIVILEGED, run_long, 0 },
    { "divide", BY_FPE, "*integer division*", run_divide, 0 },
    { "overflow", BY_FPE, "*integer division*", run_overflow, 0 },
    { "simd", BY_FPE, "*floating point*", run_simd, APART_TCG },
    { "x87", BY_FPE, "*floating point*", run_x87, 0 },
    { "int3", BY_TRAP, ANY, run_int3, 0 },
    { "step", BY_TRAP, ANY, run_step, 0 },
    { "step-call", BY_TRAP, ANY, run_step_call, 0 },
    { "icebp", BY_TRAP, ANY, run_icebp, APART_TCG },
    { "flags-direction", HELD, ANY, flags_direction, 0 },
    { "flags-nested", HELD, ANY, flags_nested, 0 },
    { "flags-alignment", HELD, ANY, flags_alignment, 0 },
    { "flags-identity", HELD, ANY, flags_identity, 0 },
    { "every-gate", HELD, ANY, every_gate, 0 },
    { "every-opcode", HELD, ANY, every_opcode, 0 },
    { "kernel-gdt", BY_SEGV, ANY, kernel_gdt, APART_LINUX },
    { "gs-base", HELD, ANY, gs_base, 0 },
    { 0 },
};
