/* SPDX-License-Identifier: Apache-2.0 */
#include "pages_heap.h"

#include "physical.h"
#include "tables.h"
#include "x86_64/layout.h"

static enum status pages_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    uint32_t slot;
    phys_t frame;
    enum status status;

    (void)heap;
    if (size != LAYOUT_FRAME_SIZE || align > LAYOUT_FRAME_SIZE)
        return STATUS_INVALID;
    status = tables_slot_take(NULL, 1, &slot, &frame);
    if (status == STATUS_OK)
        *base = (uint64_t)tables_slot(NULL, slot);
    return status;
}

static enum status pages_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct mapping leaf;

    (void)heap;
    if ((size != HEAP_ANY_SIZE && size != LAYOUT_FRAME_SIZE) || base % LAYOUT_FRAME_SIZE)
        return STATUS_INVALID;
    if (base < LAYOUT_PAGES_BASE)
        return STATUS_NOT_OWNED;
    if (!pagetable_walk(&kernel_tables, virt(base), &leaf))
        return STATUS_NOT_ALLOCATED;
    tables_slot_give(NULL, 1, (uint32_t)((base - LAYOUT_PAGES_BASE) >> LAYOUT_FRAME_SHIFT), leaf.phys);
    return STATUS_OK;
}

static void pages_stats(const struct heap *heap, struct heap_stats *stats)
{
    (void)heap;
    stats->objects = tables_slots();
    stats->allocated = stats->held = stats->objects << LAYOUT_FRAME_SHIFT;
}

static const struct heap_ops ops = { pages_alloc, pages_free, pages_stats };

struct heap *pages_heap(void)
{
    static struct heap heap = { .ops = &ops, .name = "pages" };

    heap.parent = physical_heap_of(OWNER_TABLES_PT);
    return &heap;
}
