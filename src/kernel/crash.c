/* SPDX-License-Identifier: Apache-2.0 */
/* Faults of the processor's, and a plain panic. */
#include "crash.h"

#include "panic.h"
#include "x86_64/layout.h"

extern uint8_t kernel_text_base[];

static void crash_panic(void)
{
    panic("asked for by crash=panic");
}

static void crash_null(void)
{
    uint64_t null = LAYOUT_NULL_BASE;

    __asm__ volatile("movb (%0), %%al" : : "r"(null) : "rax", "memory");
}

static void crash_write_text(void)
{
    __asm__ volatile("movb $0, (%0)" : : "r"(kernel_text_base) : "memory");
}

static void crash_divide(void)
{
    __asm__ volatile("xor %%edx, %%edx; xor %%ecx, %%ecx; mov $1, %%eax; div %%ecx" : : : "rax", "rcx", "rdx");
}

/* The exception finds no stack to come on: RSP points to where nothing is, far from the stack's own guard page. */
static void crash_double_fault(void)
{
    __asm__ volatile("mov %0, %%rsp; ud2" : : "r"((uint64_t)LAYOUT_KMEM_LIMIT) : "memory");
}

static __attribute__((noinline)) uint64_t recurse(uint64_t depth)
{
    volatile uint64_t here[64];

    here[depth % 64] = depth;
    return depth == 0 ? 0 : recurse(depth - 1) + here[depth % 64];
}

static void crash_stack_overflow(void)
{
    recurse(LAYOUT_KERNEL_STACK_SIZE);
}

const struct crash crashes[] = {
    { "panic", crash_panic },
    { "null", crash_null },
    { "write-text", crash_write_text },
    { "divide", crash_divide },
    { "double-fault", crash_double_fault },
    { "stack-overflow", crash_stack_overflow },
};

const size_t crash_count = sizeof crashes / sizeof *crashes;
