/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile programs: each does one thing that a program must not do or that a kernel may stumble over.  It ends by the
 * signal, or with the status, that its row says; what the kernel has to say about the end is in the row too.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdint.h>

#define HELD 42 /* the kernel refused everything, and the program went on */
#define BY_SEGV 139 /* 128 + signal: as acre run and a shell say it */
#define BY_BUS 135
#define BY_ILL 132
#define BY_FPE 136
#define BY_TRAP 133
#define BY_KILL 137

/* What the kernel's report has to say, as a pattern of the shell. */
#define NOTHING_THERE "*nothing is mapped there*address 0x* lies in no mapping*"
#define NOT_ALLOWED "*the mapping does not allow it*address 0x*-0x*"
#define PRIVILEGED "*a privileged or malformed access*"
#define ANY "*"

#define APART_LINUX 1 /* each kernel decides, or the host's CPU */
#define APART_TCG 2 /* QEMU's TCG does not raise it, or another exception */
#define APART_XSAVE 4 /* without XSAVE it is no instruction */
#define LONG 8 /* millions of instructions: not under Bochs */

#define KERNEL_TEXT 0xffffffff80000000 /* both in the kernel's half, in Linux and here */
#define KERNEL_HEAP 0xffff800000001000
#define NOT_CANONICAL 0x8000000000000000
#define USER_END 0x7ffffffff000 /* nothing can be mapped above it on Linux */
#define PAGE 4096ul

struct hostile {
    const char *name;
    int status; /* how it ends */
    const char *says;
    int (*run)(void); /* -> exit status, if it comes back */
    int apart; /* APART_ bits: where it may end otherwise */
};

/* Each ends with a row without name. */
extern const struct hostile hostile_instructions[], hostile_memory[], hostile_pointers[], hostile_threads[],
    hostile_files[], hostile_exec[], hostile_ends[];

/* Fresh anonymous memory. */
void *hostile_map(uint64_t size, int prot);

/* HELD if `good`, else 1 after a line that says `what`. */
int hostile_held(int good, const char *what);

#endif
