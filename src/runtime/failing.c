/* SPDX-License-Identifier: Apache-2.0 */
/* The random numbers are splitmix64's: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators". */
#include "failing.h"

static uint32_t random_below_100(struct failing *failing)
{
    uint64_t z = failing->random += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (uint32_t)((z >> 32) * 100 >> 32);
}

static bool is_to_fail(struct failing *failing)
{
    bool fails = failing->at == 1;

    failing->calls++;
    if (failing->at > 1 || (fails && !failing->onwards))
        failing->at--;
    if (failing->percent)
        fails = random_below_100(failing) < failing->percent;
    failing->failed += fails;
    return fails;
}

static enum status failing_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    if (is_to_fail((struct failing *)heap)) /* the head stands first */
        return STATUS_NO_MEMORY;
    heap_call_for(heap->parent, heap->caller);
    return heap_alloc(heap->parent, size, align, base);
}

static enum status failing_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct failing *failing = (struct failing *)heap;

    if (failing->frees && is_to_fail(failing))
        return STATUS_NO_MEMORY;
    heap_call_for(heap->parent, heap->caller);
    return heap_free(heap->parent, base, size);
}

static void failing_stats(const struct heap *heap, struct heap_stats *stats)
{
    heap_stats(heap->parent, stats);
}

static const struct heap_ops failing_ops = {failing_alloc, failing_free, failing_stats};

void failing_init(struct failing *failing, const char *name, struct heap *parent)
{
    *failing = (struct failing){.heap = {.ops = &failing_ops, .name = name, .parent = parent}};
}

void failing_set_nth(struct failing *failing, uint64_t n, bool onwards)
{
    failing->at = n;
    failing->onwards = onwards;
    failing->percent = 0;
}

void failing_set_percent(struct failing *failing, uint32_t percent, uint64_t seed)
{
    failing_set_nth(failing, 0, false);
    failing->percent = percent;
    failing->random = seed;
}
