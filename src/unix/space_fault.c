/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page faults of the user half: which area it was, whether it allows what was tried, and the page.  A stack grows to
 * the address, as far as RLIMIT_STACK and its guard gap let it.
 */
#include <stddef.h>

#include "unix/errno.h"
#include "unix/program.h"
#include "unix/signals.h"
#include "unix/space_inner.h"

/* The page that holds `address` becomes part of an area above that grows. */
static bool grow_to(struct area *area, uint64_t page)
{
    uint64_t bytes = area->limit - page, more = pages_of(area->base - page);
    const struct area *before = area->before;

    if (bytes > program.limits[LIMIT_STACK].now || page < LAYOUT_USER_BASE || !space_may_grow(more, area->flags))
        return false;
    if (area->flags & AREA_LOCKED && !space_may_lock(more))
        return false;
    if (before && before->flags & AREA_ACCESS && !(before->flags & AREA_GROWS) &&
        page - before->limit < AREA_GUARD_SIZE)
        return false;
    if (area->file && area->offset < (more << LAYOUT_FRAME_SHIFT))
        return false;
    area->offset -= area->file ? more << LAYOUT_FRAME_SHIFT : 0;
    space_set_bounds(area, page, area->limit);
    return true;
}

static struct area *find(uint64_t page)
{
    struct area *area = area_find(&space.tree, page);

    if (area && area->base > page && (!(area->flags & AREA_GROWS) || !grow_to(area, page)))
        return NULL;
    return area;
}

static bool allows(const struct area *area, const struct fault *fault)
{
    if (fault->write)
        return area->flags & AREA_WRITE;
    if (fault->fetch)
        return area->flags & AREA_EXEC;
    return area->flags & AREA_ACCESS;
}

int space_fault(const struct fault *fault, int *si_code)
{
    uint64_t page = fault->address & ~PAGE_MASK;
    struct area *area = fault->address < LAYOUT_USER_LIMIT ? find(page) : NULL;

    *si_code = area ? SEGV_ACCERR : SEGV_MAPERR;
    if (!area || !allows(area, fault))
        return SIGSEGV;
    switch (space_touch(area, page, fault->write)) {
    case TOUCH_OK:
        return 0;
    case TOUCH_BEYOND:
        *si_code = BUS_ADRERR;
        return SIGBUS;
    default:
        *si_code = SI_KERNEL;
        return SIGKILL;
    }
}

int64_t space_populate(uint64_t address, uint64_t length, bool write)
{
    uint64_t limit = address + length;

    for (uint64_t page = address; page < limit;) {
        struct area *area = area_at(&space.tree, page);
        struct fault fault = { .address = page, .write = write && area && area->flags & AREA_WRITE };
        enum touch touch;

        if (!area)
            return -ENOMEM;
        if (!allows(area, &fault))
            return -EFAULT;
        touch = space_touch(area, page, fault.write);
        if (touch != TOUCH_OK)
            return touch == TOUCH_NO_MEMORY ? -ENOMEM : -EFAULT;
        page += LAYOUT_FRAME_SIZE;
    }
    return 0;
}
