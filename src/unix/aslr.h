/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the parts of a program lie in its address space: a pure function of what the program is and of a 64-bit seed.
 *
 *   0x1000 .. program at fixed addresses .. brk -> ... <- stack | guard gaps .. 0x7e000000    low memory
 *   0x80000000 .. MAP_32BIT .. 0x100000000 .. mmap .. PIE .. vDSO .. 0x100000000000
 *
 * Without ASLR every part is at the place that layout.h names.  With it each part moves by a number of its own, of as
 * many bits as its place has room for: mmap and PIE 30 bits of pages, the vDSO 28, the stack 26 of 16 bytes, MAP_32BIT
 * 18 and brk 17 of pages.
 */
#ifndef ACRE_ASLR_H
#define ACRE_ASLR_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/status.h"

/* What has to be placed.  Addresses and sizes of a program are multiples of the page. */
struct layout_request {
    uint64_t seed;
    bool aslr;
    uint64_t stack_size; /* RLIMIT_STACK; UINT64_MAX for no limit */
    uint64_t program_base, program_limit; /* of a program at fixed addresses; both 0 for one that runs anywhere */
    uint64_t pie_size, pie_align; /* of one that runs anywhere: align is a power of two, a page or more; else both 0 */
};

struct layout {
    uint64_t stack_limit; /* first byte after the stack, a multiple of the page */
    uint64_t stack_base; /* [stack_base, stack_limit) is kept for it; [stack_base - guard, stack_base) stays free */
    uint64_t stack_shift; /* bytes to leave free between the strings and what is below them; < a page, times 16 */
    uint64_t brk_base; /* where brk begins, a multiple of the page; it may grow up to stack_base less the guard gap */
    uint64_t brk_limit; /* that end */
    uint64_t mmap32_base; /* where the search for MAP_32BIT begins; before it: from LAYOUT_MMAP32_BASE */
    uint64_t mmap_base; /* where other searches begin: up to LAYOUT_MMAP_LIMIT, then from LAYOUT_MMAP_BASE */
    uint64_t pie_base; /* where a program that runs anywhere lies; 0 for others */
    uint64_t vdso_base; /* LAYOUT_VDSO_MAX_SIZE bytes for the vDSO */
};

/*
 * No two of program, PIE, vDSO, brk and stack with its guard gap have a page in common, whatever the seed.
 * STATUS_NOT_FOUND: the program leaves no room for a stack or the vDSO, or is larger than LAYOUT_PIE_LIMIT allows.
 */
MUST_USE enum status layout_make(struct layout *layout, const struct layout_request *request);

#endif
