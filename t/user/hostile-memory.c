/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is not the program's, or not for what it does with it. */
#define _GNU_SOURCE
#include "hostile.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char constant[64] = "\xc3 what a program may only read";
static char data[64] = "\xc3";

/* A program NAME that reads, writes or runs ADDRESS. */
#define READS(name, address) \
    static int name(void) \
    { \
        __asm__ volatile("movb (%0), %%al" : : "r"(address) : "rax", "memory"); \
        return hostile_held(0, "it was read"); \
    }
#define WRITES(name, address) \
    static int name(void) \
    { \
        __asm__ volatile("movb $1, (%0)" : : "r"(address) : "memory"); \
        return hostile_held(0, "it was written"); \
    }
#define EXECUTES(name, address) \
    static int name(void) \
    { \
        __asm__ volatile("call *%0" : : "r"(address) : "memory"); \
        return hostile_held(0, "it ran"); \
    }

static char *heap(void)
{
    char *at = sbrk(8192);

    *at = '\xc3';
    return at;
}
static char *behind(int prot) /* the last byte of a page, the next one is forbidden or free */
{
    char *at = hostile_map(2 * PAGE, PROT_READ | PROT_WRITE);

    if (prot < 0)
        munmap(at + PAGE, PAGE);
    else
        mprotect(at + PAGE, PAGE, prot);
    return at + PAGE;
}
static char *zero(uint64_t at)
{
    mmap((void *)at, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return (char *)at;
}
static char *end_of_file(void)
{
    int file = memfd_create("x", 0);

    if (ftruncate(file, 100))
        return data;
    return (char *)mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) + PAGE;
}
static char *cut_file(void)
{
    int file = memfd_create("x", 0);
    char *at;

    if (ftruncate(file, PAGE))
        return data;
    at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    *at = 1;
    return ftruncate(file, 0) ? data : at;
}

EXECUTES(run_data, data)
EXECUTES(run_constant, constant)
EXECUTES(run_stack, __builtin_frame_address(0))
EXECUTES(run_heap, heap())
EXECUTES(run_map, hostile_map(PAGE, PROT_READ | PROT_WRITE))
EXECUTES(run_zero, zero(0))
EXECUTES(run_kernel, KERNEL_TEXT)
EXECUTES(run_kernel_heap, KERNEL_HEAP)
EXECUTES(run_odd, NOT_CANONICAL)
EXECUTES(run_free, behind(-1))
EXECUTES(run_vsyscall, 0xffffffffff600000)
READS(read_zero, zero(0))
READS(read_low, zero(0) + 4095)
READS(read_kernel, KERNEL_TEXT)
READS(read_kernel_heap, KERNEL_HEAP)
READS(read_last, ~0ul)
READS(read_odd, NOT_CANONICAL)
READS(read_end, USER_END)
READS(read_end_first, USER_END + PAGE)
READS(read_none, behind(PROT_NONE))
READS(read_free, behind(-1))
READS(read_end_of_file, end_of_file())
READS(read_cut, cut_file())
WRITES(write_zero, zero(0))
WRITES(write_text, hostile_map)
WRITES(write_constant, constant)
WRITES(write_vdso, getauxval(AT_SYSINFO_EHDR))
WRITES(write_kernel, KERNEL_TEXT)
WRITES(write_kernel_heap, KERNEL_HEAP)
WRITES(write_odd, NOT_CANONICAL)
WRITES(write_read_only, behind(PROT_READ))
WRITES(write_end_of_file, end_of_file())

static int write_split(void) /* half of it may be written */
{
    *(volatile uint64_t *)(behind(PROT_READ) - 4) = ~0ul;
    return hostile_held(0, "it was written");
}

/* Stacks. */
static int __attribute__((noinline)) recurse(volatile char *above)
{
    volatile char here[4000];

    if (above[0] == 'x')
        return 0;
    memset((char *)here, above[0], sizeof here);
    return recurse(here) + here[7];
}
static int stack_overflow(void)
{
    return recurse("");
}
static int stack_into_map(void) /* a mapping stands below the stack: the gap above it stays free */
{
    uint64_t here = (uint64_t)__builtin_frame_address(0) & ~(PAGE - 1);

    mmap((void *)(here - 0x200000), PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return recurse("");
}
static int stack_far(void)
{
    *(volatile char *)((uint64_t)__builtin_frame_address(0) - 0x20000000) = 1;
    return hostile_held(0, "the stack grew over its limit");
}
static int grows_down(void)
{
    char *at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);

    munmap(at - 0x400000, 0x400000);
    for (uint64_t i = 0; i < 0x20000; i++)
        *(volatile char *)(at - i * PAGE) = 1;
    return hostile_held(0, "it grew without end");
}
static int stack_unmapped(void)
{
    uint64_t here = (uint64_t)__builtin_frame_address(0) & ~(PAGE - 1);

    munmap((void *)(here - 16 * PAGE), 64 * PAGE);
    return hostile_held(0, "it goes on without a stack");
}
static int stack_read_only(void)
{
    uint64_t here = (uint64_t)__builtin_frame_address(0) & ~(PAGE - 1);

    mprotect((void *)here, PAGE, PROT_READ);
    return recurse("");
}
#define ON_STACK(name, address) \
    static int name(void) \
    { \
        __asm__ volatile("mov %0, %%rsp\n\tpush %%rax" : : "r"(address) : "memory"); \
        return hostile_held(0, "it was pushed"); \
    }
ON_STACK(stack_kernel, KERNEL_HEAP + 64)
ON_STACK(stack_zero, 8ul)
ON_STACK(stack_constant, constant + 32)

/* The program loses what it stands on. */
static int unmap_text(void)
{
    munmap((void *)((uint64_t)unmap_text & ~(PAGE - 1)), PAGE);
    return hostile_held(0, "it runs without text");
}
static int unmap_all(void)
{
    syscall(SYS_munmap, 0, USER_END);
    return hostile_held(0, "it runs without anything");
}
static int protect_text(void)
{
    mprotect((void *)((uint64_t)protect_text & ~(PAGE - 1)), PAGE, PROT_NONE);
    return hostile_held(0, "it runs what it may not read");
}

/* SYSRET to the first address behind the user half, or as near as mappings come to it. */
static int syscall_last(void)
{
    for (uint64_t at = USER_END; at > USER_END - 16 * PAGE; at -= PAGE) {
        char *page = mmap((void *)at, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

        if (page == MAP_FAILED)
            continue;
        memcpy(page + PAGE - 2, "\x0f\x05", 2);
        __asm__ volatile("jmp *%0" : : "r"(page + PAGE - 2), "a"(SYS_getpid) : "rcx", "r11", "memory");
    }
    return hostile_held(0, "there is no last page");
}

/* What must be refused, with the error that Linux has. */
static int maps(uint64_t at, uint64_t size, int flags, int error)
{
    void *got = mmap((void *)at, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

    return got == MAP_FAILED && errno == error;
}
static int refused_maps(void)
{
    uint64_t heap = KERNEL_HEAP & ~(PAGE - 1);
    int fixed = maps(KERNEL_TEXT, PAGE, MAP_FIXED, ENOMEM) && maps(heap, PAGE, MAP_FIXED, ENOMEM) &&
                maps(NOT_CANONICAL, PAGE, MAP_FIXED, ENOMEM) && maps(USER_END, 2 * PAGE, MAP_FIXED, ENOMEM) &&
                maps(PAGE * 16, ~0ul, MAP_FIXED, ENOMEM) && maps(1, PAGE, MAP_FIXED, EINVAL);

    return hostile_held(fixed && maps(0, ~0ul, 0, ENOMEM) && maps(0, 1ul << 47, 0, ENOMEM) && maps(0, 0, 0, EINVAL),
                        "a mapping");
}
static int refused_others(void)
{
    void *kernel = (void *)(KERNEL_HEAP & ~(PAGE - 1)), *own = hostile_map(PAGE, PROT_READ);
    unsigned char vector[8];

    return hostile_held(mprotect(kernel, PAGE, PROT_READ | PROT_WRITE) && munmap(kernel, PAGE) &&
                            munmap(own, ~0ul & ~(PAGE - 1)) && mprotect(own, ~0ul & ~(PAGE - 1), PROT_READ) &&
                            madvise(kernel, PAGE, MADV_DONTNEED) && mincore(kernel, PAGE, vector) &&
                            mremap(kernel, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED &&
                            mremap(own, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, kernel) == MAP_FAILED &&
                            mremap(own, PAGE, ~0ul & ~(PAGE - 1), MREMAP_MAYMOVE) == MAP_FAILED &&
                            msync(kernel, PAGE, MS_SYNC) && mlock(kernel, PAGE),
                        "a call of the kernel's memory");
}
static int brk_into_map(void)
{
    uint64_t end = (uint64_t)sbrk(0), block = (end + 0x40000) & ~(PAGE - 1);

    mmap((void *)block, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    *(char *)block = 7;
    return hostile_held((uint64_t)syscall(SYS_brk, block + 64 * PAGE) == end && *(char *)block == 7,
                        "brk went over it");
}
static int brk_odd(void)
{
    uint64_t end = (uint64_t)sbrk(0);

    return hostile_held((uint64_t)syscall(SYS_brk, KERNEL_HEAP) == end && (uint64_t)syscall(SYS_brk, ~0ul) == end &&
                            (uint64_t)syscall(SYS_brk, NOT_CANONICAL) == end && (uint64_t)syscall(SYS_brk, 1) == end,
                        "brk moved");
}

const struct hostile hostile_memory[] = {
    { "run-data", BY_SEGV, NOT_ALLOWED, run_data, 0 },
    { "run-constant", BY_SEGV, NOT_ALLOWED, run_constant, 0 },
    { "run-stack", BY_SEGV, NOT_ALLOWED, run_stack, 0 },
    { "run-heap", BY_SEGV, NOT_ALLOWED, run_heap, 0 },
    { "run-map", BY_SEGV, NOT_ALLOWED, run_map, 0 },
    { "run-zero", BY_SEGV, NOTHING_THERE, run_zero, APART_LINUX },
    { "run-free", BY_SEGV, NOTHING_THERE, run_free, 0 },
    { "run-kernel", BY_SEGV, ANY, run_kernel, 0 },
    { "run-kernel-heap", BY_SEGV, ANY, run_kernel_heap, 0 },
    { "run-odd", BY_SEGV, PRIVILEGED, run_odd, 0 },
    { "run-vsyscall", BY_SEGV, ANY, run_vsyscall, APART_LINUX },
    { "read-zero", BY_SEGV, NOTHING_THERE, read_zero, APART_LINUX },
    { "read-low", BY_SEGV, NOTHING_THERE, read_low, APART_LINUX },
    { "read-free", BY_SEGV, NOTHING_THERE, read_free, 0 },
    { "write-zero", BY_SEGV, NOTHING_THERE, write_zero, APART_LINUX },
    { "read-kernel", BY_SEGV, "*SIGSEGV*address 0x*", read_kernel, 0 },
    { "read-kernel-heap", BY_SEGV, "*SIGSEGV*address 0x*", read_kernel_heap, 0 },
    { "read-last", BY_SEGV, "*SIGSEGV*address 0x*", read_last, 0 },
    { "write-kernel", BY_SEGV, "*SIGSEGV*address 0x*", write_kernel, 0 },
    { "write-kernel-heap", BY_SEGV, "*SIGSEGV*address 0x*", write_kernel_heap, 0 },
    { "read-end", BY_SEGV, "*SIGSEGV*address 0x*", read_end, 0 },
    { "read-odd", BY_SEGV, PRIVILEGED, read_odd, 0 },
    { "write-odd", BY_SEGV, PRIVILEGED, write_odd, 0 },
    { "read-end-first", BY_SEGV, PRIVILEGED, read_end_first, 0 },
    { "read-none", BY_SEGV, NOT_ALLOWED, read_none, 0 },
    { "write-text", BY_SEGV, NOT_ALLOWED, write_text, 0 },
    { "write-constant", BY_SEGV, NOT_ALLOWED, write_constant, 0 },
    { "write-vdso", BY_SEGV, NOT_ALLOWED, write_vdso, 0 },
    { "write-read-only", BY_SEGV, NOT_ALLOWED, write_read_only, 0 },
    { "write-split", BY_SEGV, NOT_ALLOWED, write_split, 0 },
    { "read-end-of-file", BY_BUS, "*beyond the end of the file*", read_end_of_file, 0 },
    { "read-cut", BY_BUS, "*beyond the end of the file*", read_cut, 0 },
    { "write-end-of-file", BY_BUS, "*beyond the end of the file*", write_end_of_file, 0 },
    { "stack-overflow", BY_SEGV, "*nothing is mapped there*", stack_overflow, 0 },
    { "stack-into-map", BY_SEGV, "*nothing is mapped there*", stack_into_map, 0 },
    { "stack-far", BY_SEGV, "*nothing is mapped there*", stack_far, 0 },
    { "grows-down", BY_SEGV, "*nothing is mapped there*", grows_down, 0 },
    { "stack-unmapped", BY_SEGV, "*nothing is mapped there*", stack_unmapped, 0 },
    { "stack-kernel", BY_SEGV, ANY, stack_kernel, 0 },
    { "stack-zero", BY_SEGV, "*nothing is mapped there*", stack_zero, 0 },
    { "unmap-text", BY_SEGV, "*nothing is mapped there*", unmap_text, 0 },
    { "unmap-all", BY_SEGV, "*nothing is mapped there*", unmap_all, 0 },
    { "stack-read-only", BY_SEGV, NOT_ALLOWED, stack_read_only, 0 },
    { "stack-constant", BY_SEGV, NOT_ALLOWED, stack_constant, 0 },
    { "protect-text", BY_SEGV, NOT_ALLOWED, protect_text, 0 },
    { "syscall-last", BY_SEGV, ANY, syscall_last, 0 },
    { "refused-maps", HELD, ANY, refused_maps, 0 },
    { "refused-others", HELD, ANY, refused_others, 0 },
    { "brk-into-map", HELD, ANY, brk_into_map, 0 },
    { "brk-odd", HELD, ANY, brk_odd, 0 },
    { 0 },
};
