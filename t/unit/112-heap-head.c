/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is the same for every heap, before any kind is asked: arguments, refusals, the list of reclaim hooks.  The heap
 * here gives out one span, and remembers what it was asked.
 */
#include "tap.h"

#include "runtime/heap.h"
#include "runtime/reclaim.h"

struct one_span {
    struct heap heap;
    unsigned allocs; /* calls that reached it */
    enum status answer; /* to the next alloc */
    uint64_t size, align; /* as asked for; size 0: the span is free */
};

#define SPAN_BASE 0x5000u

static enum status span_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct one_span *span = (struct one_span *)heap;

    span->allocs++;
    if (span->answer != STATUS_OK)
        return span->answer;
    span->size = size;
    span->align = align;
    *base = SPAN_BASE;
    return STATUS_OK;
}

static enum status span_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct one_span *span = (struct one_span *)heap;

    if (base != SPAN_BASE)
        return STATUS_NOT_OWNED;
    if (size != HEAP_ANY_SIZE && size != span->size)
        return STATUS_INVALID;
    span->size = 0;
    return STATUS_OK;
}

static void span_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct one_span *span = (const struct one_span *)heap;

    stats->allocated = span->size;
    stats->objects = span->size != 0;
}

static const struct heap_ops ops = {span_alloc, span_free, span_stats};

static void test_arguments(void)
{
    struct one_span span = {.heap = {.ops = &ops, .name = "span"}};
    uint64_t base = 42;

    tap_ok(heap_alloc(&span.heap, 0, 1, &base) == STATUS_INVALID, "no units are no request");
    tap_ok(heap_alloc(&span.heap, 8, 0, &base) == STATUS_INVALID, "nor is alignment 0");
    tap_ok(heap_alloc(&span.heap, 8, 24, &base) == STATUS_INVALID, "nor one that is no power of two");
    tap_ok(span.allocs == 0 && base == 42 && span.heap.failures == 0,
           "the kind is not asked then, the result untouched, and no lack of memory counted");
    tap_ok(heap_alloc(&span.heap, 24, 16, &base) == STATUS_OK && base == SPAN_BASE && span.size == 24 &&
           span.align == 16, "a good request reaches the kind as it is");
}

static void test_failures(void)
{
    struct one_span span = {.heap = {.ops = &ops, .name = "span"}};
    struct heap_stats stats = {.held = 99, .metadata = 99};
    uint64_t base;

    span.answer = STATUS_NOT_FOUND;
    tap_ok(heap_alloc(&span.heap, 8, 1, &base) == STATUS_NOT_FOUND, "nothing found is passed on");
    span.answer = STATUS_NO_MEMORY;
    tap_ok(heap_alloc(&span.heap, 8, 1, &base) == STATUS_NO_MEMORY, "no memory too");
    tap_ok(heap_new(&span.heap, 8) == NULL, "as a pointer it is NULL");
    span.answer = STATUS_CORRUPT;
    tap_ok(heap_alloc(&span.heap, 8, 1, &base) == STATUS_CORRUPT, "and so is a worse word");
    heap_stats(&span.heap, &stats);
    tap_is_u64(stats.failures, 3, "those three that lacked memory are counted");
    tap_ok(stats.held == 0 && stats.metadata == 0, "what a kind says nothing of is 0");
}

static void test_pointers(void)
{
    struct one_span span = {.heap = {.ops = &ops, .name = "span"}};
    struct heap_stats stats;
    void *p = heap_new(&span.heap, 40);

    tap_ok(p == (void *)SPAN_BASE && span.align == 1, "heap_new gives an address that suits the heap");
    tap_ok(heap_delete(&span.heap, (char *)p + 1, 40) == STATUS_NOT_OWNED, "another address is not the heap's");
    tap_ok(heap_delete(&span.heap, p, 41) == STATUS_INVALID, "a wrong size is refused");
    tap_ok(heap_delete(&span.heap, p, 40) == STATUS_OK, "the right one is not");
    heap_stats(&span.heap, &stats);
    tap_ok(stats.objects == 0 && stats.allocated == 0 && stats.failures == 0, "and nothing is left");
}

/* ---- reclaim hooks */

struct cache {
    struct reclaim hook;
    struct reclaim_list *list; /* whose hook it is, if it asks again from within */
    unsigned kept, runs, runs_within;
};

static bool give_back(void *context)
{
    struct cache *cache = context;
    bool any = cache->kept != 0;

    cache->runs++;
    cache->kept = 0;
    if (cache->list)
        cache->runs_within += reclaim_run(cache->list);
    return any;
}

static void cache_add(struct reclaim_list *list, struct cache *cache)
{
    cache->hook = (struct reclaim){.name = "cache", .run = give_back, .context = cache};
    reclaim_add(list, &cache->hook);
}

static void test_reclaim(void)
{
    struct reclaim_list list = {0};
    struct cache full = {.kept = 3, .list = &list}, empty = {0}, other = {.kept = 1}, stranger = {0};

    tap_ok(!reclaim_run(&list), "no hooks, nothing given back");
    cache_add(&list, &full);
    cache_add(&list, &empty);
    cache_add(&list, &other);
    tap_ok(reclaim_run(&list) && full.kept == 0 && other.kept == 0, "every hook runs, also behind one that gave");
    tap_ok(full.runs == 1 && empty.runs == 1 && other.runs == 1, "each once");
    tap_ok(full.runs_within == 0, "a hook that allocates does not run them again");
    tap_ok(!reclaim_run(&list), "the second time there is nothing to give back");
    reclaim_remove(&list, &empty.hook);
    reclaim_remove(&list, &stranger.hook);
    full.kept = 1;
    tap_ok(reclaim_run(&list) && full.runs == 3 && other.runs == 3 && empty.runs == 2, "one removed does not run");
    reclaim_remove(&list, &other.hook);
    reclaim_remove(&list, &full.hook);
    tap_ok(!list.first, "removed from both ends, the list is empty");
}

int main(void)
{
    tap_plan(5 + 6 + 5 + 7);
    test_arguments();
    test_failures();
    test_pointers();
    test_reclaim();
    return tap_done();
}
