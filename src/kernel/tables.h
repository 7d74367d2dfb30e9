/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's page tables and the PAGES window in which they are seen. */
#ifndef ACRE_TABLES_H
#define ACRE_TABLES_H

#include "x86_64/address.h"
#include "x86_64/handoff.h"
#include "x86_64/pagetable.h"

extern struct pagetable kernel_tables;

/* Goes on with the tables that stage2 has built. */
void tables_init(const struct handoff *h);

/* Maps [base, base + bytes) to frames in a row, with large pages where they fit.  Statuses of pagetable_map. */
MUST_USE enum status tables_map(virt_t base, phys_t frame, uint64_t bytes, uint64_t flags);

/* Unmaps; panics if that needs a frame for a split and none is left. */
void tables_unmap(virt_t base, uint64_t bytes, void (*gone)(void *context, struct mapping leaf), void *context);

/* Tables in the PAGES window: slots in use. */
uint64_t tables_slots(void);

#endif
