/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of heaps stand on: pages of this process, a wrapper that fails when it is told to, one that counts.
 *
 *   heap under test -> counting -> failing -> pages
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
