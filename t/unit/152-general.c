/* SPDX-License-Identifier: Apache-2.0 */
/* The general heap: every size, every alignment, sizes on free, each wrong free, small machines, what goes back. */
#include "heap_world.h"

#include "runtime/general.h"

#define MANY 4000u

static struct world world;
static struct general general;
static void *objects[MANY];

static void begin(uint64_t limit)
{
    world_init(&world, limit);
    general_init(&general, "general", &world.counting.heap, &world.pages.reclaim);
}

static bool end(void)
{
    bool good = general_fini(&general) == STATUS_OK;

    return world_fini(&world) && good;
}

/* One object of the size: aligned, writable from end to end, known by its size, freed with it or without. */
static bool size_is_good(uint64_t size, bool named)
{
    uint8_t *p = general_new(&general, size);
    struct heap_stats stats = stats_of(&general.heap);
    bool good = p && (uintptr_t)p % 16 == 0 && stats.objects == 1;

    if (!p)
        return false;
    memset(p, 0x5a, size);
    good = good && stats.allocated >= size && stats.allocated <= size + size / 4 + 16 && stats.held == world.pages.held;
    good = good && general_delete(&general, p, named ? size : HEAP_ANY_SIZE) == STATUS_OK;
    return good && stats_of(&general.heap).objects == 0 && stats_of(&general.heap).allocated == 0;
}

static void test_sizes(void)
{
    uint64_t size = 1;
    bool good = true;

    begin(UINT64_MAX);
    for (; good && size <= GENERAL_SLAB_MAX + 10; size++)
        good = size_is_good(size, size % 2);
    for (; good && size < 5 << 20; size += 1 + random_below(100000))
        good = size_is_good(size, size % 2);
    tap_ok(good, "objects of 1 byte to 5 MiB (the last one had %" PRIu64 ")", size);
    tap_ok(!general_new(&general, 0), "an object of no bytes is refused");
    tap_ok(!general_new(&general, UINT64_MAX) && !general_new(&general, UINT64_MAX - LAYOUT_FRAME_SIZE),
           "an object as large as the address space is refused");
    tap_ok(end(), "nothing is left");
}

static void test_alignments(void)
{
    bool good = true;
    uint64_t base;

    begin(UINT64_MAX);
    for (uint64_t align = 1; good && align <= 1 << 20; align <<= 1)
        for (uint64_t size = 1; good && size < 40000; size += 1 + random_below(align < 4096 ? 50 : 2000)) {
            good = heap_alloc(&general.heap, size, align, &base) == STATUS_OK && base % align == 0;
            good = good && memset((void *)(uintptr_t)base, 1, size);
            good = good && heap_free(&general.heap, base, size % 2 ? size : HEAP_ANY_SIZE) == STATUS_OK;
            if (!good)
                tap_note("size %" PRIu64 ", align %" PRIu64, size, align);
        }
    tap_ok(good, "any size with any alignment up to 1 MiB");
    tap_ok(end(), "nothing is left");
}

/* Every wrong size of another class is refused, and the object is still there. */
static void test_wrong_sizes(void)
{
    bool good = true;
    uint64_t base;

    begin(UINT64_MAX);
    for (uint64_t size = 1; good && size <= 40000; size += 1 + random_below(300)) {
        uint8_t *p = general_new(&general, size);

        good = p && general_delete(&general, p, size * 2 + 16) == STATUS_INVALID;
        good = good && general_delete(&general, p, size > 16 ? size * 3 / 4 - 3 : UINT64_MAX) == STATUS_INVALID;
        good = good && general_delete(&general, p, size + ((uint64_t)1 << 32)) == STATUS_INVALID;
        good = good && general_delete(&general, p, size) == STATUS_OK;
        if (!good)
            tap_note("size %" PRIu64, size);
    }
    tap_ok(good, "a size of another class is refused");
    tap_ok(heap_alloc(&general.heap, 20000, 1, &base) == STATUS_OK &&
               heap_free(&general.heap, base, 19999) == STATUS_INVALID &&
               heap_free(&general.heap, base, 20000) == STATUS_OK, "of a span of pages, any other is");
    tap_ok(heap_alloc(&general.heap, 100, 256, &base) == STATUS_OK, "100 bytes aligned to 256");
    tap_ok(heap_free(&general.heap, base, 300) == STATUS_INVALID, "are not 300");
    tap_ok(heap_free(&general.heap, base, 257) == STATUS_INVALID, "nor 257");
    tap_ok(heap_free(&general.heap, base, 100) == STATUS_OK, "but are 100");
    tap_ok(heap_alloc(&general.heap, 140, 64, &base) == STATUS_OK &&
               heap_free(&general.heap, base, 100) == STATUS_INVALID &&
               heap_free(&general.heap, base, 140) == STATUS_OK, "140 aligned to 64 are no 100");
    tap_ok(end(), "nothing is left");
}

static void test_wrong_frees(void)
{
    static struct general other;
    uint8_t *small, *large, *small_other, *large_other;

    begin(UINT64_MAX);
    general_init(&other, "other", &world.counting.heap, NULL);
    small = general_new(&general, 100);
    large = general_new(&general, 300000);
    small_other = general_new(&other, 100);
    large_other = general_new(&other, 300000);
    memset(large, 0, 300000);
    tap_ok(general_delete(&general, small_other, 100) == STATUS_NOT_OWNED, "a small object of another heap");
    tap_ok(general_delete(&general, large_other, HEAP_ANY_SIZE) == STATUS_NOT_OWNED, "a large object of another heap");
    tap_ok(general_delete(&general, small + 16, HEAP_ANY_SIZE) == STATUS_INVALID, "the middle of a small object");
    tap_ok(general_delete(&general, large + 16, HEAP_ANY_SIZE) == STATUS_NOT_OWNED, "the middle of a large object");
    tap_ok(general_delete(&general, large + SLAB_ALIGN, HEAP_ANY_SIZE) == STATUS_NOT_OWNED, "at 64 KiB as well");
    tap_ok(general_delete(&general, slab_of(small), HEAP_ANY_SIZE) == STATUS_NOT_OWNED, "the head of a slab");
    tap_is_u64(stats_of(&general.heap).objects, 2, "all were refused and changed nothing");
    tap_ok(general_delete(&general, small, 100) == STATUS_OK && general_delete(&general, large, 300000) == STATUS_OK,
           "the objects are taken");
    tap_ok(general_delete(&general, small, 100) == STATUS_NOT_ALLOCATED, "the small one not twice");
    tap_ok(general_delete(&general, large, 300000) == STATUS_NOT_OWNED, "the large one is nobody's then");
    tap_ok(general_fini(&other) == STATUS_OK && end(), "nothing is left, although two were in use");
}

/* 512 KiB: all small sizes fit into a few pages; the last page is used; what is freed serves other sizes. */
static void test_small_machine(void)
{
    uint32_t count = 0, again = 0;
    uint64_t held;

    begin(512 << 10);
    for (uint32_t size = 16; size <= 1024; size *= 2)
        objects[count++] = general_new(&general, size);
    tap_is_u64(world.pages.held, 7 * LAYOUT_FRAME_SIZE, "seven sizes cost a page each");
    for (uint32_t i = 0; i < count; i++)
        if (general_delete(&general, objects[i], HEAP_ANY_SIZE) != STATUS_OK)
            tap_note("not freed");
    for (count = 0; count < MANY && (objects[count] = general_new(&general, 1000)); count++)
        ;
    held = world.pages.held;
    tap_ok(count >= 500 && held == 512 << 10, "memory is used to the last page: %u objects of 1000 bytes", count);
    tap_ok(!general_new(&general, 1000) && !general_new(&general, 100) && !general_new(&general, 100000),
           "then every size is refused");
    tap_is_u64(stats_of(&general.heap).failures, 4, "which is counted");
    tap_ok(stats_of(&general.heap).objects == count && world.pages.held == held, "and changes nothing");
    for (uint32_t i = 0; i < count; i++)
        again += general_delete(&general, objects[i], 1000) == STATUS_OK;
    tap_is_u64(again, count, "all go back");
    tap_ok(general_new(&general, 400000), "and the memory serves a large object");
    tap_ok(end(), "nothing is left");
    begin(512 << 10);
    tap_ok(!general_new(&general, 1 << 20) && !world.pages.held, "a refusal leaves nothing behind in a new heap");
    tap_ok(end(), "nothing is left");
}

static bool allocate_many(void)
{
    for (uint32_t i = 0; i < MANY; i++)
        if (!(objects[i] = general_new(&general, 1 + i * 7 % 20000)))
            return false;
    return true;
}

static void test_reclaim(void)
{
    bool good = true;

    begin(UINT64_MAX);
    tap_ok(allocate_many(), "%u objects", MANY);
    tap_is_u64(stats_of(&general.heap).held, world.pages.held, "what is held is known");
    for (uint32_t i = 0; i < MANY; i++)
        good = general_delete(&general, objects[i], i % 2 ? 1 + i * 7 % 20000 : HEAP_ANY_SIZE) == STATUS_OK && good;
    tap_ok(good && !stats_of(&general.heap).objects, "all freed");
    tap_ok(reclaim_run(&world.pages.reclaim) && !world.pages.held, "reclaimed to the last page");
    tap_ok(!reclaim_run(&world.pages.reclaim), "then there is nothing to reclaim");
    tap_ok(end(), "nothing is left");
}

/* A page heap that does not take back. */
static void test_refusals(void)
{
    uint8_t *small, *large;

    begin(UINT64_MAX);
    small = general_new(&general, 1000);
    large = general_new(&general, 100000);
    world.failing.frees = true;
    failing_set_nth(&world.failing, 1, true);
    tap_ok(small && general_delete(&general, large, 100000) == STATUS_NO_MEMORY, "a span that is not taken back");
    tap_is_u64(stats_of(&general.heap).objects, 2, "is still in use");
    tap_ok(general_fini(&general) == STATUS_NO_MEMORY, "the end can be refused");
    failing_set_nth(&world.failing, 2, true);
    tap_ok(general_fini(&general) == STATUS_NO_MEMORY, "after the large objects as well");
    failing_set_nth(&world.failing, 0, false);
    tap_ok(end(), "and then go well");
}

/* The n-th call of the page heap fails, for every n, while many objects are made and freed. */
static void test_every_failure(void)
{
    bool good = true;
    uint64_t n = 0, failed;

    begin(UINT64_MAX);
    do {
        n++;
        failed = world.failing.failed;
        failing_set_nth(&world.failing, n, n % 2);
        for (uint32_t i = 0; i < 300; i++)
            objects[i] = general_new(&general, 1 + i * i % 30000);
        failing_set_nth(&world.failing, 0, false);
        for (uint32_t i = 0; i < 300; i++)
            good = good && (!objects[i] || general_delete(&general, objects[i], 1 + i * i % 30000) == STATUS_OK);
        good = good && !stats_of(&general.heap).objects && !stats_of(&general.heap).allocated;
        general_reclaim(&general);
        good = good && counting_is_clean(&world.counting);
    } while (good && world.failing.failed > failed);
    tap_ok(good && n > 50, "each of %" PRIu64 " calls of the page heap failed once, and nothing was lost", n - 1);
    tap_ok(end(), "nothing is left");
}

static bool use_general(struct world *in, bool *wrong)
{
    bool had;

    general_init(&general, "general", &in->counting.heap, &in->pages.reclaim);
    had = world_use(&general.heap, 1, 40000, wrong);
    *wrong |= general_fini(&general) != STATUS_OK;
    return had;
}

int main(void)
{
    tap_plan(4 + 2 + 8 + 11 + 10 + 6 + 5 + 2 + 1);
    test_sizes();
    test_alignments();
    test_wrong_sizes();
    test_wrong_frees();
    test_small_machine();
    test_reclaim();
    test_refusals();
    test_every_failure();
    world_fail_each("objects of all sizes", use_general);
    return tap_done();
}
