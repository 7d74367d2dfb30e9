/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptor tables, exceptions, and accesses that may fault on purpose. */
#ifndef ACRE_TRAP_H
#define ACRE_TRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As traps.asm pushes it and the CPU before. */
struct trap_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(offsetof(struct trap_frame, vector) == 15 * 8 && sizeof(struct trap_frame) == 22 * 8, "traps.asm");

#define TRAP_DOUBLE_FAULT 8
#define TRAP_PAGE_FAULT 14
#define TRAP_COUNT 32
#define TRAP_PF_WRITE 2 /* error code of a page fault (SDM vol. 3A 4.7) */
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
