/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large pages cost a program memory that it has not touched.  When memory is short they are looked through: one that
 * holds pages of nothing but zeros is cut, and those pages are unmapped; untouched memory reads as zeros anyway.  So a
 * program gets as far with large pages as with small ones.
 *
 * A cut takes a frame for a table: it is not made for a single page.  Memory that is locked stays as it is.
 *
 * Cost: a run goes on where the last one ended and stops when it has ENOUGH; one that finds nothing has looked at all
 * large pages, mostly at the first words of their pages.
 */
#include "unix/space_inner.h"

#define HUGE_PAGES (HUGE_SIZE / LAYOUT_FRAME_SIZE)
#define ENOUGH 64u /* frames that one run gives back, if there are so many */

static uint64_t cursor; /* where the next run begins */

static uint64_t page_at(uint64_t block, uint64_t i)
{
    return block + (i << LAYOUT_FRAME_SHIFT);
}

/* Notes which pages are zeros, and counts them: no user sees the large page meanwhile, the kernel does. */
static uint64_t find_zeros(uint64_t block, uint64_t *entry, bool zero[HUGE_PAGES])
{
    uint64_t value = *entry, count = 0;

    pagetable_store(&kernel_tables, virt(block), entry, (value & PT_FRAME) | PT_PRESENT | PT_LARGE);
    for (uint64_t i = 0; i < HUGE_PAGES; i++)
        count += zero[i] = userpage_is_zero(page_at(block, i));
    pagetable_store(&kernel_tables, virt(block), entry, value);
    return count;
}

/* The frames that came back. */
static uint64_t shrink_block(uint64_t block, uint64_t *entry)
{
    bool zero[HUGE_PAGES];
    uint64_t count = find_zeros(block, entry, zero);

    if (count == HUGE_PAGES) {
        space_zap(block, block + HUGE_SIZE);
        return count;
    }
    if (count < 2 || pagetable_cut(&kernel_tables, virt(block + LAYOUT_FRAME_SIZE)) != STATUS_OK)
        return 0;
    for (uint64_t i = 0; i < HUGE_PAGES; i++)
        if (zero[i])
            space_zap(page_at(block, i), page_at(block, i + 1));
    return count - 1;
}

static bool may_shrink(const struct area *area)
{
    return area->flags & AREA_TOUCHED && !(area->flags & AREA_LOCKED) && !area->file && !area->pages;
}

/* The large pages of an area from `at` on, until so many frames have come back; where it ended in *at. */
static uint64_t shrink_area(const struct area *area, uint64_t *at, uint64_t wanted)
{
    uint64_t freed = 0, *entry;
    int level;

    while (freed < wanted && (entry = pagetable_next(&kernel_tables, at, area->limit, &level))) {
        freed += level == 2 ? shrink_block(*at, entry) : 0;
        *at = (*at & ~HUGE_MASK) + HUGE_SIZE;
    }
    return freed;
}

static uint64_t shrink_range(uint64_t base, uint64_t limit, uint64_t wanted)
{
    uint64_t freed = 0;

    for (const struct area *area = space_first(base, limit); area && freed < wanted;
         area = space_next(area, limit)) {
        cursor = area->base > base ? area->base : base;
        if (may_shrink(area))
            freed += shrink_area(area, &cursor, wanted - freed);
    }
    return freed;
}

bool space_shrink(void *context)
{
    uint64_t from = cursor, freed = shrink_range(from, SPACE_LIMIT, ENOUGH);

    (void)context;
    if (freed < ENOUGH)
        freed += shrink_range(0, from, ENOUGH - freed);
    return freed != 0;
}
