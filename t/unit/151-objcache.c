/* SPDX-License-Identifier: Apache-2.0 */
/* Object caches: sizes and alignments, colours, what goes back to the page heap and when, each wrong free. */
#include "heap_world.h"

#include "runtime/objcache.h"

#define MANY 5000u

static struct world world;
static struct objcache cache;
static void *objects[MANY];

static enum status init(uint32_t size, uint32_t align)
{
    struct objcache_config config = {
        .name = "cache", .pages = &world.counting.heap, .reclaim = &world.pages.reclaim, .size = size, .align = align};

    return objcache_init(&cache, &config);
}

static void test_config(void)
{
    world_init(&world, UINT64_MAX);
    tap_ok(init(0, 1) == STATUS_INVALID, "objects of no bytes are refused");
    tap_ok(init(SLABS_OBJECT_MAX + 1, 1) == STATUS_INVALID, "objects that are too large are refused");
    tap_ok(init(64, 0) == STATUS_INVALID && init(64, 24) == STATUS_INVALID, "an alignment is a power of two");
    tap_ok(init(64, LAYOUT_FRAME_SIZE * 2) == STATUS_INVALID, "an alignment of more than a page is refused");
    tap_ok(world_fini(&world), "all that left nothing behind");
}

static int by_address(const void *left, const void *right)
{
    const void *const *a = left, *const *b = right;

    return *a < *b ? -1 : *a > *b;
}

/* Whether `count` objects are aligned, do not overlap, and keep what is written to them. */
static bool objects_are_good(uint32_t count, uint32_t size, uint32_t align)
{
    bool good = true;

    for (uint32_t i = 0; i < count; i++) {
        objects[i] = objcache_new(&cache);
        if (!objects[i])
            return false;
        memset(objects[i], (int)i, size);
        good = good && (uintptr_t)objects[i] % align == 0;
    }
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < size; k++)
            good = good && ((uint8_t *)objects[i])[k] == (uint8_t)i;
    qsort(objects, count, sizeof *objects, by_address);
    for (uint32_t i = 1; i < count; i++)
        good = good && (uint8_t *)objects[i - 1] + size <= (uint8_t *)objects[i];
    return good;
}

static bool all_go_back(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (objcache_delete(&cache, objects[i]) != STATUS_OK)
            return false;
    return stats_of(&cache.heap).objects == 0;
}

static void test_sizes(void)
{
    static const struct {
        uint32_t size, align, count;
    } rows[] = {{1, 1, 5000},   {8, 8, 5000},     {24, 1, 3000},      {24, 16, 3000},
                {64, 64, 3000}, {100, 128, 1000}, {1000, 1, 700},     {4096, 4096, 100},
                {5000, 8, 100}, {16384, 4096, 9}, {16384, 16, 40}};

    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool good;

        world_init(&world, UINT64_MAX);
        good = init(rows[i].size, rows[i].align) == STATUS_OK;
        good = good && objects_are_good(rows[i].count, rows[i].size, rows[i].align);
        good = good && stats_of(&cache.heap).objects == rows[i].count;
        good = good && stats_of(&cache.heap).allocated == (uint64_t)rows[i].count * rows[i].size;
        good = good && stats_of(&cache.heap).held == world.pages.held && all_go_back(rows[i].count);
        good = good && objcache_fini(&cache) == STATUS_OK;
        tap_ok(world_fini(&world) && good, "%u objects of %u bytes, aligned to %u", rows[i].count, rows[i].size,
               rows[i].align);
    }
}

static bool every_other_is_reused(void)
{
    uint64_t held = world.pages.held;
    bool good = true;

    for (uint32_t i = 0; i < MANY; i += 2)
        good = objcache_delete(&cache, objects[i]) == STATUS_OK && good;
    for (uint32_t i = 0; i < MANY; i += 2)
        good = (objects[i] = objcache_new(&cache)) && good;
    return good && world.pages.held == held;
}

/* Slabs: the first is one page; they grow as there are more; what is empty goes back, but for one. */
static void test_slabs(void)
{
    world_init(&world, UINT64_MAX);
    tap_ok(init(64, 1) == STATUS_OK && !world.pages.held, "a new cache has no memory");
    objects[0] = objcache_new(&cache);
    tap_is_u64(world.pages.held, LAYOUT_FRAME_SIZE, "the first object costs a page");
    for (uint32_t i = 1; i < MANY; i++)
        objects[i] = objcache_new(&cache);
    tap_ok(world.pages.spans < 16, "%u objects lie in a few slabs that grow (%" PRIu64 ")", MANY, world.pages.spans);
    tap_ok(!objcache_reclaim(&cache), "with all objects in use nothing can be reclaimed");
    tap_ok(every_other_is_reused(), "what is freed here and there is used again before there is another slab");
    tap_ok(all_go_back(MANY) && world.pages.spans <= 3, "empty slabs go back on their own, but for a few (%" PRIu64 ")",
           world.pages.spans);
    tap_ok(reclaim_run(&world.pages.reclaim) && !world.pages.held, "under pressure the last ones go too");
    tap_ok(!objcache_reclaim(&cache), "then there is nothing to reclaim");
    objects[0] = objcache_new(&cache);
    tap_ok(objects[0] && objcache_delete(&cache, objects[0]) == STATUS_OK, "the cache works on");
    tap_ok(objcache_fini(&cache) == STATUS_OK && world_fini(&world), "nothing is left");
}

/* A page has room for two objects of 1400 bytes, and 1232 bytes of slack: from slab to slab it lies elsewhere. */
static void test_colours(void)
{
    uint32_t seen = 0;

    world_init(&world, UINT64_MAX);
    tap_ok(init(1400, 8) == STATUS_OK, "objects of 1400 bytes: slabs have slack");
    for (uint32_t i = 0; i < 200; i++)
        objects[i] = objcache_new(&cache);
    for (uint32_t i = 0; i < 200; i++) {
        struct slab *slab = slab_of(objects[i]);

        seen |= 1u << ((uint8_t *)slab + slab->bytes - (uint8_t *)objects[i]) % 1400 / 64;
    }
    tap_ok((seen & (seen - 1)) != 0, "slabs end at different distances from their last object (set 0x%x)", seen);
    tap_ok(all_go_back(200) && objcache_fini(&cache) == STATUS_OK && world_fini(&world), "nothing is left");
}

static void test_heap(void)
{
    uint64_t base = 0;

    world_init(&world, UINT64_MAX);
    tap_ok(init(48, 16) == STATUS_OK, "a cache as a heap");
    tap_ok(heap_alloc(&cache.heap, 40, 1, &base) == STATUS_INVALID, "gives its own size only");
    tap_ok(heap_alloc(&cache.heap, 48, 32, &base) == STATUS_INVALID, "and its own alignment");
    tap_ok(heap_alloc(&cache.heap, 48, 16, &base) == STATUS_OK && base % 16 == 0, "that it gives");
    tap_ok(heap_free(&cache.heap, base, 40) == STATUS_INVALID, "a wrong size is refused");
    tap_ok(heap_free(&cache.heap, base, 48) == STATUS_OK, "the right one is not");
    tap_ok(heap_alloc(&cache.heap, 48, 1, &base) == STATUS_OK, "it gives again");
    tap_ok(heap_free(&cache.heap, base, HEAP_ANY_SIZE) == STATUS_OK, "and takes back without a size");
    tap_ok(objcache_fini(&cache) == STATUS_OK && world_fini(&world), "nothing is left");
}

/* Every address of a slab's 64 KiB: only the objects in use go back, and each once. */
static bool addresses_are_told_apart(uint32_t size, uint32_t count)
{
    struct slab *slab;
    uint32_t freed = 0, not_allocated = 0;
    bool good = init(size, 8) == STATUS_OK;

    for (uint32_t i = 0; i < count; i++)
        objects[i] = objcache_new(&cache);
    slab = slab_of(objects[count - 1]);
    for (uint32_t offset = 0; offset < slab->bytes; offset++) {
        enum status status = objcache_delete(&cache, (uint8_t *)slab + offset);

        good = good && (status == STATUS_OK || status == STATUS_INVALID || status == STATUS_NOT_ALLOCATED);
        freed += status == STATUS_OK;
        not_allocated += status == STATUS_NOT_ALLOCATED;
    }
    good = good && freed + not_allocated == slab->count && stats_of(&cache.heap).objects == count - freed;
    for (uint32_t i = 0; i < count; i++)
        good = good && objcache_delete(&cache, objects[i]) ==
                           (slab_of(objects[i]) == slab ? STATUS_NOT_ALLOCATED : STATUS_OK);
    good = good && !stats_of(&cache.heap).objects && freed > 0;
    return objcache_fini(&cache) == STATUS_OK && good;
}

static void test_addresses(void)
{
    bool good = true;

    world_init(&world, UINT64_MAX);
    for (uint32_t size = 16; good && size <= SLABS_OBJECT_MAX; size += size < 512 ? 8 : 8 * (1 + random_below(128))) {
        good = addresses_are_told_apart(size, 1 + 40000 / size);
        if (!good)
            tap_note("size %u", size);
    }
    tap_ok(good, "of all addresses in a slab just the objects in use can be freed, for each size");
    tap_ok(world_fini(&world), "nothing is left");
}

static void test_wrong_frees(void)
{
    static struct objcache other;
    struct objcache_config config = {.name = "other", .pages = &world.counting.heap, .size = 64, .align = 1};
    void *p, *q;

    world_init(&world, UINT64_MAX);
    tap_ok(init(64, 1) == STATUS_OK && objcache_init(&other, &config) == STATUS_OK, "two caches");
    p = objcache_new(&cache);
    q = objcache_new(&other);
    tap_ok(objcache_delete(&cache, q) == STATUS_NOT_OWNED, "an object of another cache is refused");
    tap_ok(objcache_delete(&cache, (uint8_t *)p + 8) == STATUS_INVALID, "the middle of an object is refused");
    tap_ok(objcache_delete(&cache, slab_of(p)) == STATUS_INVALID, "the head of a slab is refused");
    tap_ok(objcache_delete(&cache, p) == STATUS_OK, "the object is taken");
    tap_ok(objcache_delete(&cache, p) == STATUS_NOT_ALLOCATED, "but not twice");
    q = objcache_new(&cache);
    tap_ok(p == q, "what was freed last is allocated next");
    ((void **)q)[1] = slab_of(q);
    tap_ok(objcache_delete(&cache, q) == STATUS_OK, "an object that looks free is freed all the same");
    objcache_reclaim(&cache);
    p = objcache_new(&cache);
    q = objcache_new(&cache);
    tap_ok(objcache_delete(&cache, p) == STATUS_OK && !objcache_reclaim(&cache), "an object goes back into its slab");
    tap_ok(objcache_delete(&cache, p) == STATUS_NOT_ALLOCATED, "there, too, it is known to be free");
    tap_ok(objcache_fini(&cache) == STATUS_OK && objcache_fini(&other) == STATUS_OK && world_fini(&world),
           "nothing is left, although one was in use");
}

/* A page heap that refuses: nothing changes; smaller slabs are tried; what it does not take back is kept. */
static void test_refusals(void)
{
    uint64_t spans;

    world_init(&world, 3 * LAYOUT_FRAME_SIZE);
    tap_ok(init(1000, 1) == STATUS_OK, "a cache over three pages");
    for (uint32_t i = 0; i < 12; i++)
        objects[i] = objcache_new(&cache);
    tap_ok(objects[11] && world.pages.held == 3 * LAYOUT_FRAME_SIZE, "all three are used, page by page");
    tap_ok(!objcache_new(&cache), "then no object is left");
    tap_is_u64(stats_of(&cache.heap).failures, 1, "which is counted");
    tap_is_u64(stats_of(&cache.heap).objects, 12, "and changes nothing");
    spans = world.pages.spans;
    world.failing.frees = true;
    failing_set_nth(&world.failing, 1, true);
    tap_ok(all_go_back(12), "objects go back even if the page heap takes no page");
    tap_ok(!objcache_reclaim(&cache) && world.pages.spans == spans, "then nothing can be reclaimed");
    tap_ok(objects_are_good(12, 1000, 8) && all_go_back(12), "the slabs are used on");
    tap_ok(objcache_fini(&cache) == STATUS_NO_MEMORY && world.pages.spans == spans, "the end is refused");
    failing_set_nth(&world.failing, 2, false);
    tap_ok(objcache_fini(&cache) == STATUS_NO_MEMORY && world.pages.spans < spans, "or half refused");
    tap_ok(objcache_fini(&cache) == STATUS_OK && world_fini(&world), "and then taken");
}

/* The n-th call of the page heap fails, frees too, for every n. */
static void test_every_failure(void)
{
    bool good = true;
    uint64_t n = 0, failed;

    world_init(&world, UINT64_MAX);
    tap_ok(init(500, 1) == STATUS_OK, "a cache over pages that fail");
    world.failing.frees = true;
    do {
        n++;
        failed = world.failing.failed;
        failing_set_nth(&world.failing, n, false);
        for (uint32_t i = 0; i < 500; i++)
            objects[i] = objcache_new(&cache);
        for (uint32_t i = 0; i < 500; i++)
            good = good && (!objects[i] || objcache_delete(&cache, objects[i]) == STATUS_OK);
        objcache_reclaim(&cache);
        failing_set_nth(&world.failing, 0, false);
        objcache_reclaim(&cache);
        good = good && counting_is_clean(&world.counting);
    } while (good && world.failing.failed > failed);
    tap_ok(good && n > 5, "each of %" PRIu64 " calls failed once, and every page came back", n - 1);
    tap_ok(objcache_fini(&cache) == STATUS_OK && world_fini(&world), "nothing is left");
}

/* Objects of one size, with the cache's hook in the list or without. */
static bool use_cache(struct world *in, struct reclaim_list *list, uint32_t size, bool *wrong)
{
    struct objcache_config config = {
        .name = "cache", .pages = &in->counting.heap, .reclaim = list, .size = size, .align = 8};
    bool had;

    *wrong |= objcache_init(&cache, &config) != STATUS_OK;
    had = world_use(&cache.heap, size, size, wrong);
    *wrong |= objcache_fini(&cache) != STATUS_OK;
    return had;
}

static bool use_small(struct world *in, bool *wrong)
{
    return use_cache(in, &in->pages.reclaim, 600, wrong);
}

static bool use_large(struct world *in, bool *wrong)
{
    return use_cache(in, NULL, 16000, wrong);
}

/* A parent that calls back while it is asked: the cache of its own books. */
struct nesting {
    struct heap heap;
    bool take_more;
    void *taken[80];
    uint32_t count;
};

static enum status nesting_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct nesting *nesting = (struct nesting *)heap;
    bool more = nesting->take_more;

    nesting->take_more = false;
    for (uint32_t i = 0; more && i < 20; i++)
        nesting->taken[nesting->count++] = objcache_new(&cache);
    return heap_alloc(heap->parent, size, align, base);
}

static enum status nesting_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct nesting *nesting = (struct nesting *)heap;

    while (nesting->count)
        if (objcache_delete(&cache, nesting->taken[--nesting->count]) != STATUS_OK)
            return STATUS_CORRUPT;
    return heap_free(heap->parent, base, size);
}

static void nesting_stats(const struct heap *heap, struct heap_stats *stats)
{
    heap_stats(heap->parent, stats);
}

static void test_nesting(void)
{
    static const struct heap_ops ops = {nesting_alloc, nesting_free, nesting_stats};
    static struct nesting nesting;

    world_init(&world, UINT64_MAX);
    nesting = (struct nesting){.heap = {.ops = &ops, .name = "nesting", .parent = &world.counting.heap}};
    tap_ok(init(200, 1) == STATUS_OK, "a cache whose page heap keeps its books in it");
    cache.heap.parent = &nesting.heap;
    nesting.take_more = true;
    tap_ok(objects_are_good(1000, 200, 8), "objects that the page heap takes meanwhile are others");
    tap_is_u64(stats_of(&cache.heap).objects, 1020, "and are counted");
    tap_ok(all_go_back(1000) || nesting.count == 0, "and go back meanwhile");
    tap_ok(objcache_reclaim(&cache) || !world.pages.held, "to the last");
    tap_is_u64(stats_of(&cache.heap).objects, 0, "none is left");
    tap_ok(objcache_fini(&cache) == STATUS_OK && world_fini(&world), "and no page");
}

int main(void)
{
    tap_plan(5 + 11 + 10 + 3 + 9 + 2 + 11 + 11 + 3 + 2 + 7);
    test_config();
    test_sizes();
    test_slabs();
    test_colours();
    test_heap();
    test_addresses();
    test_wrong_frees();
    test_refusals();
    test_every_failure();
    world_fail_each("objects of 600 bytes", use_small);
    world_fail_each("objects of 16000 bytes, no hook", use_large);
    test_nesting();
    return tap_done();
}
