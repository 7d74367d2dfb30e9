/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages, made when they are touched.
 *
 *               read                                          written
 *   anonymous   the page of zeros, one for all                a frame of its own, zeroed (or a large page)
 *   private     the file's own page, read-only                a frame of its own, copied from the file's page
 *   shared      the file's own page                           the same
 *   vDSO        the kernel's page, read-only                  never
 *
 * A frame is filled through the page's own address: its leaf lets the kernel write and users do nothing until it is
 * whole.
 */
#include <stddef.h>

#include "kernel/physical.h"
#include "unix/filepage.h"
#include "unix/inode.h"
#include "unix/space_inner.h"

#define FILLING (PT_PRESENT | PT_WRITE)

enum status space_frame(enum owner owner, phys_t *frame)
{
    if (ledger.frames[OWNER_FREE] <= SPACE_RESERVE_FRAMES && !reclaim_run(&physical_hooks))
        return STATUS_NO_MEMORY;
    if (ledger.frames[OWNER_FREE] <= SPACE_RESERVE_FRAMES)
        return STATUS_NO_MEMORY;
    return physical_alloc(owner, frame);
}

static enum owner owner_of(const struct area *area)
{
    static const enum owner owners[AREA_KIND_COUNT] = {
        [AREA_ANONYMOUS] = OWNER_USER_ANONYMOUS, [AREA_STACK] = OWNER_USER_STACK, [AREA_HEAP] = OWNER_USER_HEAP,
        [AREA_FILE] = OWNER_USER_PROGRAM, [AREA_VDSO] = OWNER_USER_VDSO
    };

    return owners[area->kind];
}

/* Shows a frame that is somebody else's too. */
static enum touch borrow(const struct area *area, uint64_t page, uint64_t *entry, phys_t frame, enum owner owner)
{
    pagetable_store(&kernel_tables, virt(page), entry, frame.p | space_leaf_flags(area, owner));
    return TOUCH_OK;
}

/* A frame of its own, filled from `from`, or with zeros. */
static enum touch own(const struct area *area, uint64_t page, uint64_t *entry, const void *from)
{
    enum owner owner = owner_of(area);
    phys_t frame;

    if (space_frame(owner, &frame) != STATUS_OK)
        return TOUCH_NO_MEMORY;
    pagetable_store(&kernel_tables, virt(page), entry, frame.p | FILLING);
    if (from)
        userpage_copy(page, from);
    else
        userpage_clear(page, LAYOUT_FRAME_SIZE);
    pagetable_store(&kernel_tables, virt(page), entry, frame.p | space_leaf_flags(area, owner));
    return TOUCH_OK;
}

static enum touch read_anonymous(const struct area *area, uint64_t page, uint64_t *entry)
{
    phys_t frame;

    if (!userpage_zeros(&frame))
        return TOUCH_NO_MEMORY;
    return borrow(area, page, entry, frame, OWNER_ZERO_PAGE);
}

/* The file's own page is shown, or copied. */
static enum touch touch_file(const struct area *area, uint64_t page, uint64_t *entry, bool write)
{
    uint64_t index = (area->offset + (page - area->base)) >> LAYOUT_FRAME_SHIFT;
    bool full = false;
    void *from = inode_page(area->file, index, true, &full);

    if (!from)
        return full ? TOUCH_NO_MEMORY : TOUCH_BEYOND;
    if (write && !(area->flags & AREA_SHARED))
        return own(area, page, entry, from);
    if (write)
        inode_touch(area->file, TOUCH_MODIFIED | TOUCH_CHANGED);
    return borrow(area, page, entry, filepage_frame(from), OWNER_FILES);
}

static enum touch touch_kernel(const struct area *area, uint64_t page, uint64_t *entry)
{
    const uint8_t *from = (const uint8_t *)area->pages + area->offset + (page - area->base);
    struct mapping leaf;

    if (!pagetable_walk(&kernel_tables, virt((uint64_t)from), &leaf))
        return TOUCH_BEYOND;
    return borrow(area, page, entry, phys(leaf.phys.p + ((uint64_t)from - leaf.base.v)), OWNER_USER_VDSO);
}

static enum touch touch_new(const struct area *area, uint64_t page, uint64_t *entry, bool write)
{
    if (area->file)
        return touch_file(area, page, entry, write);
    if (area->pages)
        return touch_kernel(area, page, entry);
    return write ? own(area, page, entry, NULL) : read_anonymous(area, page, entry);
}

/* A leaf is there.  Written, a borrowed one becomes the area's own; else the CPU remembered what it was before. */
static enum touch touch_again(const struct area *area, uint64_t page, uint64_t *entry, bool write)
{
    uint64_t owner = (*entry & PT_OWNER) >> PT_OWNER_SHIFT, value;

    if (write && owner == OWNER_ZERO_PAGE)
        return own(area, page, entry, NULL);
    if (write && owner == OWNER_FILES && !(area->flags & AREA_SHARED))
        return touch_file(area, page, entry, true);
    value = (*entry & ~(PT_PRESENT | PT_WRITE | PT_USER | PT_NX)) | space_leaf_flags(area, owner);
    pagetable_store(&kernel_tables, virt(page), entry, value);
    return TOUCH_OK;
}

/* The page's entry, made if need be; *done if a large page lies there. */
static enum touch find_entry(struct area *area, uint64_t page, bool write, uint64_t **entry, bool *done)
{
    enum status status;

    *entry = pagetable_entry(&kernel_tables, virt(page));
    if (*entry && !(area->flags & AREA_HUGE))
        return TOUCH_OK;
    *done = write && space_touch_huge(area, page);
    if (*done)
        return TOUCH_OK;
    status = pagetable_prepare(&kernel_tables, virt(page), 1, entry);
    *done = status == STATUS_OVERLAP; /* a large page: its rights are the area's already */
    if (status != STATUS_OK && !*done)
        tables_unmap(virt(page), LAYOUT_FRAME_SIZE, NULL, NULL); /* tables above it that were taken */
    return status == STATUS_OK || *done ? TOUCH_OK : TOUCH_NO_MEMORY;
}

enum touch space_touch(struct area *area, uint64_t page, bool write)
{
    uint64_t *entry = NULL;
    bool done = false;
    enum touch touch;

    area->flags |= AREA_TOUCHED;
    touch = find_entry(area, page, write, &entry, &done);
    if (touch != TOUCH_OK || done)
        return touch;
    if (*entry)
        return touch_again(area, page, entry, write);
    touch = touch_new(area, page, entry, write);
    if (touch != TOUCH_OK)
        tables_unmap(virt(page), LAYOUT_FRAME_SIZE, NULL, NULL);
    return touch;
}
