/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mlock and its kin, mincore, msync.  There is no swap: locking makes pages, and forbids to throw them away.  Files
 * live in memory: msync has nothing to do but to look at its arguments.
 */
#include "unix/space_lock.h"

#include <stddef.h>

#include "unix/errno.h"
#include "unix/inode.h"
#include "unix/space_inner.h"

enum { SYNC_ASYNC = 1, SYNC_INVALIDATE = 2, SYNC_SYNC = 4 };

static int64_t set_locked(struct area **area, uint64_t base, uint64_t limit, bool lock)
{
    uint32_t old = (*area)->flags, flags = lock ? old | AREA_LOCKED : old & ~(uint32_t)AREA_LOCKED;

    if (flags == old || (*area)->kind == AREA_VDSO)
        return 0;
    if (!space_nodes_ready(2) || space_isolate(base, limit) != 0)
        return -ENOMEM;
    *area = area_find(&space.tree, base);
    space_set_flags(*area, flags);
    *area = space_join(*area);
    return 0;
}

/* All of [base, limit); -ENOMEM where a hole comes. */
static int64_t lock_range(uint64_t base, uint64_t limit, bool lock)
{
    uint64_t at = base;

    while (at < limit) {
        struct area *area = area_at(&space.tree, at);
        uint64_t end = area && area->limit < limit ? area->limit : limit;
        int64_t result = area ? set_locked(&area, at, end, lock) : -ENOMEM;

        if (result != 0)
            return result;
        at = end;
    }
    return 0;
}

/* Makes the pages; what goes wrong has other names here (Linux: __mlock_posix_error_return). */
static int64_t make_pages(uint64_t base, uint64_t limit)
{
    for (const struct area *area = space_first(base, limit); area; area = space_next(area, limit)) {
        uint64_t from = area->base > base ? area->base : base, to = area->limit < limit ? area->limit : limit;
        bool write = (area->flags & (AREA_WRITE | AREA_SHARED)) == AREA_WRITE;
        int64_t result = space_populate(from, to - from, write);

        if (result != 0)
            return result == -ENOMEM ? -EAGAIN : -ENOMEM;
    }
    return 0;
}

static bool range_of(uint64_t address, uint64_t length, uint64_t *base, uint64_t *limit)
{
    *base = address & ~PAGE_MASK;
    *limit = *base + page_up(length + (address & PAGE_MASK));
    return *limit >= *base;
}

static uint64_t locked_in(uint64_t base, uint64_t limit)
{
    uint64_t pages = 0;

    for (const struct area *area = space_first(base, limit); area; area = space_next(area, limit))
        if (area->flags & AREA_LOCKED)
            pages += pages_of((area->limit < limit ? area->limit : limit) - (area->base > base ? area->base : base));
    return pages;
}

int64_t space_lock(uint64_t address, uint64_t length, bool on_fault)
{
    uint64_t base, limit;
    int64_t result;

    if (!space_may_lock_any())
        return -EPERM;
    if (!range_of(address, length, &base, &limit))
        return -EINVAL;
    if (!space_may_lock(pages_of(limit - base) - locked_in(base, limit)))
        return -ENOMEM;
    result = lock_range(base, limit, true);
    return result || on_fault ? result : make_pages(base, limit);
}

int64_t space_unlock(uint64_t address, uint64_t length)
{
    uint64_t base, limit;

    return range_of(address, length, &base, &limit) ? lock_range(base, limit, false) : -EINVAL;
}

static int64_t lock_each(bool lock)
{
    int64_t result = 0;

    for (struct area *area = space.tree.first; area && result == 0; area = area->after)
        result = set_locked(&area, area->base, area->limit, lock);
    return result;
}

int64_t space_lock_all(uint64_t flags)
{
    int64_t result = 0;

    if (!flags || flags & ~(uint64_t)(SPACE_LOCK_CURRENT | SPACE_LOCK_FUTURE | SPACE_LOCK_ONFAULT) ||
        flags == SPACE_LOCK_ONFAULT)
        return -EINVAL;
    if (!space_may_lock_any())
        return -EPERM;
    if (flags & SPACE_LOCK_CURRENT && !space_may_lock(space.pages - space.locked_pages))
        return -ENOMEM;
    space.future = flags & SPACE_LOCK_FUTURE ? AREA_LOCKED : 0;
    if (flags & SPACE_LOCK_CURRENT) {
        result = lock_each(true);
        if (result == 0 && !(flags & SPACE_LOCK_ONFAULT))
            for (const struct area *area = space.tree.first; area; area = area->after)
                (void)make_pages(area->base, area->limit);
    }
    return result;
}

int64_t space_unlock_all(void)
{
    space.future = 0;
    return lock_each(false);
}

/* ---- */

bool space_resident(uint64_t page)
{
    const struct area *area = area_at(&space.tree, page);
    uint64_t at = page, *entry;
    int level;

    if (area->file && (area->flags & AREA_SHARED || !(area->flags & AREA_TOUCHED)))
        return inode_page(area->file, (area->offset + (page - area->base)) >> LAYOUT_FRAME_SHIFT, false, NULL);
    entry = pagetable_next(&kernel_tables, &at, page + LAYOUT_FRAME_SIZE, &level);
    return entry || (area->file && inode_page(area->file, (area->offset + (page - area->base)) >> LAYOUT_FRAME_SHIFT,
                                              false, NULL));
}

int64_t space_sync(uint64_t address, uint64_t length, uint64_t flags)
{
    uint64_t limit = address + page_up(length), at = address;
    bool hole = false;

    if (flags & ~(uint64_t)(SYNC_ASYNC | SYNC_INVALIDATE | SYNC_SYNC) || address & PAGE_MASK ||
        (flags & (SYNC_ASYNC | SYNC_SYNC)) == (SYNC_ASYNC | SYNC_SYNC))
        return -EINVAL;
    if (limit <= address)
        return limit < address ? -ENOMEM : 0;
    for (const struct area *area = space_first(address, limit); area; area = space_next(area, limit)) {
        if (flags & SYNC_INVALIDATE && area->flags & AREA_LOCKED)
            return -EBUSY;
        hole = hole || area->base > at;
        at = area->limit;
    }
    return hole || at < limit ? -ENOMEM : 0;
}
