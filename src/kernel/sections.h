/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel image's parts, as the linker laid them out. */
#ifndef ACRE_SECTIONS_H
#define ACRE_SECTIONS_H

#include <stdint.h>

#include "ledger.h"

struct section {
    const char *name;
    uint64_t base, limit; /* virtual, page-aligned */
    uint64_t flags; /* PT_WRITE and PT_NX as they must be */
    enum owner owner;
};

#define SECTION_CHECKS 7 /* text rodata data bss stack fault-stack symbols; from here on what leaves with the checks: */
#define SECTION_TRACE 10 /* checks-text checks-rodata checks-data; then what is there only with a trace: */
#define SECTION_STORE 12 /* trace-text trace-rodata; then what is there only with the meta store: */
#define SECTION_PROGRAM 16 /* store-text store-rodata store-data store-symbols; then those only with a program: */
#define SECTION_COUNT 20 /* program-text program-rodata program-data program-symbols */
#define SECTION_SYMBOLS (SECTION_CHECKS - 1) /* this one and the next two: not where memory is short */
#define SECTION_STORE_SYMBOLS (SECTION_PROGRAM - 1)
#define SECTION_PROGRAM_SYMBOLS (SECTION_COUNT - 1)

extern struct section sections[SECTION_COUNT]; /* base == limit for one that stage2 has not loaded */

/* Moves the image's frames in the ledger from kernel text, where they were all entered, to their owners.  parts:
 * IMAGE_PART_ bits, of what is loaded. */
void sections_to_ledger(uint32_t parts);

/*
 * Unmaps, if it is there, what only the checks, the benches and the crashes on purpose need (kernel.lds.S lists it) and
 * gives its frames to the physical heap.  Once, after all of them or instead of them: none may be called any more.
 */
void sections_drop_checks(void);

#endif
