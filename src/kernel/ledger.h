/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: every frame of usable memory under exactly one owner.
 *
 * It is kept by whoever moves a frame from one owner to another, and it is proved, not trusted: census_take counts the
 * same owners anew from the books of the physical heap, the region table's remains and the page tables.
 */
#ifndef ACRE_LEDGER_H
#define ACRE_LEDGER_H

#include <stdint.h>

enum owner {
    OWNER_FREE,
    OWNER_KERNEL_TEXT,
    OWNER_KERNEL_RODATA,
    OWNER_KERNEL_DATA,
    OWNER_KERNEL_BSS,
    OWNER_PAGE_TABLES,
    OWNER_STACKS,
    OWNER_HEAP, /* kernel heap memory */
    OWNER_HEAP_METADATA, /* the books of the heaps */
    OWNER_BOOT_LEFTOVERS, /* stage2's memory until it is reclaimed */
    OWNER_COUNT
};

struct ledger {
    uint64_t frames[OWNER_COUNT];
};

extern struct ledger ledger;

/* As in the PROTO_LEDGER lines. */
const char *owner_name(enum owner owner);

static inline void ledger_move(enum owner from, enum owner to, uint64_t frames)
{
    ledger.frames[from] -= frames;
    ledger.frames[to] += frames;
}

uint64_t ledger_total(const struct ledger *l);

#endif
