/* SPDX-License-Identifier: Apache-2.0 */
/* Page tables on a host: tables of malloc, counted, whose allocation can fail. */
#ifndef ACRE_PAGETABLE_WORLD_H
#define ACRE_PAGETABLE_WORLD_H

#include "tap.h"

#include "x86_64/pagetable.h"

#define SLOTS 4096
#define K4 0x1000ull
#define M2 0x200000ull
#define G1 0x40000000ull
#define KERNEL 0xffffffff80000000ull
#define HEAP 0xffff800000000000ull

struct world {
    struct pagetable pt;
    uint64_t *tables[SLOTS];
    uint64_t taken, given; /* tables */
    uint64_t levels[PT_LEVELS + 1]; /* tables out, by the level that was said */
    int64_t fail_after; /* takes that still work; negative: all */
    uint64_t invalidated, gone_pages;
};

static inline uint64_t *world_table(void *context, uint32_t slot)
{
    return ((struct world *)context)->tables[slot];
}

static inline enum status world_take(void *context, int level, uint32_t *slot, phys_t *frame)
{
    struct world *w = context;

    if (w->fail_after == 0)
        return STATUS_NO_MEMORY;
    w->fail_after--;
    for (*slot = 0; w->tables[*slot]; ++*slot)
        ;
    w->tables[*slot] = memset(aligned_alloc(K4, K4), 0, K4);
    w->levels[level]++;
    *frame = phys(0x100000 + *slot * K4);
    w->taken++;
    return STATUS_OK;
}

static inline void world_give(void *context, int level, uint32_t slot, phys_t frame)
{
    struct world *w = context;

    if (frame.p != 0x100000 + slot * K4 || !w->tables[slot])
        abort();
    free(w->tables[slot]);
    w->tables[slot] = NULL;
    w->levels[level]--;
    w->given++;
}

static inline void world_invalidate(void *context, virt_t address)
{
    (void)address;
    ((struct world *)context)->invalidated++;
}

static inline void world_open(struct world *w)
{
    phys_t frame;

    memset(w, 0, sizeof *w);
    w->fail_after = -1;
    w->pt = (struct pagetable){ .nx = true,
                                .page1g = true,
                                .phys_limit = 1ull << 40,
                                .tables = 1,
                                .context = w,
                                .table = world_table,
                                .take = world_take,
                                .give = world_give,
                                .invalidate = world_invalidate };
    world_take(w, PT_LEVELS, &w->pt.root, &frame);
}

/* Nothing but the root may be left. */
static inline bool world_close(struct world *w)
{
    bool clean = w->taken == w->given + 1 && w->pt.tables == 1 && pagetable_count(&w->pt, 0) == 1;

    for (int i = 0; i < PT_ENTRIES; i++)
        clean = clean && w->tables[w->pt.root][i] == 0;
    free(w->tables[w->pt.root]);
    return clean;
}

#endif
