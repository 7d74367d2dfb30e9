/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random operations on the general heap, on an object cache and on a debugging heap, against a naive model: a list of
 * the live spans, each filled with a pattern of its own.  Looked at: that spans are aligned, lie apart, keep their
 * contents; every status, of wrong frees too; statistics.  Pages are few in some rounds, and calls to the page heap
 * fail at random in others, frees as well.  At the end of each round everything is freed, and every page must come
 * back.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#include "heap_world.h"

#include "runtime/debugheap.h"
#include "runtime/general.h"
#include "runtime/objcache.h"
#include "runtime/range.h"

#define OPS 5000000u
#define ROUND_OPS 10000u
#define SHORT_OPS 400u
#define SPANS 256u

struct span {
    uint64_t base, size;
    uint8_t pattern;
};

enum subject { GENERAL, OBJCACHE, DEBUG, SUBJECTS };

struct round {
    struct world world;
    struct general general, other; /* `other` has two objects that are foreign to all else */
    struct objcache cache;
    struct debugheap debugheap;
    enum subject subject;
    struct heap *heap; /* the subject */
    struct span spans[SPANS];
    uint32_t count, faults;
    uint64_t bytes; /* of all spans */
    uint8_t *foreign[2];
    uint32_t largest, small_percent, most; /* sizes, and how many spans there are at most */
    bool may_fail; /* pages are few, or calls fail */
    const char *wrong; /* what differed first, or NULL */
};

static struct round now;
static uint64_t refused_nth; /* 0, or which call of the page heap fails: that one alone */
static uint64_t allocated, refused, freed; /* in all rounds */

static void differ(const char *what)
{
    if (!now.wrong)
        now.wrong = what;
}

static void expect(enum status got, enum status want, const char *what)
{
    if (got != want) {
        tap_note("%s: %s, expected %s", what, status_text(got), status_text(want));
        differ(what);
    }
}

static void note_fault(void *context, const struct debugheap_fault *fault)
{
    (void)context;
    (void)fault;
    now.faults++;
}

/* ---- contents */

/* Of long spans the ends and a byte now and then. */
static uint64_t step_from(const struct span *span, uint64_t at)
{
    return at < 300 || span->size - at < 300 ? 1 : range_min(500, span->size - at - 299);
}

static void fill(const struct span *span)
{
    uint8_t *p = (uint8_t *)(uintptr_t)span->base;

    for (uint64_t at = 0; at < span->size; at += step_from(span, at))
        p[at] = (uint8_t)(span->pattern + at);
}

static bool is_kept(const struct span *span)
{
    const uint8_t *p = (const uint8_t *)(uintptr_t)span->base;

    for (uint64_t at = 0; at < span->size; at += step_from(span, at))
        if (p[at] != (uint8_t)(span->pattern + at))
            return false;
    return true;
}

static bool lies_apart(uint64_t base, uint64_t size)
{
    for (uint32_t i = 0; i < now.count; i++)
        if (base < now.spans[i].base + now.spans[i].size && now.spans[i].base < base + size)
            return false;
    return true;
}

/* ---- operations */

static uint64_t random_size(void)
{
    if (now.subject == OBJCACHE)
        return now.cache.size;
    if (random_below(100) < now.small_percent)
        return 1 + random_below(200);
    return 1 + random_below(now.largest);
}

static uint64_t random_align(void)
{
    if (now.subject == OBJCACHE || random_below(4))
        return 1;
    return (uint64_t)1 << random_below(random_below(8) ? 8 : 18);
}

static void do_alloc(void)
{
    uint64_t size = random_size(), align = random_align(), base = 0;
    enum status status;

    if (now.count == now.most)
        return;
    status = heap_alloc(now.heap, size, align, &base);
    if (now.may_fail && (status == STATUS_NO_MEMORY || status == STATUS_NOT_FOUND)) {
        if (base)
            differ("a refusal stored a base");
        refused++;
        return;
    }
    expect(status, STATUS_OK, "alloc");
    if (status != STATUS_OK)
        return;
    if (base % align || (now.subject != OBJCACHE && base % 16))
        differ("alignment");
    if (!lies_apart(base, size))
        differ("overlap");
    now.spans[now.count] = (struct span){base, size, (uint8_t)random_next()};
    fill(&now.spans[now.count++]);
    now.bytes += size;
    allocated++;
}

static void do_absurd_alloc(void)
{
    uint64_t base, size = UINT64_MAX - random_below(100000);
    enum status status = heap_alloc(now.heap, size, random_align(), &base);

    if (status != STATUS_INVALID && status != STATUS_NOT_FOUND && !(status == STATUS_NO_MEMORY && now.may_fail))
        differ("absurd size");
    expect(heap_alloc(now.heap, 0, 1, &base), STATUS_INVALID, "no size");
    expect(heap_alloc(now.heap, 64, 48, &base), STATUS_INVALID, "bad align");
}

static void forget(uint32_t i)
{
    now.bytes -= now.spans[i].size;
    now.spans[i] = now.spans[--now.count];
}

/* The status of freeing a span once more at once. */
static enum status again(const struct span *span)
{
    bool large = now.subject == GENERAL && span->base % SLAB_ALIGN == 0;

    return large ? STATUS_NOT_OWNED : STATUS_NOT_ALLOCATED;
}

static void free_at(uint32_t i)
{
    struct span span = now.spans[i];
    uint32_t faults = now.faults;
    enum status status;

    if (!is_kept(&span))
        differ("contents");
    status = heap_free(now.heap, span.base, random_below(2) ? span.size : HEAP_ANY_SIZE);
    if (status == STATUS_NO_MEMORY && now.world.failing.frees && span.base % SLAB_ALIGN == 0)
        return; /* the page heap did not take it; it is still there */
    expect(status, STATUS_OK, "free");
    forget(i);
    freed++;
    if (now.faults != faults)
        differ("a fault where there was none");
    if (!random_below(16) && now.subject != DEBUG)
        expect(heap_free(now.heap, span.base, HEAP_ANY_SIZE), again(&span), "double free");
}

static void do_free(void)
{
    if (now.count)
        free_at(random_below(now.count));
}

/* Most of what there is, in order or not. */
static void do_free_many(void)
{
    uint32_t rest = random_below(now.count + 1), backwards = random_below(2);

    for (uint32_t tries = 0; now.count > rest && tries < SPANS; tries++)
        free_at(backwards ? now.count - 1 : 0);
}

static void do_wrong_size(void)
{
    const struct span *span;
    uint64_t size;

    if (!now.count)
        return;
    span = &now.spans[random_below(now.count)];
    size = now.subject == GENERAL ? span->size * 2 + 300000 : span->size + 1 + random_below(100);
    expect(heap_free(now.heap, span->base, size), STATUS_INVALID, "wrong size");
}

static void do_inner_free(void)
{
    const struct span *span;
    enum status status;
    uint64_t base;

    if (!now.count)
        return;
    span = &now.spans[random_below(now.count)];
    if (span->size < 2)
        return;
    base = span->base + 1 + random_below((uint32_t)range_min(span->size - 1, SLAB_ALIGN - 1));
    status = heap_free(now.heap, base, HEAP_ANY_SIZE);
    if (status != STATUS_INVALID && !(status == STATUS_NOT_OWNED && span->base % SLAB_ALIGN == 0))
        differ("inner free");
}

static void do_foreign_free(void)
{
    uint8_t *p = now.foreign[random_below(now.subject == OBJCACHE ? 1 : 2)];

    expect(heap_free(now.heap, (uintptr_t)p, HEAP_ANY_SIZE), STATUS_NOT_OWNED, "foreign free");
}

static void do_double_free_debug(void)
{
    uint64_t base;

    if (now.subject != DEBUG || heap_alloc(now.heap, 40, 1, &base) != STATUS_OK)
        return;
    expect(heap_free(now.heap, base, 40), STATUS_OK, "free");
    if (now.debugheap.quarantine_limit > 1000) {
        expect(heap_free(now.heap, base, 40), STATUS_NOT_ALLOCATED, "double free");
        if (random_below(2)) {
            ((uint8_t *)(uintptr_t)base)[random_below(40)]++;
            expect(debugheap_check(&now.debugheap), STATUS_CORRUPT, "write after free");
        }
    }
}

static void do_write_past(void)
{
    const struct span *span;
    uint32_t faults = now.faults;
    uint8_t *p;

    if (now.subject != DEBUG || !now.count)
        return;
    span = &now.spans[random_below(now.count)];
    p = (uint8_t *)(uintptr_t)span->base;
    if (random_below(2))
        p[span->size + random_below(DEBUGHEAP_ZONE)]++;
    else
        p[-1 - (int)random_below(DEBUGHEAP_ZONE)]++;
    expect(debugheap_check(&now.debugheap), STATUS_CORRUPT, "write beside an object");
    if (now.faults != faults + 1)
        differ("faults of a write beside an object");
}

static void do_reclaim(void)
{
    reclaim_run(&now.world.pages.reclaim);
}

static void do_look(void)
{
    struct heap_stats stats = stats_of(now.heap);
    uint64_t other = stats_of(&now.other.heap).held;

    if (stats.objects != now.count)
        differ("objects");
    if (now.subject == GENERAL ? stats.allocated < now.bytes : stats.allocated != now.bytes)
        differ("allocated");
    if (now.subject != DEBUG && stats.held + other != now.world.pages.held)
        differ("held");
    if (now.subject == DEBUG && debugheap_check(&now.debugheap) != STATUS_OK)
        differ("check");
    for (uint32_t i = 0; i < now.count; i++)
        if (!is_kept(&now.spans[i]))
            differ("contents");
}

typedef void operation(void);

static operation *const rare[] = {do_absurd_alloc, do_wrong_size, do_inner_free, do_foreign_free, do_double_free_debug,
                                  do_write_past,   do_reclaim,    do_look,       do_free_many};

static void one_operation(uint32_t alloc_percent)
{
    uint32_t kind = random_below(100);

    if (kind < 5)
        rare[random_below(sizeof rare / sizeof *rare)]();
    else if (kind < alloc_percent)
        do_alloc();
    else
        do_free();
}

/* ---- rounds */

static void start(void)
{
    struct world *world = &now.world;
    struct heap *pages = &world->counting.heap;
    struct objcache_config cache = {.name = "cache", .pages = pages, .reclaim = &world->pages.reclaim};
    struct debugheap_config debug = {.name = "debug", .parent = &now.general.heap, .books = &now.general.heap,
                                     .reclaim = &world->pages.reclaim, .fault = note_fault};
    struct heap *const heaps[SUBJECTS] = {&now.general.heap, &now.cache.heap, &now.debugheap.heap};

    world_init(world, UINT64_MAX);
    general_init(&now.general, "general", pages, random_below(4) ? &world->pages.reclaim : NULL);
    general_init(&now.other, "other", pages, NULL);
    now.foreign[0] = general_new(&now.other, 100);
    now.foreign[1] = general_new(&now.other, 100000);
    cache.size = 1 + random_below(random_below(2) ? 200 : 5000);
    cache.align = 1u << random_below(8);
    debug.quarantine = random_below(2) ? random_below(200000) : 0;
    debugheap_init(&now.debugheap, &debug);
    if (objcache_init(&now.cache, &cache) != STATUS_OK)
        differ("init");
    now.heap = heaps[now.subject];
    if (random_below(3))
        world->pages.limit = world->pages.held + (4 + random_below(random_below(2) ? 64 : 1024)) * LAYOUT_FRAME_SIZE;
    if (random_below(2))
        failing_set_percent(&world->failing, 1 + random_below(60), random_next());
    world->failing.frees = !random_below(4);
    now.may_fail = world->pages.limit != UINT64_MAX || world->failing.percent;
    if (refused_nth) {
        failing_set_nth(&world->failing, refused_nth, false);
        world->pages.limit = UINT64_MAX;
        now.may_fail = true;
    }
}

/* Frees all, and ends all; then no page may be left. */
static void finish(void)
{
    failing_set_nth(&now.world.failing, 0, false);
    while (now.count && !now.wrong)
        free_at(random_below(now.count));
    do_look();
    if (random_below(2))
        do_reclaim();
    expect(debugheap_fini(&now.debugheap), STATUS_OK, "fini");
    expect(objcache_fini(&now.cache), STATUS_OK, "fini");
    if (now.subject == DEBUG && stats_of(&now.general.heap).objects)
        differ("a record was not given back");
    expect(general_fini(&now.general), STATUS_OK, "fini");
    expect(general_fini(&now.other), STATUS_OK, "fini");
    if (!world_fini(&now.world))
        differ("pages were not given back");
}

static const char *one_round(uint64_t seed, uint32_t operations)
{
    uint32_t alloc_percent = 50;

    now.count = now.faults = 0;
    now.bytes = 0;
    now.wrong = NULL;
    random_state = seed * 0xd1342543de82ef95;
    now.subject = random_below(8) ? random_below(2) : DEBUG;
    now.largest = 1 + random_below(random_below(8) ? 5000 : 150000);
    now.small_percent = random_below(100);
    now.most = 1 + random_below(SPANS);
    start();
    for (uint32_t i = 0; i < operations && !now.wrong; i++) {
        if (i % 500 == 0)
            alloc_percent = 30 + random_below(45);
        one_operation(alloc_percent);
    }
    if (!now.wrong)
        finish();
    return now.wrong;
}

/* The same short rounds again and again, each with another call of the page heap that fails. */
static uint64_t refuse_each(uint64_t seed, uint64_t rounds)
{
    uint64_t wrong = 0, runs = 0;

    for (uint64_t limit = seed + rounds; seed < limit && !wrong; seed++)
        for (refused_nth = 1; !wrong && (refused_nth == 1 || now.world.failing.failed); refused_nth++, runs++) {
            const char *what = one_round(seed, SHORT_OPS);

            wrong += what != NULL;
            if (what)
                tap_note("seed %" PRIu64 ", call %" PRIu64 " fails: %s", seed, refused_nth, what);
        }
    refused_nth = 0;
    tap_note("%" PRIu64 " short rounds", runs);
    return wrong || runs < 2 * rounds;
}

int main(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 1), operations = tap_number("ACRE_OPS", OPS), wrong = 0;

    tap_plan(3);
    tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%" PRIu64, seed, operations);
    for (uint64_t done = 0; done < operations && wrong < 3; done += ROUND_OPS, seed++) {
        const char *what = one_round(seed, (uint32_t)range_min(ROUND_OPS, operations - done));

        wrong += what != NULL;
        if (what)
            tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%u: %s", seed, ROUND_OPS, what);
    }
    tap_note("%" PRIu64 " spans allocated, %" PRIu64 " refused, %" PRIu64 " freed", allocated, refused, freed);
    tap_ok(allocated > operations / 4 && (refused > operations / 100 || operations < OPS),
           "a quarter of the operations and more allocates, some are refused");
    tap_is_u64(wrong, 0, "%" PRIu64 " random operations end as the model's do", operations);
    tap_is_u64(refuse_each(seed, 20), 0, "so do rounds of %u, each call of the page heap failing once", SHORT_OPS);
    return tap_done();
}
