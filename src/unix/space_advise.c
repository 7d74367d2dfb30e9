/* SPDX-License-Identifier: Apache-2.0 */
/*
 * madvise: what the program says about the use of its memory.  DONTNEED and its kin give pages back at once, HUGEPAGE
 * and NOHUGEPAGE say where large pages may be, COLLAPSE and POPULATE make pages; the rest is heard and changes nothing,
 * as there is no swap and no fork.  The order of the checks is Linux's (mm/madvise.c): holes are passed over, and are
 * -ENOMEM in the end.
 */
#include <stddef.h>

#include "unix/errno.h"
#include "unix/inode.h"
#include "unix/space_inner.h"

enum {
    ADVISE_NORMAL = 0, ADVISE_RANDOM, ADVISE_SEQUENTIAL, ADVISE_WILLNEED, ADVISE_DONTNEED,
    ADVISE_FREE = 8, ADVISE_REMOVE, ADVISE_DONTFORK, ADVISE_DOFORK, ADVISE_MERGEABLE, ADVISE_UNMERGEABLE,
    ADVISE_HUGEPAGE, ADVISE_NOHUGEPAGE, ADVISE_DONTDUMP, ADVISE_DODUMP, ADVISE_WIPEONFORK, ADVISE_KEEPONFORK,
    ADVISE_COLD, ADVISE_PAGEOUT, ADVISE_POPULATE_READ, ADVISE_POPULATE_WRITE, ADVISE_DONTNEED_LOCKED,
    ADVISE_COLLAPSE
};

static bool is_known(int advice)
{
    return (advice >= ADVISE_NORMAL && advice <= ADVISE_DONTNEED) ||
           (advice >= ADVISE_FREE && advice <= ADVISE_COLLAPSE);
}

/* Frames go back; a large page that lies across an end is cut. */
static int64_t drop(struct area *area, uint64_t base, uint64_t limit)
{
    if (!(area->flags & AREA_TOUCHED))
        return 0;
    if (pagetable_cut(&kernel_tables, virt(base)) != STATUS_OK ||
        pagetable_cut(&kernel_tables, virt(limit)) != STATUS_OK)
        return -ENOMEM;
    space_zap(base, limit);
    return 0;
}

/* The pages of the file behind a shared area become a hole. */
static int64_t punch(struct area *area, uint64_t base, uint64_t limit)
{
    uint64_t from = area->offset + (base - area->base), size;

    if (area->flags & AREA_LOCKED || !area->file)
        return -EINVAL;
    if ((area->flags & (AREA_SHARED | AREA_MAY_WRITE)) != (AREA_SHARED | AREA_MAY_WRITE))
        return -EACCES;
    size = page_up(area->file->size);
    if (from < size)
        inode_punch(area->file, from, from + (limit - base) < size ? from + (limit - base) : size);
    return 0;
}

static int64_t set_flags(struct area **area, uint64_t base, uint64_t limit, uint32_t flags)
{
    if (flags == (*area)->flags)
        return 0;
    if (!space_nodes_ready(2) || space_isolate(base, limit) != 0)
        return -ENOMEM;
    *area = area_find(&space.tree, base);
    space_set_flags(*area, flags);
    *area = space_join(*area);
    return 0;
}

/* Flags that the advice sets and clears. */
static uint32_t advised(uint32_t flags, int advice)
{
    switch (advice) {
    case ADVISE_HUGEPAGE:
        return (flags | AREA_HUGE) & ~(uint32_t)AREA_NOHUGE;
    case ADVISE_NOHUGEPAGE:
        return (flags | AREA_NOHUGE) & ~(uint32_t)AREA_HUGE;
    case ADVISE_DONTDUMP:
        return flags | AREA_NODUMP;
    case ADVISE_DODUMP:
        return flags & ~(uint32_t)AREA_NODUMP;
    case ADVISE_WIPEONFORK:
        return flags | AREA_WIPE;
    case ADVISE_KEEPONFORK:
        return flags & ~(uint32_t)AREA_WIPE;
    default:
        return flags;
    }
}

static int64_t advise_part(struct area **area, uint64_t base, uint64_t limit, int advice)
{
    struct area *a = *area;

    switch (advice) {
    case ADVISE_DONTNEED:
        return a->flags & AREA_LOCKED ? -EINVAL : drop(a, base, limit);
    case ADVISE_DONTNEED_LOCKED:
        return drop(a, base, limit);
    case ADVISE_FREE:
        return a->file || a->pages || a->flags & AREA_LOCKED ? -EINVAL : drop(a, base, limit);
    case ADVISE_REMOVE:
        return punch(a, base, limit);
    case ADVISE_WIPEONFORK:
        return a->file || a->flags & AREA_SHARED ? -EINVAL
                                                 : set_flags(area, base, limit, advised(a->flags, advice));
    case ADVISE_COLLAPSE:
        return space_collapse(a, base, limit);
    case ADVISE_COLD:
    case ADVISE_PAGEOUT:
        return a->flags & AREA_LOCKED ? -EINVAL : 0;
    default:
        return set_flags(area, base, limit, advised(a->flags, advice));
    }
}

static int64_t advise_all(uint64_t base, uint64_t limit, int advice)
{
    struct area *area = space_first(base, limit);
    int64_t result = area && area->base <= base ? 0 : -ENOMEM;
    uint64_t at = base;

    while (area) {
        uint64_t from = area->base > at ? area->base : at, to = area->limit < limit ? area->limit : limit;
        int64_t part;

        if (from > at)
            result = -ENOMEM;
        part = advise_part(&area, from, to, advice);
        if (part != 0)
            return part;
        at = to;
        area = at < limit ? space_first(at, limit) : NULL;
    }
    return at < limit ? -ENOMEM : result;
}

/* As faults would; a part without rights is -EINVAL, what lies before it is made. */
static int64_t populate(uint64_t base, uint64_t limit, bool write)
{
    uint64_t at = base;
    int64_t result = 0;

    while (at < limit && result == 0) {
        const struct area *area = area_at(&space.tree, at);
        uint64_t end = area && area->limit < limit ? area->limit : limit;

        if (!area)
            return -ENOMEM;
        if (!(area->flags & (write ? AREA_WRITE : AREA_READ)))
            return -EINVAL;
        result = space_populate(at, end - at, write);
        at = end;
    }
    return result;
}

int64_t space_advise(uint64_t address, uint64_t length, int advice)
{
    uint64_t limit = address + page_up(length);

    if (!is_known(advice) || address & PAGE_MASK || (length && !page_up(length)) || limit < address)
        return -EINVAL;
    if (limit == address)
        return 0;
    if (advice == ADVISE_POPULATE_READ || advice == ADVISE_POPULATE_WRITE)
        return populate(address, limit, advice == ADVISE_POPULATE_WRITE);
    return advise_all(address, limit, advice);
}
