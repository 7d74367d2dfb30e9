/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The debug heap: each misuse is found, named, and handed to the owner with what is known of the object; and what it
 * does when memory is short or its parent refuses.
 */
#include "host_heap.h"

#include "runtime/debugheap.h"

#define SIZE 100u
#define QUARANTINE 1000u /* bytes: six objects of 100 with their zones */

struct bench {
    struct host_heap host, books;
    struct debugheap heap;
    struct reclaim_list hooks;
    unsigned faults;
    struct debugheap_fault last;
};

static void note_fault(void *context, const struct debugheap_fault *fault)
{
    struct bench *bench = context;

    bench->faults++;
    bench->last = *fault;
}

static void start(struct bench *bench, uint64_t quarantine)
{
    *bench = (struct bench){0};
    host_heap_init(&bench->host);
    host_heap_init(&bench->books);
    debugheap_init(&bench->heap, &(struct debugheap_config){.name = "debug",
                                                            .parent = &bench->host.heap,
                                                            .books = &bench->books.heap,
                                                            .reclaim = &bench->hooks,
                                                            .quarantine = quarantine,
                                                            .fault = note_fault,
                                                            .context = bench});
}

/* Ends it: whatever a case did, everything is back where it came from. */
static bool stop(struct bench *bench)
{
    return debugheap_fini(&bench->heap) == STATUS_OK && !bench->host.count && !bench->books.count && !bench->hooks.first;
}

static uint8_t *take(struct bench *bench, uint64_t size)
{
    heap_call_for(&bench->heap.heap, "taker");
    return heap_new(&bench->heap.heap, size);
}

static enum status give(struct bench *bench, const void *p, uint64_t size)
{
    heap_call_for(&bench->heap.heap, "giver");
    return heap_free(&bench->heap.heap, (uintptr_t)p, size);
}

/* A point: one fault of the kind since the last look, at `where`. */
static void expect(struct bench *bench, enum debugheap_kind kind, const void *where, const char *what)
{
    tap_ok(bench->faults == 1 && bench->last.kind == kind && bench->last.where == (uintptr_t)where &&
               !strcmp(bench->last.heap, "debug"),
           "%s is a %s", what, debugheap_kind_text(kind));
    if (bench->faults != 1 || bench->last.kind != kind)
        tap_note("%u faults, the last a %s", bench->faults, debugheap_kind_text(bench->last.kind));
    bench->faults = 0;
}

/* ---- writes */

static void test_writes(void)
{
    static struct bench bench;
    uint8_t *p, *q;

    start(&bench, QUARANTINE);
    p = take(&bench, SIZE);
    tap_ok(p[0] == DEBUGHEAP_NEW && p[SIZE - 1] == DEBUGHEAP_NEW, "a new object has the pattern of new ones");
    p[SIZE] = 1;
    tap_ok(give(&bench, p, SIZE) == STATUS_OK, "a byte behind it is written, then it is freed");
    expect(&bench, DEBUGHEAP_WRITE_PAST, p + SIZE, "which");
    tap_ok(bench.last.address == (uintptr_t)p && bench.last.size == SIZE && !strcmp(bench.last.allocated_by, "taker") &&
               !bench.last.freed_by && !strcmp(bench.last.caller, "giver"),
           "with the object, its size, who took it, and who is calling");
    q = take(&bench, SIZE);
    q[-1] = 1;
    tap_ok(debugheap_check(&bench.heap) == STATUS_CORRUPT, "a byte before one is written, and a check finds it");
    expect(&bench, DEBUGHEAP_WRITE_BEFORE, q - 1, "it");
    tap_ok(debugheap_check(&bench.heap) == STATUS_OK && bench.faults == 0, "the zone is mended");
    tap_ok(p[7] == DEBUGHEAP_FREED, "a freed object has another pattern");
    p[7] = 1;
    tap_ok(debugheap_check(&bench.heap) == STATUS_CORRUPT, "it is written to, and a check finds it");
    expect(&bench, DEBUGHEAP_WRITE_FREED, p + 7, "it");
    tap_ok(!strcmp(bench.last.allocated_by, "taker") && !strcmp(bench.last.freed_by, "giver"), "with who freed it");
    p[8] = 1;
    tap_ok(debugheap_reclaim(&bench.heap), "written to once more, and then it leaves quarantine");
    expect(&bench, DEBUGHEAP_WRITE_FREED, p + 8, "that");
    q[SIZE + 1] = 1;
    tap_ok(stop(&bench), "an object still live at the end");
    expect(&bench, DEBUGHEAP_WRITE_PAST, q + SIZE + 1, "what was written behind it");
}

/* ---- frees */

static void test_frees(void)
{
    static struct bench bench;
    struct heap_stats stats;
    uint8_t *p, *q;

    start(&bench, QUARANTINE);
    p = take(&bench, SIZE);
    q = take(&bench, SIZE);
    tap_ok(give(&bench, p, SIZE + 1) == STATUS_INVALID, "a free with another size is refused");
    expect(&bench, DEBUGHEAP_WRONG_SIZE, p, "it");
    tap_is_u64(bench.last.freed_size, SIZE + 1, "with that size");
    tap_ok(give(&bench, q + 5, HEAP_ANY_SIZE) == STATUS_INVALID, "one of an address in an object is refused");
    expect(&bench, DEBUGHEAP_INNER_FREE, q + 5, "it");
    tap_ok(bench.last.address == (uintptr_t)q, "with the object");
    tap_ok(give(&bench, &bench, 1) == STATUS_NOT_OWNED, "one of any other address too");
    expect(&bench, DEBUGHEAP_FOREIGN_FREE, &bench, "it");
    tap_ok(bench.last.address == (uintptr_t)&bench && bench.last.size == HEAP_ANY_SIZE && !bench.last.allocated_by,
           "of which nothing is known");
    tap_ok(give(&bench, p, HEAP_ANY_SIZE) == STATUS_OK && bench.faults == 0, "a free without a size is none");
    tap_ok(give(&bench, p, SIZE) == STATUS_NOT_ALLOCATED, "the second time it is refused");
    expect(&bench, DEBUGHEAP_DOUBLE_FREE, p, "it");
    heap_stats(&bench.heap.heap, &stats);
    tap_ok(stats.objects == 1 && stats.allocated == SIZE && stats.held == bench.host.units && stats.metadata,
           "the figures: one object is live, and one waits");
    tap_ok(stop(&bench) && bench.faults == 0, "all is given back");
    tap_is_text(debugheap_kind_text((enum debugheap_kind)99), "unknown fault", "a kind that is none has a text too");
}

/* The quarantine is a queue: the seventh object that is freed lets the first go. */
static void test_quarantine(void)
{
    static struct bench bench;
    uint8_t *p[7];
    bool good = true;

    start(&bench, QUARANTINE);
    for (unsigned i = 0; i < 7; i++)
        p[i] = take(&bench, SIZE);
    for (unsigned i = 0; i < 7; i++)
        good &= give(&bench, p[i], SIZE) == STATUS_OK;
    tap_ok(good && bench.host.count == 6, "six wait of seven that were freed");
    tap_ok(give(&bench, p[1], SIZE) == STATUS_NOT_ALLOCATED && bench.last.kind == DEBUGHEAP_DOUBLE_FREE,
           "the second is still known");
    tap_ok(give(&bench, p[0], SIZE) == STATUS_NOT_OWNED && bench.last.kind == DEBUGHEAP_FOREIGN_FREE,
           "the first is not");
    tap_ok(reclaim_run(&bench.hooks) && !bench.host.count && !bench.books.count, "a reclaim hook lets all go");
    tap_ok(!reclaim_run(&bench.hooks), "and then there is nothing to let go");
    tap_ok(stop(&bench), "all is given back");
}

/* ---- short of memory */

static void test_shortage(void)
{
    static struct bench bench;
    uint8_t *p, *q;
    uint64_t base = 42;

    start(&bench, QUARANTINE);
    tap_ok(heap_alloc(&bench.heap.heap, UINT64_MAX - 60, 1, &base) == STATUS_INVALID && base == 42,
           "a size that has no room for zones is refused");
    tap_ok(heap_alloc(&bench.heap.heap, UINT64_MAX - 4100, 4096, &base) == STATUS_INVALID, "with an alignment sooner");
    p = take(&bench, SIZE);
    bench.host.limit = bench.host.units;
    tap_ok(!take(&bench, SIZE) && bench.books.count == 1, "no memory, nothing in quarantine: the record is given back");
    bench.books.limit = bench.books.units;
    bench.host.limit = 0;
    tap_ok(!take(&bench, SIZE) && bench.host.count == 1, "no memory for a record: no span is taken");
    tap_ok(give(&bench, p, SIZE) == STATUS_OK && bench.host.count == 1, "the object is freed and waits");
    q = take(&bench, SIZE);
    tap_ok(q && bench.host.count == 1, "the quarantine is emptied rather than refuse");
    tap_ok(give(&bench, q, SIZE) == STATUS_OK, "freed");
    bench.host.limit = 2 * SIZE;
    tap_ok(!take(&bench, 2 * SIZE) && !bench.host.count, "emptied, and refused even so");
    tap_is_u64(bench.heap.heap.failures, 3, "refusals are counted");
    tap_ok(bench.faults == 0 && stop(&bench), "all is given back");
}

/* A parent that will not have a span back: the object is in quarantine as before, and nothing is lost. */
static void test_refused_frees(void)
{
    static struct bench bench;
    uint8_t *p, *q;

    start(&bench, 0);
    p = take(&bench, SIZE);
    q = take(&bench, SIZE);
    bench.host.refuses_frees = true;
    tap_ok(give(&bench, p, SIZE) == STATUS_OK && give(&bench, q, SIZE) == STATUS_OK && bench.host.count == 2,
           "two frees, and the parent refuses");
    tap_ok(give(&bench, p, SIZE) == STATUS_NOT_ALLOCATED && bench.last.kind == DEBUGHEAP_DOUBLE_FREE,
           "a second free is still found");
    tap_ok(!debugheap_reclaim(&bench.heap) && bench.heap.quarantine_bytes == bench.heap.held, "both wait");
    tap_ok(debugheap_fini(&bench.heap) == STATUS_NO_MEMORY, "the end is refused");
    bench.host.refuses_frees = false;
    tap_ok(stop(&bench), "and well when it is tried again");
}

/* ---- looking, and without hooks */

static void test_walk(void)
{
    static struct bench bench;
    struct debugheap_object object = {0};
    const void *position = NULL;
    uint8_t *p[3];

    start(&bench, QUARANTINE);
    tap_ok(!debugheap_next(&bench.heap, &position, &object), "no object is live");
    for (unsigned i = 0; i < 3; i++)
        p[i] = take(&bench, SIZE + i);
    tap_ok(give(&bench, p[1], SIZE + 1) == STATUS_OK, "three are taken, the second is freed");
    tap_ok(debugheap_next(&bench.heap, &position, &object) && object.address == (uintptr_t)p[0] &&
               object.size == SIZE && !strcmp(object.allocated_by, "taker"),
           "the first is live");
    tap_ok(debugheap_next(&bench.heap, &position, &object) && object.address == (uintptr_t)p[2], "and the third");
    tap_ok(!debugheap_next(&bench.heap, &position, &object), "and no other");
    tap_ok(stop(&bench), "all is given back");
}

static void test_no_hooks(void)
{
    static struct bench bench;
    struct debugheap_config config = {.name = "debug", .fault = note_fault, .context = &bench};

    host_heap_init(&bench.host);
    config.parent = config.books = &bench.host.heap;
    debugheap_init(&bench.heap, &config);
    tap_ok((uintptr_t)heap_new(&bench.heap.heap, 1) % HOST_HEAP_EDGE == 0, "a heap without hooks, records beside objects");
    tap_ok(debugheap_fini(&bench.heap) == STATUS_OK && !bench.host.count, "ends as well");
}

int main(void)
{
    tap_plan(15 + 15 + 6 + 10 + 5 + 6 + 2);
    test_writes();
    test_frees();
    test_quarantine();
    test_shortage();
    test_refused_frees();
    test_walk();
    test_no_hooks();
    return tap_done();
}
