/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of heaps stand on: pages of this process, a wrapper that fails when it is told to, one that counts.
 *
 *   heap under test -> counting -> failing -> pages
 *
 * world_fail_each fails every allocation of a scenario once.  Each test of a heap over pages has one: 151 object
 * caches, 152 the general heap, 153 debug strength, 154 the wrappers, 157 heaps without hooks, 158 random operations.
 * Tests that cannot have it, and what they have instead:
 *   120..132  id heaps take nodes by struct idheap_meta, not from a heap: 121 and 132 fail each once, 130 at random
 *   140       page tables take tables by a function of theirs: the test fails each one
 *   150       trees allocate nothing
 *   155, 165  pages and tagged memory of this process come from mmap itself; they are refused by limits
 *   160..164  values lie at the addresses of their tags (tagged_model.h): 163 fails each allocation of every container
 */
#ifndef ACRE_HEAP_WORLD_H
#define ACRE_HEAP_WORLD_H

#include "tap.h"

#include "host/pages.h"
#include "runtime/counting.h"
#include "runtime/failing.h"
#include "x86_64/layout.h"

struct world {
    struct pages pages;
    struct failing failing;
    struct counting counting;
};

/* `parent` of the heap under test is &world->counting.heap; its reclaim list is &world->pages.reclaim. */
__attribute__((unused)) static void world_init(struct world *world, uint64_t limit)
{
    pages_init(&world->pages, "pages", limit);
    failing_init(&world->failing, "failing", &world->pages.heap);
    counting_init(&world->counting, "counting", &world->failing.heap);
}

/* Whether every page came back and no hook is left; ends the world. */
__attribute__((unused)) static bool world_fini(struct world *world)
{
    bool clean = counting_is_clean(&world->counting) && !world->pages.held && !world->pages.reclaim.first;

    if (!clean)
        tap_note("%" PRIu64 " bytes in %" PRIu64 " spans are still held", world->pages.held, world->pages.spans);
    pages_fini(&world->pages);
    return clean;
}

__attribute__((unused)) static struct heap_stats stats_of(const struct heap *heap)
{
    struct heap_stats stats;

    heap_stats(heap, &stats);
    return stats;
}

/* ---- every allocation fails once */

#define WORLD_SPANS 60u

struct world_span {
    uint8_t *base;
    uint64_t size;
    uint8_t pattern;
};

/* Takes a span and fills it; whether it was had. */
static bool world_take(struct heap *heap, struct world_span *span, uint64_t size, uint8_t pattern)
{
    uint64_t base = 0;

    *span = (struct world_span){.size = size, .pattern = pattern};
    if (heap_alloc(heap, size, 1, &base) != STATUS_OK)
        return false;
    span->base = (uint8_t *)(uintptr_t)base;
    memset(span->base, pattern, size);
    return true;
}

/* Gives a span back that was had; whether it kept what was written, and went. */
static bool world_give(struct heap *heap, struct world_span *span)
{
    uint8_t *base = span->base;
    bool good = true;

    span->base = NULL;
    for (uint64_t i = 0; base && i < span->size; i++)
        good = good && base[i] == span->pattern;
    return good && (!base || heap_free(heap, (uintptr_t)base, span->size) == STATUS_OK);
}

/*
 * Spans of `least` to `largest` bytes, every other one given back and taken anew, then all given back: whether all were
 * had.  What is refused is left out.  *wrong is set if a span did not keep what was written, or was not taken back.
 */
__attribute__((unused)) static bool world_use(struct heap *heap, uint64_t least, uint64_t largest, bool *wrong)
{
    static struct world_span spans[WORLD_SPANS];
    uint64_t sizes = largest - least + 1;
    bool had = true, good = true;

    for (uint32_t i = 0; i < WORLD_SPANS; i++)
        had &= world_take(heap, &spans[i], least + (uint64_t)i * i * 7919 % sizes, (uint8_t)i);
    for (uint32_t i = 0; i < WORLD_SPANS; i += 2) {
        good &= world_give(heap, &spans[i]);
        had &= world_take(heap, &spans[i], least + (uint64_t)i * 104729 % sizes, (uint8_t)~i);
    }
    for (uint32_t i = 0; i < WORLD_SPANS; i++)
        good &= world_give(heap, &spans[i]);
    *wrong |= !good || stats_of(heap).objects;
    return had;
}

/*
 * In run n the n-th allocation that reaches the pages fails, n = 1, 2, ..., until a run has no n-th.  The scenario
 * makes its heaps in a fresh world, uses them whatever fails, and ends them; it returns whether it had all, and sets
 * *wrong as world_use does.  A point: a run without a failure has all, some run with one has not, and after each run as
 * much is free as before.
 */
__attribute__((unused)) static void world_fail_each(const char *what,
                                                    bool (*scenario)(struct world *world, bool *wrong))
{
    static struct world world;
    uint64_t n = 0, told = 0;
    bool wrong = false, failed, had;

    do {
        n++;
        world_init(&world, UINT64_MAX);
        failing_set_nth(&world.failing, n, false);
        had = scenario(&world, &wrong);
        failed = world.failing.failed;
        told += !had;
        wrong |= !failed && !had;
        wrong |= world.counting.allocations != world.counting.frees;
        wrong |= !world_fini(&world);
    } while (failed && !wrong);
    tap_ok(!wrong && told,
           "%s: each of %" PRIu64 " allocations failed once, %" PRIu64 " times for the user, all is free", what, n - 1,
           told);
}

/* A seeded sequence; the same on every machine. */
static uint64_t random_state = 1;

__attribute__((unused)) static uint64_t random_next(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

__attribute__((unused)) static uint32_t random_below(uint32_t limit)
{
    return (uint32_t)((random_next() >> 32) * limit >> 32);
}

#endif
