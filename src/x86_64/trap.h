/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptor tables, exceptions, and accesses that may fault on purpose. */
#ifndef ACRE_TRAP_H
#define ACRE_TRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * As traps.asm and entry.asm push it and the CPU before.  From rdi to r9 stand a system call's six arguments in order.
 * `error` is the number of the call that the frame is of, if vector is TRAP_SYSCALL.
 */
struct trap_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx;
    uint64_t rdi, rsi, rdx, r10, r8, r9;
    uint64_t rax, rcx, r11;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(offsetof(struct trap_frame, rdi) == 6 * 8 && offsetof(struct trap_frame, rax) == 12 * 8 &&
                   offsetof(struct trap_frame, vector) == 15 * 8 && sizeof(struct trap_frame) == 22 * 8,
               "traps.asm, entry.asm");

#define TRAP_DIVIDE 0
#define TRAP_DEBUG 1
#define TRAP_NMI 2
#define TRAP_BREAKPOINT 3
#define TRAP_OVERFLOW 4
#define TRAP_BOUND 5
#define TRAP_OPCODE 6
#define TRAP_DOUBLE_FAULT 8
#define TRAP_SEGMENT 11
#define TRAP_STACK 12
#define TRAP_PROTECTION 13
#define TRAP_PAGE_FAULT 14
#define TRAP_FPU 16
#define TRAP_ALIGNMENT 17
#define TRAP_MACHINE_CHECK 18
#define TRAP_SIMD 19
#define TRAP_COUNT 32 /* exceptions; then come the lines of the PIC */
#define TRAP_LINES 16
#define TRAP_SYSCALL 0x100 /* no vector: the frame is a system call's */
#define TRAP_PF_PRESENT 1
#define TRAP_PF_WRITE 2 /* error code of a page fault (SDM vol. 3A 4.7) */
#define TRAP_PF_USER 4
#define TRAP_PF_FETCH 16

/* Loads the kernel's GDT (null, code, data, TSS), IDT and TSS, whose IST 1 is for double faults.  Once. */
void trap_init(void);

/* Where the GDT and the IDT lie, for the self-checks. */
uint64_t trap_gdt_address(void);
uint64_t trap_idt_address(void);

/* "page fault" and so on (SDM vol. 3A table 6-1). */
const char *trap_name(uint64_t vector);

/* What an exception that nothing expected does: given once by the kernel; must not return. */
extern void (*trap_unexpected)(const struct trap_frame *frame);

/* Exceptions and interrupts from ring 3, interrupts from ring 0 (there while the processor idles, and only then).
 * Given by src/unix before it lets either happen. */
extern void (*trap_user)(struct trap_frame *frame);
extern void (*trap_interrupt)(uint32_t line);

/* A page fault in the user half met in a routine of access.asm: whether it was resolved and the access is tried again.
 * NULL: nothing ever is. */
extern bool (*trap_resolve)(uint64_t address, uint64_t error);

/* Where exceptions, interrupts and system calls from ring 3 find their stack. */
void trap_set_stack(uint64_t limit);
uint64_t trap_stack(void); /* its limit; 0: none was set */

/* How often each vector has come, from either ring. */
extern uint64_t trap_counts[TRAP_COUNT + TRAP_LINES];

/* Whether SMAP is on: then entry and access.asm keep EFLAGS.AC clear but where the program's memory is touched. */
extern bool trap_smap;

/* The address of the page fault that is being handled. */
uint64_t trap_cr2(void);

/* The last exception that a probe met. */
struct trap_probe {
    uint64_t vector, error, cr2;
};
extern struct trap_probe trap_last_probe;

/* Reads, rewrites or calls the byte at an address; false, and trap_last_probe filled in, if that faulted. */
bool probe_read(uint64_t address);
bool probe_write(uint64_t address);
bool probe_execute(uint64_t address); /* there must be a RET, or a fault */

#endif
