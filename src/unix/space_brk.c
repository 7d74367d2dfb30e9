/* SPDX-License-Identifier: Apache-2.0 */
/*
 * brk: the program's heap, from brk_base up to wherever the program has set its end.  The area ends at a page, brk
 * itself at any byte.
 */
#include "unix/errno.h"
#include "unix/program.h"
#include "unix/space_inner.h"

void space_brk_set(uint64_t start)
{
    space.brk_base = space.brk = start;
}

/* Whether the heap may end at `limit`, where nothing of it is yet: one page stays free above it. */
static bool has_room(uint64_t limit)
{
    const struct area *above = area_find(&space.tree, page_up(space.brk));

    return limit <= space.brk_limit && (!above || area_start(above) >= limit + LAYOUT_FRAME_SIZE);
}

static bool grow(uint64_t from, uint64_t to)
{
    struct area want = { .base = from, .limit = to, .flags = AREA_READ | AREA_WRITE | AREA_MAY_WRITE | space.future,
                         .kind = AREA_HEAP };

    if (!has_room(to) || !space_may_grow(pages_of(to - from), want.flags) || !space_nodes_ready(1) ||
        space.tree.count >= SPACE_AREAS_MAX || (space.future && !space_may_lock(pages_of(to - from))))
        return false;
    space_add(&want);
    if (space.future)
        (void)space_populate(from, to - from, true);
    return true;
}

int64_t space_brk(uint64_t wanted)
{
    uint64_t from = page_up(space.brk), to = page_up(wanted);

    if (wanted < space.brk_base || wanted > SPACE_LIMIT ||
        wanted - space.brk_base > program.limits[LIMIT_DATA].now)
        return (int64_t)space.brk;
    if (to > from && !grow(from, to))
        return (int64_t)space.brk;
    if (to < from && space_unmap(to, from - to) != 0)
        return (int64_t)space.brk;
    space.brk = wanted;
    return (int64_t)wanted;
}
