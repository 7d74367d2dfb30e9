/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id heap against the naive model of t/unit/idheap_model.h, one byte an id.  The first bytes choose the origin, the
 * pool and whether there is a source of nodes; the rest are operations, among them such that make the source fail for a
 * while.  Of a span that is given out only what the header promises is asked: it was free, and meets the request.  An
 * operation that fails has changed nothing; in the end the books are in order, and all nodes come back.
 */
#include "fuzz.h"

#include "unit/idheap_model.h"

#define OPERATIONS_MAX 100u
#define POOL_MAX 16384u

struct run {
    struct fuzz_input input;
    struct idheap heap;
    struct model model;
    struct source source;
    bool may_lack; /* nodes: then any operation may end in STATUS_NO_MEMORY */
};

static void compare(struct run *run, const char *when)
{
    if (idheap_check(&run->heap) != STATUS_OK)
        fuzz_fail("the books contradict themselves after %s", when);
    if (!model_agrees(&run->model, &run->heap))
        fuzz_fail("ids are not what the model says after %s", when);
}

/* Whether it went well; a status that is not the one wanted ends the run. */
static bool expect(struct run *run, const char *what, enum status got, enum status want)
{
    fuzz_outcome_of(what, status_text(got));
    if (got == STATUS_NO_MEMORY && want == STATUS_OK && run->may_lack) {
        compare(run, what);
        return false;
    }
    if (got != want)
        fuzz_fail("%s: %s, expected %s", what, status_text(got), status_text(want));
    return got == STATUS_OK;
}

/* ---- what the bytes say */

static uint32_t take_count(struct run *run)
{
    uint32_t how = (uint32_t)fuzz_number(&run->input, 1);

    if (how < 0xc0)
        return 1 + how % 64;
    return how < 0xe0 ? 64u << how % 8 : 1 + fuzz_below(&run->input, CLUSTER_IDS);
}

static void take_span(struct run *run, uint32_t *index, uint32_t *count)
{
    *index = fuzz_below(&run->input, MODEL_IDS);
    if (*index & 1)
        *index &= ~63u;
    *count = take_count(run);
    if (*count > model_room(*index))
        *count = model_room(*index);
}

static void set(struct run *run, uint32_t index, uint32_t count, enum idheap_state state)
{
    memset(run->model.states + index, state, count);
}

/* ---- operations */

static void do_add(struct run *run, bool used)
{
    uint32_t index, count;
    uint64_t base;
    enum status want;

    take_span(run, &index, &count);
    base = model_id(&run->model, index);
    want = model_states(&run->model, index, count) == IDHEAP_FOREIGN ? STATUS_OK : STATUS_OVERLAP;
    if (expect(run, used ? "add_used" : "add",
               used ? idheap_add_used(&run->heap, base, count) : idheap_add(&run->heap, base, count), want))
        set(run, index, count, used ? IDHEAP_USED : IDHEAP_FREE);
}

static void do_add_free(struct run *run)
{
    do_add(run, false);
}

static void do_add_used(struct run *run)
{
    do_add(run, true);
}

/* What take and remove want: ids that are all free. */
static enum status want_free(const struct run *run, uint32_t index, uint32_t count)
{
    uint32_t states = model_states(&run->model, index, count);

    return states & IDHEAP_FOREIGN ? STATUS_NOT_OWNED : states & IDHEAP_USED ? STATUS_OVERLAP : STATUS_OK;
}

static void do_remove(struct run *run)
{
    uint32_t index, count;

    take_span(run, &index, &count);
    if (expect(run, "remove", idheap_remove(&run->heap, model_id(&run->model, index), count),
               want_free(run, index, count)))
        set(run, index, count, IDHEAP_FOREIGN);
}

static void do_take(struct run *run)
{
    uint32_t index, count;

    take_span(run, &index, &count);
    if (expect(run, "take", idheap_take(&run->heap, model_id(&run->model, index), count),
               want_free(run, index, count)))
        set(run, index, count, IDHEAP_USED);
}

static void do_alloc(struct run *run)
{
    bool any = memchr(run->model.states, IDHEAP_FREE, MODEL_IDS) != NULL;

    for (uint32_t n = 1 + fuzz_below(&run->input, 64); n; n--) {
        uint64_t id = 0;
        uint32_t index;

        if (!expect(run, "alloc", idheap_alloc(&run->heap, &id), any ? STATUS_OK : STATUS_NOT_FOUND))
            return;
        index = model_index(&run->model, id);
        if (index == MODEL_IDS || run->model.states[index] != IDHEAP_FREE)
            fuzz_fail("alloc gave 0x%llx, which is not free", (unsigned long long)id);
        set(run, index, 1, IDHEAP_USED);
        any = memchr(run->model.states, IDHEAP_FREE, MODEL_IDS) != NULL;
    }
}

static void do_alloc_span(struct run *run)
{
    struct idheap_request request = {.count = take_count(run)};
    uint32_t how = (uint32_t)fuzz_number(&run->input, 1), index;
    uint64_t base = 0;
    enum status want;

    if (how & 1)
        request.align = how & 8 ? fuzz_number(&run->input, 1) : 1u << (how >> 4);
    if (how & 2)
        request.lower = model_id(&run->model, fuzz_below(&run->input, MODEL_IDS));
    if (how & 4)
        request.upper = model_id(&run->model, fuzz_below(&run->input, MODEL_IDS));
    if (request.align & (request.align - 1))
        want = STATUS_INVALID;
    else
        want = model_find(&run->model, &request) == NO_ID ? STATUS_NOT_FOUND : STATUS_OK;
    if (!expect(run, "alloc_span", idheap_alloc_span(&run->heap, &request, &base), want))
        return;
    index = model_index(&run->model, base);
    if (index == MODEL_IDS || request.count > model_room(index) || (request.align && base % request.align) ||
        base < request.lower || (request.upper && base + request.count > request.upper) ||
        model_states(&run->model, index, (uint32_t)request.count) != IDHEAP_FREE)
        fuzz_fail("alloc_span gave 0x%llx, which is not free or does not meet the request", (unsigned long long)base);
    set(run, index, (uint32_t)request.count, IDHEAP_USED);
}

static enum status want_used(uint32_t states)
{
    return states & IDHEAP_FOREIGN ? STATUS_NOT_OWNED : states & IDHEAP_FREE ? STATUS_NOT_ALLOCATED : STATUS_OK;
}

static void do_free_span(struct run *run)
{
    uint32_t index, count;

    take_span(run, &index, &count);
    if (expect(run, "free_span", idheap_free_span(&run->heap, model_id(&run->model, index), count),
               want_used(model_states(&run->model, index, count))))
        set(run, index, count, IDHEAP_FREE);
}

/* One by one, every `step`-th. */
static void do_free(struct run *run)
{
    uint32_t index, count, step = 1 + fuzz_below(&run->input, 2);

    take_span(run, &index, &count);
    for (uint32_t n = 0; n < count && n < 64; n += step)
        if (expect(run, "free", idheap_free(&run->heap, model_id(&run->model, index + n)),
                   want_used(run->model.states[index + n])))
            set(run, index + n, 1, IDHEAP_FREE);
}

/* Ranges of which at least one id never was any heap's: whatever their numbers, they are refused. */
static void do_foreign(struct run *run)
{
    uint64_t base = fuzz_number(&run->input, 8), count = fuzz_number(&run->input, 8);
    uint32_t index = model_index(&run->model, base);
    uint64_t offset = base - run->model.origin;

    if (count && index < MODEL_IDS && count <= model_room(index))
        return;
    expect(run, "take what is foreign", idheap_take(&run->heap, base, count),
           count ? STATUS_NOT_OWNED : STATUS_INVALID);
    expect(run, "free what is foreign", idheap_free_span(&run->heap, base, count),
           count ? STATUS_NOT_OWNED : STATUS_INVALID);
    if (index == MODEL_IDS)
        expect(run, "free one that is foreign", idheap_free(&run->heap, base), STATUS_NOT_OWNED);
    if (!(idheap_states(&run->heap, base, count) & IDHEAP_FOREIGN) && count)
        fuzz_fail("states of [0x%llx, + 0x%llx) have nothing foreign", (unsigned long long)base,
                  (unsigned long long)count);
    if (!count || offset >= IDHEAP_LIMIT || count > IDHEAP_LIMIT - offset)
        expect(run, "add what cannot be", idheap_add(&run->heap, base, count), STATUS_INVALID);
}

static void do_look(struct run *run)
{
    struct idheap_stats stats;
    uint32_t index, count;

    take_span(run, &index, &count);
    if (idheap_states(&run->heap, model_id(&run->model, index), count) != model_states(&run->model, index, count))
        fuzz_fail("states");
    idheap_stats(&run->heap, &stats);
    if (stats.free != model_count(&run->model, IDHEAP_FREE) || stats.used != model_count(&run->model, IDHEAP_USED) ||
        stats.total != stats.free + stats.used)
        fuzz_fail("statistics");
    if (fuzz_below(&run->input, 2))
        idheap_settle(&run->heap);
    compare(run, "a look");
}

/* From the n-th call on, some calls to the source of nodes fail. */
static void do_fail(struct run *run)
{
    run->source.fail_at = run->source.calls + 1 + fuzz_below(&run->input, 16);
    run->source.fail_count = fuzz_number(&run->input, 1);
    run->may_lack = true;
}

/* ---- a run */

static void start(struct run *run, void *pool)
{
    static const uint64_t origins[] = {0, 1, 4095, 0x100000, 0xffff800000000, 0xffeffffffffff001};
    uint32_t kind = (uint32_t)fuzz_number(&run->input, 1);
    struct idheap_config config = {.name = "fuzzed", .origin = origins[kind % 6]};

    if (kind & 0x40) {
        config.pool = pool;
        config.pool_size = fuzz_below(&run->input, POOL_MAX + 1);
    }
    if (!(kind & 0x80))
        config.meta = (struct idheap_meta){source_alloc, source_free, &run->source};
    run->may_lack = kind & 0x80;
    model_init(&run->model, config.origin);
    if (idheap_init(&run->heap, &config) != STATUS_OK)
        fuzz_fail("init");
}

/* Everything is freed and every node comes back. */
static void finish(struct run *run)
{
    struct idheap_stretch stretch = {0, 0, IDHEAP_FOREIGN};

    run->source.fail_at = 0;
    compare(run, "the last operation");
    while (idheap_next(&run->heap, stretch.limit, &stretch)) {
        uint64_t count = stretch.limit - stretch.base;

        if (stretch.state == IDHEAP_USED &&
            expect(run, "free all", idheap_free_span(&run->heap, stretch.base, count), STATUS_OK))
            set(run, model_index(&run->model, stretch.base), (uint32_t)count, IDHEAP_FREE);
    }
    compare(run, "freeing all");
    idheap_fini(&run->heap);
    if (run->source.live)
        fuzz_fail("%llu nodes did not come back", (unsigned long long)run->source.live);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const operations[])(struct run *) = {
        do_add_free, do_alloc, do_alloc_span, do_free_span, do_free, do_take, do_remove, do_add_used,
        do_foreign,  do_look,  do_fail,       do_alloc_span, do_free_span, do_alloc, do_free, do_take,
    };
    static struct run run; /* 30 KiB of it is the model */
    static _Alignas(8) uint8_t pool[POOL_MAX];

    run = (struct run){.input = {data, data + size}};
    start(&run, pool);
    for (uint32_t i = 0; i < OPERATIONS_MAX && fuzz_left(&run.input); i++)
        operations[fuzz_below(&run.input, sizeof operations / sizeof operations[0])](&run);
    finish(&run);
    return 0;
}
