/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The leaves of the user half, many at a time: taken away, given other rights, moved.
 *
 * A leaf says whose its frame is (PT_OWNER).  What is borrowed (owner_is_borrowed) has no frame to be freed, and may be
 * thrown away: a fault makes it again.  A leaf of an area that nobody may access lacks PT_PRESENT, for the kernel must
 * not get at it either; it keeps the frame.
 */
#include <stddef.h>

#include "kernel/ledger.h"
#include "kernel/physical.h"
#include "unix/errno.h"
#include "unix/forget.h"
#include "unix/inode.h"
#include "unix/space_inner.h"

#define RIGHTS (PT_PRESENT | PT_WRITE | PT_USER | PT_NX)

static uint64_t owner_in(uint64_t entry)
{
    return (entry & PT_OWNER) >> PT_OWNER_SHIFT;
}

/* A page that is not the area's own yet is written after a fault has made it so. */
static bool may_write_now(const struct area *area, uint64_t owner)
{
    return area->flags & AREA_WRITE &&
           (!owner_is_borrowed(owner) || (owner == OWNER_FILES && area->flags & AREA_SHARED));
}

uint64_t space_leaf_flags(const struct area *area, uint64_t owner)
{
    uint64_t flags = owner << PT_OWNER_SHIFT;

    if (area->flags & AREA_ACCESS)
        flags |= PT_PRESENT | PT_USER;
    if (may_write_now(area, owner))
        flags |= PT_WRITE;
    if (!(area->flags & AREA_EXEC) && kernel_tables.nx)
        flags |= PT_NX;
    return flags;
}

static void free_leaf(void *context, struct mapping leaf)
{
    uint64_t owner = owner_in(leaf.flags);

    (void)context;
    if (!owner_is_borrowed(owner))
        physical_free((enum owner)owner, leaf.phys, leaf.bytes >> LAYOUT_FRAME_SHIFT);
}

/* The program never has more than just before it gives some back, or now. */
uint64_t space_most_resident(void)
{
    uint64_t now = ledger.frames[OWNER_USER_ANONYMOUS] + ledger.frames[OWNER_USER_STACK] +
                   ledger.frames[OWNER_USER_HEAP] + ledger.frames[OWNER_USER_PROGRAM];

    if (now > space.most_resident)
        space.most_resident = now;
    return space.most_resident;
}

void space_zap(uint64_t base, uint64_t limit)
{
    space_most_resident();
    tables_unmap(virt(base), limit - base, free_leaf, NULL);
}

void space_rights(const struct area *area, uint64_t base, uint64_t limit)
{
    uint64_t at = base, *entry;
    int level;

    while ((entry = pagetable_next(&kernel_tables, &at, limit, &level))) {
        uint64_t value = (*entry & ~RIGHTS) | space_leaf_flags(area, owner_in(*entry));

        if (value != *entry)
            pagetable_store(&kernel_tables, virt(at), entry, value);
        at += level == 1 ? LAYOUT_FRAME_SIZE : HUGE_SIZE;
    }
}

void space_forget(uint64_t base, uint64_t limit)
{
    uint64_t at = base, *entry;
    int level;

    while ((entry = pagetable_next(&kernel_tables, &at, limit, &level))) {
        if (level == 1 && owner_in(*entry) == OWNER_FILES)
            tables_unmap_page(virt(at)); /* whose table may go with it */
        at += level == 1 ? LAYOUT_FRAME_SIZE : HUGE_SIZE;
    }
}

/* Calls act for what is mapped of these pages of a file. */
static void on_pages(const struct inode *file, uint64_t first, uint64_t count,
                     void (*act)(uint64_t base, uint64_t limit))
{
    uint64_t begin = first << LAYOUT_FRAME_SHIFT;
    uint64_t most = (UINT64_MAX >> LAYOUT_FRAME_SHIFT) - first;
    uint64_t end = count > most ? UINT64_MAX : (first + count) << LAYOUT_FRAME_SHIFT;

    if (!file->references) /* it is being deleted: no area has it */
        return;
    for (struct area *area = space.tree.first; area; area = area->after) {
        uint64_t bytes = area->limit - area->base, low = begin > area->offset ? begin - area->offset : 0;
        uint64_t high = end - area->offset < bytes ? end - area->offset : bytes;

        if (area->file == file && area->flags & AREA_TOUCHED && end > area->offset && low < high)
            act(area->base + low, area->base + high);
    }
}

void space_forget_pages(struct inode *file, uint64_t first, uint64_t count)
{
    on_pages(file, first, count, space_forget);
}

void space_cut_pages(struct inode *file, uint64_t first)
{
    on_pages(file, first, UINT64_MAX, space_zap);
}
