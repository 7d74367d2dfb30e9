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

#define SECTION_CHECKS 6 /* text rodata data bss stack fault-stack; from here on what leaves with the checks: */
#define SECTION_COUNT 9 /* checks-text checks-rodata checks-data */

extern const struct section sections[SECTION_COUNT];

/* Moves the image's frames in the ledger from kernel text, where they were all entered, to their owners. */
void sections_to_ledger(void);

/*
 * Unmaps what only the checks, the benches and the crashes on purpose need (kernel.lds.S lists it) and gives its frames
 * to the physical heap.  Once, after all of them or instead of them: none may be called any more.
 */
void sections_drop_checks(void);

#endif
