/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's page tables and the PAGES window in which they are seen. */
#ifndef ACRE_TABLES_H
#define ACRE_TABLES_H

#include "ledger.h"
#include "x86_64/address.h"
#include "x86_64/handoff.h"
#include "x86_64/pagetable.h"

extern struct pagetable kernel_tables;

/* Goes on with the tables that stage2 has built. */
void tables_init(const struct handoff *h);

/* Puts the tables that stage2 made under their levels in the ledger; physical_init, which comes next, enters them. */
void tables_to_ledger(void);

/* Maps one page to a frame of the owner, whose number goes into the leaf.  Statuses of pagetable_map. */
MUST_USE enum status tables_map_page(virt_t page, phys_t frame, uint64_t flags, enum owner owner);

/* Unmaps it and returns its frame; panics if it is not mapped. */
phys_t tables_unmap_page(virt_t page);

/* The same where the page's entry is known (pagetable_entry). */
phys_t tables_unmap_entry(virt_t page, uint64_t *entry);

/* Maps [base, base + bytes) to frames in a row, with large pages where they fit.  Statuses of pagetable_map. */
MUST_USE enum status tables_map(virt_t base, phys_t frame, uint64_t bytes, uint64_t flags);

/* Unmaps; panics if that needs a frame for a split and none is left. */
void tables_unmap(virt_t base, uint64_t bytes, void (*gone)(void *context, struct mapping leaf), void *context);

/* 4 KiB pages that are mapped in [base, limit), counted by walking; limit 0 is the end of the address space. */
uint64_t tables_pages(uint64_t base, uint64_t limit);

/* Tables in the PAGES window: slots in use. */
uint64_t tables_slots(void);

/* For struct pagetable and for pages.c: a zeroed table in a new slot, giving it back, and where a slot is seen. */
MUST_USE enum status tables_slot_take(void *context, int level, uint32_t *slot, phys_t *frame);
void tables_slot_give(void *context, int level, uint32_t slot, phys_t frame);
uint64_t *tables_slot(void *context, uint32_t slot);

#endif
