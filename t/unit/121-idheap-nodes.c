/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where an id heap's nodes come from.  First: each allocation of a node fails once, and for ever, in a script that
 * needs many; whatever fails has changed nothing.  Then: the memory for nodes is what the heap itself gives out, to the
 * last frame.
 */
#include "idheap_model.h"

#define LEAF 4096ull
#define FORK (LEAF * 64)

/* ---- each allocation fails */

struct step {
    char what; /* '+' add, 's' span, 'a' one, 't' take, 'f' free, '-' remove */
    uint64_t base, count;
};

/* Cuts the tree at many places, on all levels. */
static const struct step script[] = {
    {'+', 100, 3 * FORK}, {'t', LEAF * 5 + 7, 1}, {'t', FORK + 10, 2 * LEAF}, {'a', 0, 0}, {'s', 0, 300},
    {'+', 70 * FORK + 1, 5}, {'+', 200 * FORK - 5, 10}, {'t', 200 * FORK, 1}, {'s', 0, FORK}, {'f', FORK + 100, 4000},
    {'f', LEAF * 5 + 7, 1}, {'-', 70 * FORK + 2, 1}, {'-', 2 * LEAF, LEAF + 1}, {'a', 0, 0}, {'s', 0, 5000},
    {'t', 200 * FORK + 2, 2}, {'f', 200 * FORK + 3, 1}, {'+', 2 * LEAF, LEAF + 1}, {'f', 200 * FORK, 1}, {'s', 0, 64}};

#define STEPS (sizeof script / sizeof script[0])

static enum status do_step(struct idheap *heap, const struct step *step)
{
    struct idheap_request request = {.count = step->count};
    uint64_t id;

    switch (step->what) {
    case '+':
        return idheap_add(heap, step->base, step->count);
    case '-':
        return idheap_remove(heap, step->base, step->count);
    case 't':
        return idheap_take(heap, step->base, step->count);
    case 'f':
        return idheap_free_span(heap, step->base, step->count);
    case 's':
        return idheap_alloc_span(heap, &request, &id);
    default:
        return idheap_alloc(heap, &id);
    }
}

/* All stretches of the heap, as a number that differs if they do. */
static uint64_t fingerprint(const struct idheap *heap)
{
    struct idheap_stretch s = {0, 0, IDHEAP_FREE};
    uint64_t print = 0;

    while (idheap_next(heap, s.limit, &s))
        print = (print ^ s.limit ^ (uint64_t)s.state << 60) * 0x9e3779b97f4a7c15;
    return print;
}

/*
 * Runs the script; a step that fails for lack of a node is tried again after `fail_count` is over.  Returns failed
 * steps.
 */
static unsigned run_script(struct source *source, bool *good)
{
    struct idheap heap;
    unsigned failed = 0;

    if (idheap_init(&heap, &(struct idheap_config){.meta = {source_alloc, source_free, source}}) != STATUS_OK)
        abort();
    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t before = fingerprint(&heap), free = heap.free;
        enum status status = do_step(&heap, &script[i]);

        if (status == STATUS_OK)
            continue;
        failed++;
        *good &= status == STATUS_NO_MEMORY && fingerprint(&heap) == before && heap.free == free &&
                 idheap_check(&heap) == STATUS_OK;
        source->fail_at = 0; /* the same again, with memory */
        status = do_step(&heap, &script[i]);
        if (status != STATUS_OK)
            tap_note("step %u: %s", i, status_text(status));
        *good &= status == STATUS_OK;
    }
    *good &= idheap_check(&heap) == STATUS_OK;
    idheap_fini(&heap);
    *good &= source->live == 0;
    return failed;
}

static void test_failures(uint64_t fail_count, const char *name)
{
    struct source source = {0};
    unsigned failed = 0, sites = 0;
    bool good = true;
    uint64_t calls;

    failed = run_script(&source, &good);
    calls = source.calls;
    tap_ok(good && !failed, "%s: the script needs %" PRIu64 " nodes", name, calls);
    for (uint64_t k = 1; k <= calls; k++, sites++) {
        source = (struct source){.fail_at = k, .fail_count = fail_count};
        failed += run_script(&source, &good);
    }
    tap_ok(good, "%s: every failure is named and changes nothing (%u places, %u refusals)", name, sites, failed);
}

/* ---- the heap feeds itself: each node costs an id of the same heap */

struct feeder {
    struct idheap heap;
    struct {
        void *p;
        uint64_t id;
    } nodes[4096];
    unsigned count, peak;
    uint64_t depth;
};

static void *feed(void *context, size_t size)
{
    struct feeder *feeder = context;
    uint64_t id;
    void *p = NULL;

    if (feeder->depth++)
        abort(); /* a nested call must make do */
    if (idheap_alloc(&feeder->heap, &id) == STATUS_OK) {
        p = malloc(size);
        feeder->nodes[feeder->count].p = p;
        feeder->nodes[feeder->count++].id = id;
        feeder->peak = feeder->count > feeder->peak ? feeder->count : feeder->peak;
    }
    feeder->depth--;
    return p;
}

static void take_back(void *context, void *p, size_t size)
{
    struct feeder *feeder = context;
    unsigned i = 0;

    (void)size;
    while (i < feeder->count && feeder->nodes[i].p != p)
        i++;
    if (i == feeder->count || idheap_free(&feeder->heap, feeder->nodes[i].id) != STATUS_OK)
        abort();
    free(p);
    feeder->nodes[i] = feeder->nodes[--feeder->count];
}

#define FEEDER_POOL (5 * idheap_fork_size + 6 * idheap_leaf_size) /* just enough to add the first range */

static struct feeder feeder;
static uint64_t pool[2048];
static uint64_t taken[1 << 16];

static void start_feeder(uint64_t base, uint64_t count)
{
    feeder = (struct feeder){0};
    if (idheap_init(&feeder.heap, &(struct idheap_config){.meta = {feed, take_back, &feeder},
                                                          .pool = pool,
                                                          .pool_size = FEEDER_POOL}) != STATUS_OK)
        abort();
    if (idheap_add(&feeder.heap, base, count) != STATUS_OK)
        abort();
}

/* The heap's last nodes cost ids of its own, so it cannot end in order. */
static void stop_feeder(void)
{
    while (feeder.count)
        free(feeder.nodes[--feeder.count].p);
}

static void test_feeding(void)
{
    const uint64_t count = 50000;
    unsigned n = 0, wrong = 0;
    struct idheap_stats stats;

    start_feeder(FORK - 20000, count);
    while (n < count && idheap_alloc(&feeder.heap, &taken[n]) == STATUS_OK)
        n++;
    tap_is_u64(n + feeder.count, count, "every id is given, %u of them for nodes", feeder.count);
    tap_ok(idheap_check(&feeder.heap) == STATUS_OK, "the books are in order");
    for (unsigned i = 0; i < n; i++) /* in an order that hits another leaf each time */
        wrong += idheap_free(&feeder.heap, taken[(i * 4099u) % n]) != STATUS_OK;
    tap_is_u64(wrong, 0, "all %u are freed when not one id is free, each in another leaf", n);
    idheap_settle(&feeder.heap);
    idheap_stats(&feeder.heap, &stats);
    tap_is_u64(stats.free + feeder.count, count, "and free again but for %u nodes", feeder.count);
    tap_ok(feeder.count <= 16 && idheap_check(&feeder.heap) == STATUS_OK, "which are few; the books are in order");
    tap_ok(feeder.peak > 10, "at most %u nodes were out", feeder.peak);
    stop_feeder();
}

/* Random spans and single ids, as memory for nodes comes and goes. */
static void test_feeding_randomly(void)
{
    struct {
        uint64_t base, count;
    } spans[2000];
    unsigned n = 0, wrong = 0;
    uint64_t used = 0;

    random_state = 7;
    start_feeder(FORK - 9000, 1 << 20);
    for (unsigned i = 0; i < 60000; i++) {
        struct idheap_request request = {.count = 1 + random_below(random_below(8) ? 40 : 9000)};

        if (!random_below(4))
            idheap_settle(&feeder.heap);
        if (n < 2000 && random_below(2)) {
            if (idheap_alloc_span(&feeder.heap, &request, &spans[n].base) == STATUS_OK)
                used += spans[n++].count = request.count;
        } else if (n) {
            unsigned k = random_below(n);

            wrong += idheap_free_span(&feeder.heap, spans[k].base, spans[k].count) != STATUS_OK;
            used -= spans[k].count;
            spans[k] = spans[--n];
        }
        wrong += feeder.heap.total - feeder.heap.free != used + feeder.count;
    }
    tap_is_u64(wrong, 0, "60,000 random operations: used ids are spans and nodes, always");
    tap_ok(idheap_check(&feeder.heap) == STATUS_OK, "the books are in order");
    while (n--)
        wrong += idheap_free_span(&feeder.heap, spans[n].base, spans[n].count) != STATUS_OK;
    idheap_settle(&feeder.heap);
    tap_ok(!wrong && feeder.count <= 16, "freed, %u nodes are left", feeder.count);
    tap_ok(feeder.peak > 20, "at most %u nodes were out", feeder.peak);
    stop_feeder();
}

/* ---- the pool */

/* Ids far apart, a leaf and a fork each, until there is no node left. */
static void test_shortage(void)
{
    struct idheap heap;
    unsigned n = 0, wrong = 0;
    enum status status;

    if (idheap_init(&heap, &(struct idheap_config){.pool = pool, .pool_size = sizeof pool}) != STATUS_OK ||
        idheap_add(&heap, 0, 64 * FORK) != STATUS_OK)
        abort();
    while ((status = idheap_take(&heap, n * FORK + 77, 1)) == STATUS_OK)
        n++;
    tap_ok(status == STATUS_NO_MEMORY && n > 4, "%u ids far apart can be taken with a small pool", n);
    tap_ok(idheap_check(&heap) == STATUS_OK && heap.total - heap.free == n, "the refusal changed nothing");
    for (unsigned i = 0; i < n; i++)
        wrong += idheap_free(&heap, i * FORK + 77) != STATUS_OK;
    tap_ok(!wrong && idheap_check(&heap) == STATUS_OK, "they can be freed without any node");
    tap_ok(idheap_take(&heap, 60 * FORK, 5) == STATUS_OK, "and then there are nodes again");
    idheap_fini(&heap);
}

static void test_pool(void)
{
    struct source source = {0};
    struct idheap_stats stats;
    struct idheap heap;

    tap_ok(idheap_init(&heap, &(struct idheap_config){.pool = (char *)pool + 4, .pool_size = 64}) == STATUS_INVALID,
           "a pool that is not aligned is refused");
    tap_ok(idheap_init(&heap, &(struct idheap_config){.pool = pool, .pool_size = sizeof pool}) == STATUS_OK &&
               idheap_add(&heap, 0, FORK) == STATUS_OK,
           "a heap without meta.alloc lives on its pool");
    tap_ok(idheap_add(&heap, 1ull << 50, 1) == STATUS_NO_MEMORY, "as far as that goes");
    tap_is_u64(heap.total, FORK, "and is as it was");
    idheap_fini(&heap);
    if (idheap_init(&heap, &(struct idheap_config){.meta = {source_alloc, source_free, &source},
                                                   .pool = pool,
                                                   .pool_size = idheap_reserve(FORK)}) != STATUS_OK)
        abort();
    tap_ok(idheap_add(&heap, 0, FORK) == STATUS_OK && idheap_take(&heap, 5, 1) == STATUS_OK, "pool and source");
    idheap_stats(&heap, &stats);
    tap_is_u64(stats.metadata_bytes,
               (stats.leaves + stats.spare_leaves) * idheap_leaf_size +
                   (stats.forks + stats.spare_forks) * idheap_fork_size + (uint64_t)(heap.pool_limit - heap.pool),
               "all nodes are counted");
    idheap_fini(&heap);
    tap_is_u64(source.live, 0, "what was the source's goes back to it, and nothing of the pool's");
    tap_is_u64(idheap_reserve(4096), 0, "a heap of one leaf needs no reserve");
    tap_ok(idheap_reserve(1ull << 28) <= 16384, "one for a terabyte of frames needs %zu bytes",
           idheap_reserve(1ull << 28));
}

int main(void)
{
    tap_plan(4 + 6 + 4 + 9 + 4);
    test_failures(1, "once");
    test_failures(UINT64_MAX, "for ever");
    test_feeding();
    test_feeding_randomly();
    test_pool();
    test_shortage();
    return tap_done();
}
