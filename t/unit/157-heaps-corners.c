/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heaps over heaps in a tight place: who has no hook in the list of the pages must help himself, and a hook may come
 * back into the heap that is asking.
 */
#include "heap_world.h"

#include "runtime/debugheap.h"
#include "runtime/general.h"
#include "runtime/objcache.h"

static struct world world;

/* No hook: the pages are refused, the heap gives up its own empty slabs, and then there is room. */
static void test_general_helps_itself(void)
{
    static struct general general;
    uint8_t *small, *large;

    world_init(&world, 3 * LAYOUT_FRAME_SIZE);
    general_init(&general, "general", &world.counting.heap, NULL);
    small = general_new(&general, 100);
    tap_ok(small && general_delete(&general, small, 100) == STATUS_OK && world.pages.held == LAYOUT_FRAME_SIZE,
           "an empty slab is kept, a page of three");
    large = general_new(&general, 2 * LAYOUT_FRAME_SIZE);
    tap_ok(large && world.pages.held == 3 * LAYOUT_FRAME_SIZE, "two pages and their books: the slab has made room");
    tap_ok(!general_new(&general, 2 * LAYOUT_FRAME_SIZE), "there is no more");
    tap_ok(!general_new(&general, UINT64_MAX) && stats_of(&general.heap).failures == 1, "nor any for 2^64 bytes");
    tap_ok(general_delete(&general, large, 2 * LAYOUT_FRAME_SIZE) == STATUS_OK, "the span goes back");
    tap_ok(general_fini(&general) == STATUS_OK && world_fini(&world), "nothing is left");
}

/*
 * 300 bytes aligned to 128 come from the class of 384; a free may say any size that gets there by rounding up to 128,
 * and no other.
 */
static void test_general_padded(void)
{
    static const uint64_t wrong[] = {1, 100, 200, 256, 385, 400, UINT64_MAX};
    static struct general general;
    uint64_t base, taken = 0;

    world_init(&world, UINT64_MAX);
    general_init(&general, "general", &world.counting.heap, NULL);
    if (heap_alloc(&general.heap, 300, 128, &base) != STATUS_OK)
        abort();
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        taken += heap_free(&general.heap, base, wrong[i]) != STATUS_INVALID;
    tap_is_u64(taken, 0, "300 bytes aligned to 128 are not 1, 256, 385 ...");
    tap_ok(heap_free(&general.heap, base, 300) == STATUS_OK, "but are 300");
    tap_ok(heap_alloc(&general.heap, 300, 128, &base) == STATUS_OK && heap_free(&general.heap, base, 257) == STATUS_OK,
           "257 would have got the same");
    tap_ok(general_fini(&general) == STATUS_OK && world_fini(&world), "nothing is left");
}

/* ---- a hook that gives an object back to the very cache that asks for pages */

struct hoard {
    struct reclaim hook;
    struct objcache *cache;
    void *object;
    uint64_t page;
};

static bool give_hoard(void *context)
{
    struct hoard *hoard = context;

    if (!hoard->object)
        return false;
    if (objcache_delete(hoard->cache, hoard->object) != STATUS_OK ||
        heap_free(&world.counting.heap, hoard->page, LAYOUT_FRAME_SIZE) != STATUS_OK)
        abort();
    hoard->object = NULL;
    return true;
}

static void test_hook_comes_back(void)
{
    static struct objcache cache;
    struct objcache_config config = {.name = "cache", .pages = &world.counting.heap, .size = 1000, .align = 8};
    struct hoard hoard = {.cache = &cache, .hook = {.name = "hoard", .run = give_hoard, .context = &hoard}};
    void *last = NULL, *object;
    unsigned count = 0;

    world_init(&world, 2 * LAYOUT_FRAME_SIZE);
    if (objcache_init(&cache, &config) != STATUS_OK ||
        heap_alloc(&world.counting.heap, LAYOUT_FRAME_SIZE, LAYOUT_FRAME_SIZE, &hoard.page) != STATUS_OK)
        abort();
    for (; (object = objcache_new(&cache)); count++)
        last = object;
    tap_ok(count == 4 && world.pages.held == 2 * LAYOUT_FRAME_SIZE, "a page of four objects, a page that is hoarded");
    hoard.object = last;
    reclaim_add(&world.pages.reclaim, &hoard.hook);
    tap_ok(objcache_new(&cache) == last, "the hook gives back an object, and that is the one that is given");
    tap_ok(world.pages.held == 2 * LAYOUT_FRAME_SIZE, "although it gave back its page too");
    for (count = 0; objcache_new(&cache); count++)
        ;
    tap_is_u64(count, 4, "which the cache has now, with its four");
    tap_is_u64(stats_of(&cache.heap).objects, 4 + 4, "all are counted");
    reclaim_remove(&world.pages.reclaim, &hoard.hook);
    tap_ok(objcache_fini(&cache) == STATUS_OK && world_fini(&world), "nothing is left");
}

/* ---- the debug heap without a hook */

static void no_fault(void *context, const struct debugheap_fault *fault)
{
    ++*(unsigned *)context;
    tap_note("%s", debugheap_kind_text(fault->kind));
}

static void test_debugheap_helps_itself(void)
{
    static struct general general;
    static struct debugheap debugheap;
    unsigned faults = 0;
    struct debugheap_config config = {.name = "debug", .parent = &general.heap, .books = &general.heap,
                                      .quarantine = 1 << 20, .fault = no_fault, .context = &faults};
    void *p, *q;

    world_init(&world, 100000);
    general_init(&general, "general", &world.counting.heap, NULL);
    debugheap_init(&debugheap, &config);
    p = heap_new(&debugheap.heap, 50000);
    tap_ok(p && heap_delete(&debugheap.heap, p, 50000) == STATUS_OK && world.pages.held > 50000, "one waits");
    q = heap_new(&debugheap.heap, 60000);
    tap_ok(q && debugheap.quarantine_bytes == 0, "in quarantine, which is emptied when there is no room for another");
    tap_ok(!heap_new(&debugheap.heap, 60000), "with nothing in quarantine the next is refused");
    tap_ok(!faults && debugheap_fini(&debugheap) == STATUS_OK && general_fini(&general) == STATUS_OK &&
               world_fini(&world),
           "nothing is left");
}

/* Four heaps without a hook: none can make up for what another lacks. */
static bool use_without_hooks(struct world *in, bool *wrong)
{
    static struct general general, books;
    static struct debugheap debugheap;
    static struct objcache cache;
    unsigned faults = 0;
    struct debugheap_config debug = {.name = "debug", .parent = &general.heap, .books = &books.heap,
                                     .quarantine = 1 << 20, .fault = no_fault, .context = &faults};
    struct objcache_config config = {.name = "cache", .pages = &in->counting.heap, .size = 200, .align = 8};
    bool had;

    general_init(&general, "general", &in->counting.heap, NULL);
    general_init(&books, "books", &in->counting.heap, NULL);
    *wrong |= objcache_init(&cache, &config) != STATUS_OK;
    debugheap_init(&debugheap, &debug);
    had = world_use(&debugheap.heap, 1, 5000, wrong);
    had &= world_use(&cache.heap, 200, 200, wrong);
    *wrong |= debugheap_fini(&debugheap) != STATUS_OK || stats_of(&books.heap).objects || faults;
    had &= world_use(&general.heap, 1, 50000, wrong);
    *wrong |= objcache_fini(&cache) != STATUS_OK;
    *wrong |= general_fini(&general) != STATUS_OK || general_fini(&books) != STATUS_OK;
    return had;
}

int main(void)
{
    tap_plan(6 + 4 + 6 + 4 + 1);
    test_general_helps_itself();
    test_general_padded();
    test_hook_comes_back();
    test_debugheap_helps_itself();
    world_fail_each("heaps without hooks", use_without_hooks);
    return tap_done();
}
