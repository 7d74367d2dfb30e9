/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The areas of the program and their books: how many pages, of which kinds.
 *
 * Nodes for areas are taken before anything changes (space_nodes_ready), so that what has begun goes through: a few are
 * always kept.  Every change of bounds and flags goes through the functions here, which keep the books.
 */
#include <stddef.h>

#include "kernel/kheap.h"
#include "unix/errno.h"
#include "unix/inode.h"
#include "unix/program.h"
#include "unix/space_inner.h"

struct space space = {
    .mmap_base = LAYOUT_MMAP_BASE, .mmap32_base = LAYOUT_MMAP32_BASE, .brk_limit = LAYOUT_USER_STACK_LIMIT
};

bool space_nodes_ready(uint32_t count)
{
    while (space.node_count < count) {
        struct area *area = kheap_new(sizeof *area);

        if (!area)
            return false;
        area->after = space.nodes;
        space.nodes = area;
        space.node_count++;
    }
    return true;
}

static void node_free(struct area *area)
{
    if (space.node_count < SPACE_NODES_MAX) {
        area->after = space.nodes;
        space.nodes = area;
        space.node_count++;
        return;
    }
    (void)!kheap_delete(area, sizeof *area);
}

static struct area *node_take(void)
{
    struct area *area = space.nodes;

    space.nodes = area->after;
    space.node_count--;
    return area;
}

/* ---- books */

/* Whether its pages are data in the eyes of RLIMIT_DATA. */
static bool is_data(uint32_t flags)
{
    return (flags & (AREA_WRITE | AREA_SHARED | AREA_GROWS)) == AREA_WRITE;
}

/* Enters `pages` more pages with these flags; a negative number in two's complement takes them out. */
static void account(uint64_t pages, uint32_t flags)
{
    space.pages += pages;
    if (is_data(flags))
        space.data_pages += pages;
    if (flags & AREA_GROWS)
        space.stack_pages += pages;
    if (flags & AREA_LOCKED)
        space.locked_pages += pages;
}

static uint64_t area_pages(const struct area *area)
{
    return pages_of(area->limit - area->base);
}

bool space_may_grow(uint64_t pages, uint32_t flags)
{
    if (pages > pages_of(program.limits[LIMIT_AS].now) ||
        space.pages > pages_of(program.limits[LIMIT_AS].now) - pages)
        return false;
    return !is_data(flags) || (pages <= pages_of(program.limits[LIMIT_DATA].now) &&
                               space.data_pages <= pages_of(program.limits[LIMIT_DATA].now) - pages);
}

static bool is_privileged(void)
{
    return program.ids.euid == 0;
}

bool space_may_lock_any(void)
{
    return is_privileged() || program.limits[LIMIT_MEMLOCK].now != 0;
}

bool space_may_lock(uint64_t pages)
{
    uint64_t most = pages_of(program.limits[LIMIT_MEMLOCK].now);

    return is_privileged() || (pages <= most && space.locked_pages <= most - pages);
}

/* ---- areas */

void space_set_bounds(struct area *area, uint64_t base, uint64_t limit)
{
    account(pages_of(limit - base) - area_pages(area), area->flags);
    area_resize(&space.tree, area, base, limit);
}

void space_set_flags(struct area *area, uint32_t flags)
{
    account(0 - area_pages(area), area->flags);
    area->flags = flags;
    account(area_pages(area), flags);
}

static void link_new(const struct area *want)
{
    struct area *area = node_take();

    *area = *want;
    if (area->file)
        inode_hold(area->file);
    area_link(&space.tree, area);
    space.tree.near = area;
}

void space_remove(struct area *area)
{
    account(0 - area_pages(area), area->flags);
    area_unlink(&space.tree, area);
    if (area->file)
        inode_release(area->file);
    node_free(area);
}

/* `second` is the same as `first`, whose bounds become those of both. */
static void swallow(struct area *first, struct area *second)
{
    uint64_t limit = second->limit;
    uint32_t touched = second->flags & AREA_TOUCHED;

    space_remove(second);
    space_set_bounds(first, first->base, limit);
    first->flags |= touched;
}

struct area *space_add(const struct area *want)
{
    struct area *after = area_find(&space.tree, want->base), *before = after ? after->before : space.tree.last;

    if (before && area_joins(before, want)) {
        before->flags |= want->flags;
        if (after && area_joins(want, after))
            swallow(before, after); /* and what is between them */
        else
            space_set_bounds(before, before->base, want->limit);
        return before;
    }
    if (after && area_joins(want, after)) {
        after->offset = want->offset;
        space_set_bounds(after, want->base, after->limit);
        after->flags |= want->flags;
        return after;
    }
    account(area_pages(want), want->flags);
    link_new(want);
    return space.tree.near;
}

struct area *space_split(struct area *area, uint64_t at)
{
    struct area second = *area;

    second.base = at;
    second.offset += area->file || area->pages ? at - area->base : 0;
    area_resize(&space.tree, area, area->base, at);
    link_new(&second);
    return space.tree.near;
}

struct area *space_join(struct area *area)
{
    struct area *before = area->before;

    if (area->after && area_joins(area, area->after))
        swallow(area, area->after);
    if (before && area_joins(before, area)) {
        swallow(before, area);
        return before;
    }
    return area;
}

/* One end of a range: the area that it lies in is cut there, and so is a large page. */
static int64_t cut(uint64_t at)
{
    struct area *area = area_at(&space.tree, at);

    if (!area || area->base == at)
        return 0;
    if (area->flags & AREA_TOUCHED && at & HUGE_MASK && pagetable_cut(&kernel_tables, virt(at)) != STATUS_OK)
        return -ENOMEM;
    if (space.tree.count >= SPACE_AREAS_MAX)
        return -ENOMEM;
    space_split(area, at);
    return 0;
}

int64_t space_isolate(uint64_t base, uint64_t limit)
{
    int64_t result = cut(base);

    if (result == 0 && (result = cut(limit)) != 0) {
        struct area *area = area_at(&space.tree, base);

        if (area)
            space_join(area);
    }
    return result;
}

/* ---- places */

static bool place_between(uint64_t low, uint64_t high, uint64_t length, bool large, uint64_t *base)
{
    if (large && length < high - low && area_gap(&space.tree, low, high, length + HUGE_MASK - PAGE_MASK, base)) {
        *base = (*base + HUGE_MASK) & ~HUGE_MASK;
        return true;
    }
    return area_gap(&space.tree, low, high, length, base);
}

int64_t space_place(uint64_t length, uint32_t map_flags, bool anonymous)
{
    bool low = map_flags & SPACE_MAP_32BIT, large = anonymous && length >= HUGE_SIZE;
    uint64_t first = low ? LAYOUT_MMAP32_BASE : LAYOUT_MMAP_BASE, limit = low ? LAYOUT_MMAP_BASE : LAYOUT_MMAP_LIMIT;
    uint64_t begin = low ? space.mmap32_base : space.mmap_base, base;

    if (place_between(begin, limit, length, large, &base) || place_between(first, limit, length, large, &base))
        return (int64_t)base;
    return -ENOMEM;
}
