/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large pages, as Linux's transparent huge pages: the first write to an aligned 2 MiB of private anonymous memory, all
 * of it in one area, gets a large page, if the area does not forbid it and memory is plenty.  Whoever changes a part of
 * it cuts it (pagetable_cut); the parts go on as small pages.
 *
 * Where pages of zeros have been read before, they make way in areas that ask for large pages (MADV_HUGEPAGE).
 */
#include <stddef.h>

#include "kernel/physical.h"
#include "unix/space_inner.h"

#define HUGE_FRAMES (HUGE_SIZE / LAYOUT_FRAME_SIZE)
#define PLENTY (8 * HUGE_FRAMES) /* frames that must be free, unless the area asks for large pages: */
#define ENOUGH (2 * HUGE_FRAMES)

static bool may_be_huge(const struct area *area, uint64_t block)
{
    return !area->file && !area->pages && area->kind != AREA_STACK && !(area->flags & (AREA_NOHUGE | AREA_GROWS)) &&
           block >= area->base && area->limit - block >= HUGE_SIZE && block < area->limit &&
           ledger.frames[OWNER_FREE] >= (area->flags & AREA_HUGE ? ENOUGH : PLENTY);
}

static enum owner owner_of(const struct area *area)
{
    return area->kind == AREA_HEAP ? OWNER_USER_HEAP : OWNER_USER_ANONYMOUS;
}

/* Whether nothing but pages of zeros has been touched there. */
static bool has_only_zeros(uint64_t block)
{
    uint64_t at = block, *entry;
    int level;

    while ((entry = pagetable_next(&kernel_tables, &at, block + HUGE_SIZE, &level))) {
        if ((*entry & PT_OWNER) >> PT_OWNER_SHIFT != OWNER_ZERO_PAGE)
            return false;
        at += LAYOUT_FRAME_SIZE;
    }
    return true;
}

bool space_touch_huge(struct area *area, uint64_t page)
{
    uint64_t block = page & ~HUGE_MASK, *entry;
    enum owner owner = owner_of(area);
    phys_t frame;

    if (area->flags & AREA_HUGE && may_be_huge(area, block) && has_only_zeros(block))
        space_zap(block, block + HUGE_SIZE);
    if (!may_be_huge(area, block) || pagetable_prepare(&kernel_tables, virt(block), 2, &entry) != STATUS_OK || *entry ||
        physical_alloc_span(owner, HUGE_FRAMES, HUGE_SIZE, 0, &frame) != STATUS_OK)
        return false;
    pagetable_store(&kernel_tables, virt(block), entry, frame.p | PT_PRESENT | PT_WRITE | PT_LARGE);
    userpage_clear(block, HUGE_SIZE);
    pagetable_store(&kernel_tables, virt(block), entry, frame.p | PT_LARGE | space_leaf_flags(area, owner));
    return true;
}
