/* SPDX-License-Identifier: Apache-2.0 */
/* The address space as a whole: its end and its next beginning, what it has, what it looks like. */
#include "unix/space.h"

#include <stddef.h>

#include "kernel/kheap.h"
#include "kernel/physical.h"
#include "unix/aslr.h"
#include "unix/space_inner.h"

static void free_nodes(void)
{
    while (space.nodes) {
        struct area *area = space.nodes;

        space.nodes = area->after;
        (void)!kheap_delete(area, sizeof *area);
    }
    space.node_count = 0;
}

/* Shrinking is asked for when memory is short, from the first program on. */
static void hang_hook(void)
{
    static struct reclaim hook = { .name = "large pages", .run = space_shrink };

    if (hook.context)
        return;
    hook.context = &hook;
    reclaim_add(&physical_hooks, &hook);
}

void space_reset(const struct layout *layout)
{
    hang_hook();
    while (space.tree.first) {
        struct area *area = space.tree.first;

        if (area->flags & AREA_TOUCHED)
            space_zap(area->base, area->limit);
        space_remove(area);
    }
    free_nodes();
    userpage_zeros_end();
    space_refused_end();
    space = (struct space){ .mmap_base = layout ? layout->mmap_base : LAYOUT_MMAP_BASE,
                            .mmap32_base = layout ? layout->mmap32_base : LAYOUT_MMAP32_BASE,
                            .brk_limit = layout ? layout->brk_limit : LAYOUT_USER_STACK_LIMIT,
                            .frames = ledger_total(&ledger),
                            .most_resident = layout ? space.most_resident : 0 };
    if (layout)
        space_brk_set(layout->brk_base);
}

void space_maps(void (*row)(void *context, const struct area *area), void *context)
{
    for (const struct area *area = space.tree.first; area; area = area->after)
        row(context, area);
}

const struct area *space_area(uint64_t address)
{
    return area_at(&space.tree, address);
}

const char *space_kind_name(const struct area *area)
{
    static const char *const names[AREA_KIND_COUNT] = {
        [AREA_ANONYMOUS] = "", [AREA_STACK] = "[stack]", [AREA_HEAP] = "[heap]", [AREA_FILE] = "",
        [AREA_VDSO] = "[vdso]"
    };

    return area->flags & AREA_HIDDEN ? "/dev/zero (deleted)" : names[area->kind];
}

void space_stats(struct space_stats *stats)
{
    *stats = (struct space_stats){ .areas = space.tree.count, .pages = space.pages, .data_pages = space.data_pages,
                                   .stack_pages = space.stack_pages, .locked_pages = space.locked_pages,
                                   .brk_base = space.brk_base, .brk = space.brk };
}
