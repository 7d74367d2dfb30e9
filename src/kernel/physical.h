/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical heap: frames, from an id heap over all usable memory below 2^MAXPHYADDR.
 *
 * Under pressure: whoever can give memory back hangs a hook on physical_hooks.  They are run by the heaps that map
 * memory (backed, tagged) when a request of theirs finds none, never here: a request for a frame may come from the
 * middle of a change of the page tables, which a hook changes as well.
 */
#ifndef ACRE_PHYSICAL_H
#define ACRE_PHYSICAL_H

#include <stdint.h>

#include "ledger.h"
#include "runtime/heap.h"
#include "runtime/idheap.h"
#include "runtime/reclaim.h"
#include "runtime/region.h"
#include "x86_64/address.h"
#include "x86_64/layout.h"

/* Makes the heap of the usable regions in `table`, and the ledger of all of them.  Panics, by name, if its books find
 * no memory: nothing can exist without it.  Needs the page tables (tables_init). */
void physical_init(const struct region_table *table);

/* Hands the frames of every region of `type` to the heap: boot memory that is not needed any more. */
void physical_reclaim(const struct region_table *table, uint32_t type);

/* Frames that so many bytes need; also the pages. */
static inline uint64_t physical_frames(uint64_t bytes)
{
    return (bytes >> LAYOUT_FRAME_SHIFT) + (bytes % LAYOUT_FRAME_SIZE != 0);
}

extern struct reclaim_list physical_hooks;

/* The fewest frames that were ever free at once, since physical_init. */
extern uint64_t physical_least_free;

/* One frame for `owner`.  STATUS_NOT_FOUND, STATUS_NO_MEMORY. */
MUST_USE enum status physical_alloc(enum owner owner, phys_t *frame);

/* `count` frames in a row, the first aligned to `align` bytes (a power of two), all below `limit` (0: anywhere). */
MUST_USE enum status physical_alloc_span(enum owner owner, uint64_t count, uint64_t align, uint64_t limit,
                                         phys_t *base);

/* Takes exactly these `count` frames.  STATUS_OVERLAP: one is in use.  STATUS_NOT_OWNED, STATUS_NO_MEMORY. */
MUST_USE enum status physical_take(enum owner owner, phys_t base, uint64_t count);

/* Gives back `count` frames that `owner` had.  Panics if they were not allocated: somebody's books are wrong. */
void physical_free(enum owner owner, phys_t base, uint64_t count);

/* The id heap itself (ids are frame numbers), for statistics and self-checks. */
struct idheap *physical_heap(void);

/* The same as a heap of bytes, "physical", that books what it gives out under `owner`. */
struct heap *physical_heap_of(enum owner owner);

#endif
