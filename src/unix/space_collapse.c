/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MADV_COLLAPSE: small pages become a large one.  Its frames are seen for a moment at a free place of the user half,
 * where the pages are copied to; what was never touched is zeroed.  Then the table of small pages makes way for the
 * large page, and its frames go.  Nothing can fail once a large frame, and a table for that place, are there.
 *
 * Linux's answers (mm/khugepaged.c): 0 if all of the range that large pages can cover is covered by them; -EINVAL where
 * there is nothing to collapse, or none may be; -ENOMEM.
 */
#include <stddef.h>

#include "kernel/physical.h"
#include "unix/errno.h"
#include "unix/space_inner.h"

#define HUGE_FRAMES (HUGE_SIZE / LAYOUT_FRAME_SIZE)
#define SEEN (PT_PRESENT | PT_WRITE) /* by the kernel alone */

static bool may_collapse(const struct area *area)
{
    uint64_t first = (area->base + HUGE_MASK) & ~HUGE_MASK;

    return !area->file && !area->pages && area->kind != AREA_STACK && !(area->flags & (AREA_NOHUGE | AREA_GROWS)) &&
           first < area->limit && area->limit - first >= HUGE_SIZE;
}

/* Copies the block's pages to where the new frames are seen. */
static void copy_block(uint64_t block, uint64_t to)
{
    for (uint64_t i = 0; i < HUGE_SIZE; i += LAYOUT_FRAME_SIZE) {
        uint64_t *entry = pagetable_entry(&kernel_tables, virt(block + i));

        if (*entry) {
            pagetable_store(&kernel_tables, virt(block + i), entry, (*entry & ~(PT_USER | PT_WRITE)) | PT_PRESENT);
            userpage_copy_within(to + i, block + i);
        } else {
            userpage_clear(to + i, LAYOUT_FRAME_SIZE);
        }
    }
}

/* The frames of the block's pages go; the entries are the table's, which goes next. */
static void free_block(uint64_t block)
{
    for (uint64_t i = 0; i < HUGE_SIZE; i += LAYOUT_FRAME_SIZE) {
        uint64_t *entry = pagetable_entry(&kernel_tables, virt(block + i));
        uint64_t owner = (*entry & PT_OWNER) >> PT_OWNER_SHIFT;

        if (*entry && !owner_is_borrowed(owner))
            physical_free((enum owner)owner, phys(*entry & PT_FRAME), 1);
    }
}

/* A large frame, seen at *at. */
static int64_t take_large(enum owner owner, uint64_t *at, phys_t *frame)
{
    int64_t place = space_place(HUGE_SIZE, 0, true);
    uint64_t *entry;

    if (place < 0 || place & (int64_t)HUGE_MASK || ledger.frames[OWNER_FREE] < HUGE_FRAMES + SPACE_RESERVE_FRAMES)
        return -ENOMEM;
    *at = (uint64_t)place;
    if (pagetable_prepare(&kernel_tables, virt(*at), 2, &entry) == STATUS_OK &&
        physical_alloc_span(owner, HUGE_FRAMES, HUGE_SIZE, 0, frame) == STATUS_OK) {
        pagetable_store(&kernel_tables, virt(*at), entry, frame->p | PT_LARGE | SEEN);
        return 0;
    }
    tables_unmap(virt(*at), HUGE_SIZE, NULL, NULL); /* tables that were taken */
    return -ENOMEM;
}

static int64_t collapse_block(const struct area *area, uint64_t block)
{
    enum owner owner = area->kind == AREA_HEAP ? OWNER_USER_HEAP : OWNER_USER_ANONYMOUS;
    uint64_t at = block, to;
    int level;
    phys_t frame;

    if (!pagetable_next(&kernel_tables, &at, block + HUGE_SIZE, &level))
        return -EINVAL;
    if (level == 2)
        return 0;
    if (take_large(owner, &to, &frame) != 0)
        return -ENOMEM;
    copy_block(block, to);
    free_block(block);
    pagetable_join(&kernel_tables, virt(block), frame.p | PT_LARGE | space_leaf_flags(area, owner));
    tables_unmap(virt(to), HUGE_SIZE, NULL, NULL);
    return 0;
}

int64_t space_collapse(const struct area *area, uint64_t base, uint64_t limit)
{
    int64_t result = 0;

    if (!may_collapse(area))
        return -EINVAL;
    for (uint64_t block = (base + HUGE_MASK) & ~HUGE_MASK; block < limit && limit - block >= HUGE_SIZE;
         block += HUGE_SIZE) {
        int64_t one = collapse_block(area, block);

        if (one == -ENOMEM)
            return one;
        result = one ? one : result;
    }
    return result;
}
