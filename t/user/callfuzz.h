/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system-call fuzzer: random calls with arguments of the right and of the wrong kind.  The numbers, and what kind
 * each argument is of, come from the rows of src/unix/syscall_lists.h.
 */
#ifndef CALLFUZZ_H
#define CALLFUZZ_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE 4096ul
#define ARENA_PAGES 64ul /* memory that calls may do anything to */
#define ARENA_BYTES (ARENA_PAGES * PAGE)
#define SHAPES 8 /* structures for the kernel to read and write, at the end of a mapping */
#define SHAPE_BYTES 256ul
#define SHAPES_END 0x310001000ul
#define REPORT_FD 900 /* where the program prints; no argument is ever this number */
#define FDS_MAX 32 /* descriptors that are open at first have lower numbers */
#define CALLS_MAX 512
#define ARGUMENTS 6

struct argument {
    const char *name; /* ends with ':' */
    char kind; /* syscalls.h */
};

struct call {
    const char *name;
    uint32_t number, count;
    struct argument arguments[ARGUMENTS];
};

/* What random choices come from; one for each thread. */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *d);
uint64_t dice_below(struct dice *d, uint64_t limit); /* 0 ... limit - 1 */

extern uint8_t *arena;

/* A kernel that is not Acre, where only calls that can harm nothing but this program are made. */
extern bool tame;

/* One system call.  A thread that it makes yields a few times and exits; the stack is not touched. */
int64_t call_raw(uint64_t number, const uint64_t *a);

/* Reads the rows; how many calls there are. */
uint32_t calls_read(struct call *calls);

/* The arguments of a call; `wild`: addresses may lie outside the arena for calls that change mappings, too. */
void arguments_make(struct dice *d, const struct call *call, bool wild, uint64_t *a);

/* Fills the arena, where it is there, anew. */
void arena_fill(struct dice *d);

#endif
