/* SPDX-License-Identifier: Apache-2.0 */
/*
 * munmap and mprotect: the areas of a range are cut out of those that lie across its ends, and then go, or change.
 *
 *   |----- area -----|   |-- area --|          before
 *            |------ range -----|
 *   |-------||-------|   |-----||---|          cut: nothing that a program can tell has changed yet
 *
 * What can fail (nodes, a table for a large page that is cut) comes first.
 */
#include <stddef.h>

#include "unix/errno.h"
#include "unix/space_inner.h"

int64_t space_unmap(uint64_t address, uint64_t length)
{
    uint64_t limit = address + page_up(length);
    struct area *area;
    int64_t result;
    bool whole;

    if (address & PAGE_MASK || length > SPACE_LIMIT || address > SPACE_LIMIT - length || length == 0)
        return -EINVAL;
    area = space_first(address, limit);
    if (!area)
        return 0;
    whole = area->base >= address && area->limit <= limit && !space_next(area, limit); /* nothing is to be cut */
    if (!whole) {
        if (!space_nodes_ready(2))
            return -ENOMEM;
        result = space_isolate(address, limit);
        if (result != 0)
            return result;
        area = space_first(address, limit);
    }
    while (area) {
        struct area *next = space_next(area, limit);

        if (area->flags & AREA_TOUCHED)
            space_zap(area->base, area->limit);
        space_remove(area);
        area = next;
    }
    return 0;
}

/* ---- mprotect */

/* The part of one area in [base, limit) gets other rights.  The area that the part is now. */
static int64_t protect_part(struct area **area, uint64_t base, uint64_t limit, uint32_t access)
{
    struct area *a = *area;
    uint32_t flags = (a->flags & ~(uint32_t)AREA_ACCESS) | access;
    uint64_t from = a->base > base ? a->base : base, to = a->limit < limit ? a->limit : limit;

    if (access & AREA_WRITE && !(a->flags & AREA_MAY_WRITE))
        return -EACCES;
    if (flags == a->flags)
        return 0;
    if (access & AREA_WRITE && !(a->flags & AREA_WRITE) && !space_may_grow(0, flags))
        return -ENOMEM;
    if (!space_nodes_ready(2) || space_isolate(from, to) != 0)
        return -ENOMEM;
    a = area_find(&space.tree, from);
    space_set_flags(a, flags);
    if (flags & AREA_TOUCHED)
        space_rights(a, from, to);
    *area = space_join(a);
    return 0;
}

/* From the first area on; each must begin where the last one ended.  What has changed when a hole comes stays changed,
 * as in Linux. */
static int64_t protect_all(struct area *area, uint64_t base, uint64_t limit, uint32_t access)
{
    uint64_t at = base;

    for (;;) {
        uint64_t end = area->limit;
        int64_t result = protect_part(&area, at, limit, access);

        if (result != 0 || end >= limit)
            return result;
        at = end;
        area = area_at(&space.tree, at);
        if (!area)
            return -ENOMEM;
    }
}

int64_t space_protect(uint64_t address, uint64_t length, int prot)
{
    uint32_t grows = (uint32_t)prot & (SPACE_PROT_GROWSDOWN | SPACE_PROT_GROWSUP), access = (uint32_t)prot & ~grows;
    uint64_t limit = address + page_up(length);
    struct area *area;

    if (grows == (SPACE_PROT_GROWSDOWN | SPACE_PROT_GROWSUP) || address & PAGE_MASK)
        return -EINVAL;
    if (length == 0)
        return 0;
    if (limit <= address)
        return -ENOMEM;
    if (access & ~(uint32_t)(AREA_ACCESS | SPACE_PROT_SEM))
        return -EINVAL;
    area = area_find(&space.tree, address);
    if (!area || (grows == SPACE_PROT_GROWSDOWN ? area->base >= limit : area->base > address))
        return -ENOMEM;
    if (grows && (grows != SPACE_PROT_GROWSDOWN || !(area->flags & AREA_GROWS)))
        return -EINVAL;
    if (space_refused(address, limit - address, access))
        return -EACCES;
    return protect_all(area, grows ? area->base : address, limit, access & AREA_ACCESS);
}
