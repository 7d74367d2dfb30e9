/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans are counted here; units are the parent's own count, for a free need not name a size.  So a parent that loses
 * units, or counts them twice, is found out when all spans have come back.
 */
#include "counting.h"

static uint64_t parent_units(const struct heap *heap)
{
    struct heap_stats stats;

    heap_stats(heap->parent, &stats);
    return stats.allocated;
}

static enum status counting_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct counting *counting = (struct counting *)heap; /* the head stands first */
    enum status status;

    heap_call_for(heap->parent, heap->caller);
    status = heap_alloc(heap->parent, size, align, base);
    if (status != STATUS_OK) {
        counting->refused_allocations++;
        return status;
    }
    counting->allocations++;
    counting->spans++;
    counting->units = parent_units(heap) - counting->before;
    if (counting->units > counting->peak)
        counting->peak = counting->units;
    return STATUS_OK;
}

static enum status counting_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct counting *counting = (struct counting *)heap;
    enum status status;

    heap_call_for(heap->parent, heap->caller);
    status = heap_free(heap->parent, base, size);
    if (status != STATUS_OK) {
        counting->refused_frees++;
        return status;
    }
    counting->frees++;
    counting->spans--;
    counting->units = parent_units(heap) - counting->before;
    return STATUS_OK;
}

static void counting_stats(const struct heap *heap, struct heap_stats *stats)
{
    heap_stats(heap->parent, stats);
}

static const struct heap_ops counting_ops = {counting_alloc, counting_free, counting_stats};

void counting_init(struct counting *counting, const char *name, struct heap *parent)
{
    *counting = (struct counting){.heap = {.ops = &counting_ops, .name = name, .parent = parent}};
    counting->before = parent_units(&counting->heap);
}

bool counting_is_clean(const struct counting *counting)
{
    return !counting->spans && parent_units(&counting->heap) == counting->before;
}
