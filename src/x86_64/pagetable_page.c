/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One page, quickly.  Heaps map and unmap single pages all the time, and nearly always the four tables are there: then
 * a walk down and one store do it.  Where a table is missing, or the last page of one goes, pagetable.c's general way
 * does the rest.
 *
 * The table that was last walked to is remembered until any table is given back.  Whether a table has become empty is
 * asked of the entry's neighbours first: of a heap's pages there are more.
 */
#include <stddef.h>

#include "pagetable_level.h"

#define NEAR 8 /* entries in a cache line */

/* Walks down; the table of the lowest level, or NULL. */
static uint64_t *walk_to_table(const struct pagetable *pt, virt_t base)
{
    uint64_t *table = table_in(pt, pt->root);

    for (int level = PT_LEVELS; level > 1; level--) {
        uint64_t entry = table[level_index(base.v, level)];

        if (!(entry & PT_PRESENT) || (entry & PT_LARGE))
            return NULL;
        table = table_of(pt, entry);
    }
    return table;
}

uint64_t *pagetable_entry(struct pagetable *pt, virt_t base)
{
    if ((base.v ^ pt->near_base) >> level_shift(2) || !pt->near_table) {
        pt->near_table = walk_to_table(pt, base);
        pt->near_base = base.v;
    }
    return pt->near_table ? &pt->near_table[level_index(base.v, 1)] : NULL;
}

enum status pagetable_map_page(struct pagetable *pt, virt_t base, phys_t to, uint64_t flags)
{
    uint64_t *entry = pagetable_entry(pt, base);

    /* PT_USER too, because the tables on the way must be open to users as well. */
    if (!entry || ((base.v | to.p) & (LAYOUT_FRAME_SIZE - 1)) || to.p >= pt->phys_limit ||
        (flags & (~PT_FLAGS | PT_USER)))
        return pagetable_map(pt, base, to, LAYOUT_FRAME_SIZE, flags, false);
    if (*entry)
        return STATUS_OVERLAP;
    *entry = leaf_entry(to.p, pt->nx ? flags : flags & ~PT_NX, 1);
    return STATUS_OK;
}

static bool has_more(const uint64_t *entry)
{
    uintptr_t row = sizeof(uint64_t) * NEAR, table = LAYOUT_FRAME_SIZE;
    const uint64_t *near = (const uint64_t *)((uintptr_t)entry & ~(row - 1));
    const uint64_t *first = (const uint64_t *)((uintptr_t)entry & ~(table - 1));
    uint64_t any = 0;

    for (int i = 0; i < NEAR; i++)
        any |= near[i];
    for (int i = 0; !any && i < PT_ENTRIES; i++)
        any = first[i];
    return any != 0;
}

void pagetable_unmap_page(struct pagetable *pt, virt_t base, uint64_t *entry, struct mapping *leaf)
{
    *leaf = leaf_at(base.v, *entry, 1, ~(uint64_t)0);
    *entry = 0;
    if (pt->invalidate)
        pt->invalidate(pt->context, base);
    if (has_more(entry))
        return;
    /* Nothing of the page is left, but its tables may go; that cannot fail, for there is nothing to split. */
    (void)!pagetable_unmap(pt, base, LAYOUT_FRAME_SIZE, NULL, NULL);
}
