/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug strength: each kind of misuse is found and named, with the object and those who allocated and freed it, and the
 * heap works on.  alice allocates and bob frees; their addresses are what a fault must name.
 */
#include "heap_world.h"

#include "runtime/debugheap.h"
#include "runtime/general.h"

#define QUARANTINE 4096u

static struct world world;
static struct general general;
static struct debugheap debugheap;
static struct debugheap_fault seen;
static uint32_t faults;

static void note_fault(void *context, const struct debugheap_fault *fault)
{
    if (context == &world && !faults++)
        seen = *fault;
}

static void begin(void)
{
    struct debugheap_config config = {
        .name = "debug",
        .parent = &general.heap,
        .books = &general.heap,
        .reclaim = &world.pages.reclaim,
        .quarantine = QUARANTINE,
        .fault = note_fault,
        .context = &world,
    };

    world_init(&world, UINT64_MAX);
    general_init(&general, "general", &world.counting.heap, &world.pages.reclaim);
    debugheap_init(&debugheap, &config);
    faults = 0;
}

static bool end(void)
{
    bool good = debugheap_fini(&debugheap) == STATUS_OK && !stats_of(&general.heap).objects;

    good = general_fini(&general) == STATUS_OK && good;
    return world_fini(&world) && good;
}

static __attribute__((noinline)) uint8_t *alice(uint64_t size)
{
    uint8_t *p = heap_new(&debugheap.heap, size);

    __asm__ volatile("" ::: "memory"); /* no tail call: the return address is here */
    return p;
}

static __attribute__((noinline)) enum status bob(void *p, uint64_t size)
{
    enum status status = heap_delete(&debugheap.heap, p, size);

    __asm__ volatile("" ::: "memory");
    return status;
}

/* Whether an address in code lies in a function, which is short. */
static bool is_in(const void *address, uintptr_t function)
{
    return (uintptr_t)address - function < 100;
}

#define IN_ALICE(address) is_in(address, (uintptr_t)alice)
#define IN_BOB(address) is_in(address, (uintptr_t)bob)

/* Three points: one fault of the kind; the object and the byte; who. */
static void fault_is(enum debugheap_kind kind, const uint8_t *p, uint64_t size, const uint8_t *where)
{
    tap_ok(faults == 1 && seen.kind == kind, "%s: found once (found: %s, %u)", debugheap_kind_text(kind),
           debugheap_kind_text(seen.kind), faults);
    tap_ok(seen.address == (uintptr_t)p && seen.size == size && seen.where == (uintptr_t)where &&
               !strcmp(seen.heap, "debug"), "%s: heap, address, size and byte", debugheap_kind_text(kind));
    tap_ok(IN_ALICE(seen.allocated_by), "%s: who allocated the object", debugheap_kind_text(kind));
    faults = 0;
}

/* 3 points of fault_is, and 2 more. */
static void test_double_free(void)
{
    uint8_t *p = alice(50);

    tap_ok(bob(p, 50) == STATUS_OK && bob(p, 50) == STATUS_NOT_ALLOCATED, "a double free is refused");
    tap_ok(IN_BOB(seen.freed_by) && IN_BOB(seen.caller), "both who freed it are named");
    fault_is(DEBUGHEAP_DOUBLE_FREE, p, 50, p);
}

static void test_wrong_size(void)
{
    uint8_t *p = alice(50);

    tap_ok(bob(p, 51) == STATUS_INVALID && seen.freed_size == 51, "a wrong size is refused, even by one");
    tap_ok(!seen.freed_by && IN_BOB(seen.caller), "who named it");
    fault_is(DEBUGHEAP_WRONG_SIZE, p, 50, p);
    tap_ok(bob(p, 50) == STATUS_OK && !faults, "the right one is taken");
}

static void test_inner_free(void)
{
    uint8_t *p = alice(50);

    tap_ok(bob(p + 49, HEAP_ANY_SIZE) == STATUS_INVALID, "a free inside an object is refused");
    fault_is(DEBUGHEAP_INNER_FREE, p, 50, p + 49);
    tap_ok(bob(p + 50, HEAP_ANY_SIZE) == STATUS_NOT_OWNED && seen.kind == DEBUGHEAP_FOREIGN_FREE,
           "one behind it is foreign");
    faults = 0;
    tap_ok(bob(p, HEAP_ANY_SIZE) == STATUS_OK && !faults, "the object is taken without a size");
}

static void test_foreign_free(void)
{
    uint8_t *nobodys = (uint8_t *)(uintptr_t)0x123456000;

    tap_ok(bob(nobodys, 7) == STATUS_NOT_OWNED, "a free of memory that is not even there is refused");
    tap_ok(faults == 1 && seen.kind == DEBUGHEAP_FOREIGN_FREE && seen.where == (uintptr_t)nobodys &&
               seen.address == (uintptr_t)nobodys && !seen.allocated_by && IN_BOB(seen.caller), "and found, and who");
    faults = 0;
}

static void test_write_before(void)
{
    uint8_t *p = alice(50);

    p[-1] = 1;
    tap_ok(debugheap_check(&debugheap) == STATUS_CORRUPT, "a check finds a write before an object");
    fault_is(DEBUGHEAP_WRITE_BEFORE, p, 50, p - 1);
    tap_ok(debugheap_check(&debugheap) == STATUS_OK && !faults, "and mends it");
    p[-(int)DEBUGHEAP_ZONE] = 1;
    tap_ok(bob(p, 50) == STATUS_OK, "the object can be freed; the free finds the next one");
    fault_is(DEBUGHEAP_WRITE_BEFORE, p, 50, p - DEBUGHEAP_ZONE);
}

static void test_write_past(void)
{
    uint8_t *p = alice(50);

    p[50] = 1;
    p[51] = 1;
    tap_ok(bob(p, 50) == STATUS_OK, "a free finds a write past the end");
    tap_ok(IN_BOB(seen.caller) && !seen.freed_by, "and says whose free it was");
    fault_is(DEBUGHEAP_WRITE_PAST, p, 50, p + 50);
    p = alice(50);
    p[50 + DEBUGHEAP_ZONE - 1] = 1;
    tap_ok(bob(p, 50) == STATUS_OK, "the whole zone is looked at");
    fault_is(DEBUGHEAP_WRITE_PAST, p, 50, p + 50 + DEBUGHEAP_ZONE - 1);
}

static void test_write_freed(void)
{
    uint8_t *p = alice(50);

    tap_ok(bob(p, 50) == STATUS_OK && p[0] == DEBUGHEAP_FREED && p[49] == DEBUGHEAP_FREED, "what is freed is filled");
    p[20] = 1;
    tap_ok(debugheap_check(&debugheap) == STATUS_CORRUPT && IN_BOB(seen.freed_by), "a check looks into quarantine");
    fault_is(DEBUGHEAP_WRITE_FREED, p, 50, p + 20);
    p[49] = 1;
    tap_ok(debugheap_reclaim(&debugheap), "and so does the end of quarantine");
    fault_is(DEBUGHEAP_WRITE_FREED, p, 50, p + 49);
    tap_ok(bob(p, 50) == STATUS_NOT_OWNED && seen.kind == DEBUGHEAP_FOREIGN_FREE, "after it the object is foreign");
    faults = 0;
    p = alice(50);
    if (bob(p, 50) == STATUS_OK)
        p[-1] = 1;
    debugheap_reclaim(&debugheap);
    fault_is(DEBUGHEAP_WRITE_BEFORE, p, 50, p - 1);
}

/* Objects leave quarantine in their order, when there are too many bytes in it. */
static void test_quarantine(void)
{
    uint8_t *first = alice(1000), *second = alice(1000);
    uint64_t held;

    tap_ok(bob(first, 1000) == STATUS_OK && bob(second, 1000) == STATUS_OK, "two objects are freed");
    held = stats_of(&debugheap.heap).held;
    for (uint32_t i = 0; i < 2; i++)
        if (bob(alice(1000), 1000) != STATUS_OK)
            tap_note("not freed");
    tap_ok(bob(first, 1000) == STATUS_NOT_OWNED && bob(second, 1000) == STATUS_NOT_ALLOCATED,
           "after %u bytes the first has left quarantine, the second not", QUARANTINE);
    tap_ok(stats_of(&debugheap.heap).held <= QUARANTINE && stats_of(&debugheap.heap).held > held,
           "held bytes are known");
    tap_ok(!alice(UINT64_MAX - 200) && bob(second, 1000) == STATUS_NOT_ALLOCATED,
           "a size that cannot be empties nothing");
    tap_ok(reclaim_run(&world.pages.reclaim) && !stats_of(&debugheap.heap).held, "pressure empties it");
    tap_ok(!debugheap_reclaim(&debugheap) && bob(second, 1000) == STATUS_NOT_OWNED, "then nothing is in it");
    tap_ok(!stats_of(&debugheap.heap).metadata, "and there are no books");
    faults = 0;
}

/* A function that allocates for somebody says so. */
static __attribute__((noinline)) uint8_t *wrapper(uint64_t size)
{
    uint64_t base;

    heap_call_for(&debugheap.heap, __builtin_return_address(0));
    if (heap_alloc(&debugheap.heap, size, 1, &base) != STATUS_OK)
        return NULL;
    __asm__ volatile("" ::: "memory");
    return (uint8_t *)(uintptr_t)base;
}

static __attribute__((noinline)) uint8_t *carol(uint64_t size)
{
    uint8_t *p = wrapper(size);

    __asm__ volatile("" ::: "memory");
    return p;
}

static void test_objects(void)
{
    uint8_t *p = alice(10), *q = carol(20), *r = alice(30);
    struct debugheap_object object;
    const void *at = NULL;
    uint64_t base;

    tap_ok(p[0] == DEBUGHEAP_NEW && p[9] == DEBUGHEAP_NEW, "what is allocated is filled");
    tap_ok(bob(r, 30) == STATUS_OK && debugheap_next(&debugheap, &at, &object) && object.address == (uintptr_t)p &&
               object.size == 10 && IN_ALICE(object.allocated_by), "the first live object");
    tap_ok(debugheap_next(&debugheap, &at, &object) && object.address == (uintptr_t)q && object.size == 20 &&
               is_in(object.allocated_by, (uintptr_t)carol), "the second: who called the wrapper");
    tap_ok(!debugheap_next(&debugheap, &at, &object), "freed ones are not live");
    tap_ok(heap_alloc(&debugheap.heap, 40, 8192, &base) == STATUS_OK && base % 8192 == 0, "alignments are honoured");
    tap_ok(stats_of(&debugheap.heap).objects == 3 && stats_of(&debugheap.heap).allocated == 70, "sizes as asked for");
    tap_ok(heap_alloc(&debugheap.heap, UINT64_MAX - 63, 1, &base) == STATUS_INVALID &&
               heap_alloc(&debugheap.heap, UINT64_MAX, 1, &base) == STATUS_INVALID &&
               heap_alloc(&debugheap.heap, (uint64_t)1 << 63, (uint64_t)1 << 63, &base) == STATUS_INVALID,
           "no room for the zones");
}

/* A parent that notes whom it works for. */
static const void *parents_caller;

static enum status noting_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    parents_caller = heap->caller;
    return heap_alloc(heap->parent, size, align, base);
}

static enum status noting_free(struct heap *heap, uint64_t base, uint64_t size)
{
    return heap_free(heap->parent, base, size);
}

static void noting_stats(const struct heap *heap, struct heap_stats *stats)
{
    heap_stats(heap->parent, stats);
}

static void test_parents_caller(void)
{
    static const struct heap_ops ops = {noting_alloc, noting_free, noting_stats};
    struct heap noting = {.ops = &ops, .name = "noting", .parent = &general.heap};
    uint8_t *p;

    debugheap.heap.parent = &noting;
    p = alice(10);
    tap_ok(IN_ALICE(parents_caller), "the parent is told whom it works for");
    debugheap.heap.parent = &general.heap;
    tap_ok(bob(p, 10) == STATUS_OK && !faults, "the object is as any other");
}

static void test_texts(void)
{
    bool good = true;

    for (uint32_t kind = 0; kind < DEBUGHEAP_KINDS; kind++)
        for (uint32_t other = 0; other < kind; other++)
            good = good && strcmp(debugheap_kind_text(kind), debugheap_kind_text(other));
    tap_ok(good && !strcmp(debugheap_kind_text(DEBUGHEAP_KINDS), "unknown fault"), "each kind has its words");
}

/* The n-th call of the parent fails, for every n; frees of the parent fail as well. */
static void test_failures(void)
{
    struct failing *failing = &world.failing;
    struct debugheap_config config = {
        .name = "debug", .parent = &failing->heap, .books = &failing->heap, .fault = note_fault, .context = &world};
    struct world under;
    uint8_t *objects[20];
    bool good = true;
    uint64_t n = 0, failed;

    world_init(&under, UINT64_MAX);
    general_init(&general, "general", &under.counting.heap, NULL);
    failing_init(failing, "failing", &general.heap);
    failing->frees = true;
    config.quarantine = 500;
    debugheap_init(&debugheap, &config);
    faults = 0;
    do {
        n++;
        failed = failing->failed;
        failing_set_nth(failing, n, false);
        for (uint32_t i = 0; i < 20; i++)
            objects[i] = alice(1 + i * 30);
        for (uint32_t i = 0; i < 20; i++)
            good = good && (!objects[i] || bob(objects[i], 1 + i * 30) == STATUS_OK);
        debugheap_reclaim(&debugheap);
        failing_set_nth(failing, 0, false);
        debugheap_reclaim(&debugheap);
        good = good && !stats_of(&debugheap.heap).objects && !stats_of(&debugheap.heap).held && !faults;
    } while (good && failing->failed > failed);
    tap_ok(good && n > 60, "each of %" PRIu64 " calls of the parent failed once", n - 1);
    objects[0] = alice(5);
    failing_set_nth(failing, 1, true);
    tap_ok(objects[0] && debugheap_fini(&debugheap) == STATUS_NO_MEMORY, "the end can be refused");
    failing_set_nth(failing, 0, false);
    tap_ok(debugheap_fini(&debugheap) == STATUS_OK, "and then go well");
    general_reclaim(&general);
    tap_ok(general_fini(&general) == STATUS_OK && world_fini(&under), "nothing is left");
}

/* Over a general heap, whose hook and the quarantine's are in the list of the pages. */
static bool use_debugheap(struct world *in, bool *wrong)
{
    struct debugheap_config config = {.name = "debug", .parent = &general.heap, .books = &general.heap,
                                      .reclaim = &in->pages.reclaim, .quarantine = QUARANTINE, .fault = note_fault,
                                      .context = &world};
    bool had;

    faults = 0;
    general_init(&general, "general", &in->counting.heap, &in->pages.reclaim);
    debugheap_init(&debugheap, &config);
    had = world_use(&debugheap.heap, 1, 20000, wrong);
    *wrong |= debugheap_fini(&debugheap) != STATUS_OK || stats_of(&general.heap).objects || faults;
    *wrong |= general_fini(&general) != STATUS_OK;
    return had;
}

int main(void)
{
    tap_plan(5 + 6 + 6 + 2 + 9 + 9 + 13 + 7 + 7 + 2 + 2 + 4 + 1);
    begin();
    test_double_free();
    test_wrong_size();
    test_inner_free();
    test_foreign_free();
    test_write_before();
    test_write_past();
    test_write_freed();
    test_quarantine();
    test_objects();
    test_parents_caller();
    tap_ok(end(), "nothing is left, although some were in use");
    test_texts();
    test_failures();
    world_fail_each("debug strength", use_debugheap);
    return tap_done();
}
