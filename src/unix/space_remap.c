/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mremap: a mapping becomes shorter, longer where it lies, or lies elsewhere.  Its pages move with it: leaves change
 * their place in the page tables, frames stay.  The order of the checks is Linux's (mm/mremap.c).
 */
#include <stddef.h>

#include "unix/errno.h"
#include "unix/space_inner.h"

enum { REMAP_MAYMOVE = 1, REMAP_FIXED = 2, REMAP_DONTUNMAP = 4, REMAP_FLAGS = 7 };

struct remap {
    uint64_t from, old_length, new_length, to;
    uint32_t flags;
};

/* The area that the mapping is in, if it may become so long: -EFAULT where it is not one area, -ENOMEM. */
static int64_t find(const struct remap *r, struct area **found)
{
    struct area *area = area_at(&space.tree, r->from);

    if (!area)
        return -EFAULT;
    if (r->old_length == 0 && !(area->flags & AREA_SHARED))
        return -EINVAL;
    if (r->old_length > area->limit - r->from)
        return -EFAULT;
    if (r->new_length > r->old_length) {
        if (area->kind == AREA_VDSO)
            return -EFAULT;
        if (area->file && area->offset + (r->from - area->base) > INT64_MAX - r->new_length)
            return -EINVAL;
        if (area->flags & AREA_LOCKED && !space_may_lock(pages_of(r->new_length - r->old_length)))
            return -EAGAIN;
        if (!space_may_grow(pages_of(r->new_length - r->old_length), area->flags))
            return -ENOMEM;
    }
    *found = area;
    return 0;
}

/* The new area, with the pages of the old one, and without it unless it is to stay, empty. */
static int64_t move(const struct remap *r, const struct area *area, uint64_t to)
{
    uint64_t moved = r->old_length < r->new_length ? r->old_length : r->new_length;
    uint64_t from = r->from, offset = area->offset + (from - area->base);
    struct area want = *area;

    if (!space_nodes_ready(3) || space.tree.count >= SPACE_AREAS_MAX - 3)
        return -ENOMEM;
    if (moved) {
        int64_t result = space_isolate(from, from + moved);

        if (result == 0 && want.flags & AREA_TOUCHED &&
            pagetable_move(&kernel_tables, virt(from), virt(to), moved) != STATUS_OK)
            result = -ENOMEM;
        if (result != 0)
            return result;
    }
    want.base = to;
    want.limit = to + r->new_length;
    want.offset = area->file || area->pages ? offset : 0;
    space_add(&want);
    return 0;
}

static int64_t relocate(const struct remap *r, struct area *area, uint64_t to)
{
    uint32_t locked = area->flags & AREA_LOCKED;
    bool writable = area->flags & AREA_WRITE;
    int64_t result = move(r, area, to);

    if (result != 0)
        return result;
    if (r->flags & REMAP_DONTUNMAP)
        space_join(area_find(&space.tree, r->from));
    else if (r->old_length)
        (void)space_unmap(r->from, r->old_length); /* cut already */
    if (locked && r->new_length > r->old_length)
        (void)space_populate(to + r->old_length, r->new_length - r->old_length, writable);
    return (int64_t)to;
}

/* To where the program says, or, with DONTUNMAP alone, anywhere. */
static int64_t remap_to(struct remap *r)
{
    uint32_t fixed = r->flags & REMAP_FIXED;
    struct area *area;
    int64_t result;

    if (fixed && (r->to & PAGE_MASK || r->new_length > SPACE_LIMIT || r->to > SPACE_LIMIT - r->new_length ||
                  (r->from + r->old_length > r->to && r->to + r->new_length > r->from)))
        return -EINVAL;
    if (fixed && r->to < LAYOUT_USER_BASE)
        return -EPERM;
    result = find(r, &area); /* before anything is unmapped, and again after: it may have been cut */
    if (result == 0 && fixed)
        result = space_unmap(r->to, r->new_length);
    if (result == 0 && r->old_length > r->new_length) {
        result = space_unmap(r->from + r->new_length, r->old_length - r->new_length);
        r->old_length = r->new_length;
    }
    if (result == 0)
        result = find(r, &area);
    if (result == 0 && r->flags & REMAP_DONTUNMAP && !space_may_grow(pages_of(r->new_length), area->flags))
        result = -ENOMEM;
    if (result != 0)
        return result;
    if (!fixed)
        result = space_place(r->new_length, 0, !area->file);
    return result < 0 ? result : relocate(r, area, fixed ? r->to : (uint64_t)result);
}

/* Where it lies, if there is room behind it and it is the area's end. */
static bool grow_in_place(const struct remap *r, struct area *area)
{
    uint64_t limit = r->from + r->new_length, old = area->limit;
    bool writable = area->flags & AREA_WRITE;

    if (r->from + r->old_length != old || r->new_length > SPACE_LIMIT - r->from ||
        (area->after && area->after->base < limit))
        return false;
    space_set_bounds(area, area->base, limit);
    area = space_join(area);
    if (area->flags & AREA_LOCKED)
        (void)space_populate(old, limit - old, writable);
    return true;
}

static int64_t remap_here(struct remap *r)
{
    struct area *area;
    int64_t result;

    if (r->old_length > r->new_length) {
        result = space_unmap(r->from + r->new_length, r->old_length - r->new_length);
        return result ? result : (int64_t)r->from;
    }
    result = find(r, &area);
    if (result != 0)
        return result;
    if (r->old_length == r->new_length || (r->old_length && grow_in_place(r, area)))
        return (int64_t)r->from;
    if (!(r->flags & REMAP_MAYMOVE) || r->new_length > SPACE_LIMIT)
        return -ENOMEM;
    result = space_place(r->new_length, 0, !area->file);
    return result < 0 ? result : relocate(r, area, (uint64_t)result);
}

int64_t space_remap(uint64_t address, uint64_t old_length, uint64_t new_length, int flags, uint64_t new_address)
{
    struct remap r = { .from = address, .old_length = page_up(old_length), .new_length = page_up(new_length),
                       .to = new_address, .flags = (uint32_t)flags };

    if (r.flags & ~(uint32_t)REMAP_FLAGS || (r.flags & REMAP_FIXED && !(r.flags & REMAP_MAYMOVE)) ||
        (r.flags & REMAP_DONTUNMAP && (!(r.flags & REMAP_MAYMOVE) || r.old_length != r.new_length)) ||
        address & PAGE_MASK || r.new_length == 0)
        return -EINVAL;
    if (!area_at(&space.tree, address))
        return -EFAULT;
    return r.flags & (REMAP_FIXED | REMAP_DONTUNMAP) ? remap_to(&r) : remap_here(&r);
}
