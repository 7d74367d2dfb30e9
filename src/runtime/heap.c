/* SPDX-License-Identifier: Apache-2.0 */
/* What is the same for every heap: arguments are checked, refusals are counted. */
#include "heap.h"

#include "debuginfo.h"
#include "range.h"

static void begin_call(struct heap *heap, const void *caller)
{
    if (!heap->caller)
        heap->caller = caller;
}

enum status heap_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    enum status status = STATUS_INVALID;

    begin_call(heap, __builtin_return_address(0));
    if (size && range_is_power(align))
        status = heap->ops->alloc(heap, size, align, base);
    if (status == STATUS_OK && ++heap->live > heap->peak)
        heap->peak = heap->live;
    heap->failures += status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY;
    heap->caller = NULL;
    return status;
}

enum status heap_free(struct heap *heap, uint64_t base, uint64_t size)
{
    enum status status;

    begin_call(heap, __builtin_return_address(0));
    status = heap->ops->free(heap, base, size);
    heap->live -= status == STATUS_OK;
    heap->caller = NULL;
    return status;
}

void *heap_new(struct heap *heap, uint64_t size)
{
    uint64_t base;

    begin_call(heap, __builtin_return_address(0));
    return heap_alloc(heap, size, 1, &base) == STATUS_OK ? (void *)(uintptr_t)base : NULL;
}

enum status heap_delete(struct heap *heap, void *p, uint64_t size)
{
    begin_call(heap, __builtin_return_address(0));
    return heap_free(heap, (uintptr_t)p, size);
}

void heap_stats(const struct heap *heap, struct heap_stats *stats)
{
    *stats = (struct heap_stats){0};
    heap->ops->stats(heap, stats);
    stats->failures = heap->failures;
    stats->peak_objects = heap->peak;
}
