/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random operations on an id heap against the naive model.  Every answer is compared: which span is the lowest, which
 * error a wrong free is, what every id's state is; the books are checked; nodes are refused at random in every other
 * round, and then nothing may have changed.  At the end of each round everything is freed, and every node must come
 * back.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#include "idheap_model.h"

#define OPS 4000000u
#define ROUND_OPS 4000u

struct round {
    struct idheap heap;
    struct model model;
    struct source source;
    uint32_t largest; /* count of spans */
    const char *wrong; /* what differed first, or NULL */
};

static uint32_t random_count(const struct round *round)
{
    switch (random_below(8)) {
    case 0:
        return 1;
    case 1:
        return 64u << random_below(8);
    case 2:
        return 1 + random_below(CLUSTER_IDS);
    default:
        return 1 + random_below(round->largest);
    }
}

/* A span of indices in a row within a cluster. */
static void random_span(const struct round *round, uint32_t *index, uint32_t *count)
{
    *index = random_below(4) ? random_below(MODEL_IDS) : random_below(MODEL_IDS / 64) * 64;
    *count = random_count(round);
    if (*count > model_room(*index))
        *count = model_room(*index);
}

static void differ(struct round *round, const char *what)
{
    if (!round->wrong)
        round->wrong = what;
}

/*
 * Compares a status with what it must be; a lack of nodes is no error where they are refused.  True if the operation
 * went well.
 */
static bool judge(struct round *round, enum status got, enum status want, const char *what)
{
    if (got == STATUS_NO_MEMORY && want == STATUS_OK && round->source.fail_percent)
        return false;
    if (got != want) {
        tap_note("%s: %s, expected %s", what, status_text(got), status_text(want));
        differ(round, what);
    }
    return got == STATUS_OK;
}

static void set(struct round *round, uint32_t index, uint32_t count, enum idheap_state state)
{
    memset(round->model.states + index, state, count);
}

static void do_add(struct round *round)
{
    uint32_t index, count;
    enum status want;

    random_span(round, &index, &count);
    want = model_states(&round->model, index, count) == IDHEAP_FOREIGN ? STATUS_OK : STATUS_OVERLAP;
    if (!random_below(4)) {
        if (judge(round, idheap_add_used(&round->heap, model_id(&round->model, index), count), want, "add_used"))
            set(round, index, count, IDHEAP_USED);
        return;
    }
    if (judge(round, idheap_add(&round->heap, model_id(&round->model, index), count), want, "add"))
        set(round, index, count, IDHEAP_FREE);
}

/* Makes all of a cluster that is foreign the heap's. */
static void do_add_cluster(struct round *round)
{
    uint32_t index = random_below(CLUSTERS) * CLUSTER_IDS, end = index + CLUSTER_IDS;

    while (index < end) {
        uint32_t count = 0;

        while (index + count < end && round->model.states[index + count] == IDHEAP_FOREIGN)
            count++;
        if (count &&
            judge(round, idheap_add(&round->heap, model_id(&round->model, index), count), STATUS_OK, "add cluster"))
            set(round, index, count, IDHEAP_FREE);
        index += count + 1;
    }
}

static void do_remove(struct round *round)
{
    uint32_t index, count, states;

    random_span(round, &index, &count);
    states = model_states(&round->model, index, count);
    if (judge(round, idheap_remove(&round->heap, model_id(&round->model, index), count),
              states & IDHEAP_FOREIGN ? STATUS_NOT_OWNED : states & IDHEAP_USED ? STATUS_OVERLAP : STATUS_OK, "remove"))
        set(round, index, count, IDHEAP_FOREIGN);
}

static void do_take(struct round *round)
{
    uint32_t index, count, states;

    random_span(round, &index, &count);
    states = model_states(&round->model, index, count);
    if (judge(round, idheap_take(&round->heap, model_id(&round->model, index), count),
              states & IDHEAP_FOREIGN ? STATUS_NOT_OWNED : states & IDHEAP_USED ? STATUS_OVERLAP : STATUS_OK, "take"))
        set(round, index, count, IDHEAP_USED);
}

static void do_alloc(struct round *round)
{
    bool any = memchr(round->model.states, IDHEAP_FREE, MODEL_IDS) != NULL;
    uint64_t id = 0;
    uint32_t index;

    if (!judge(round, idheap_alloc(&round->heap, &id), any ? STATUS_OK : STATUS_NOT_FOUND, "alloc"))
        return;
    index = model_index(&round->model, id);
    if (index == MODEL_IDS || round->model.states[index] != IDHEAP_FREE)
        differ(round, "alloc gave an id that is not free");
    else
        set(round, index, 1, IDHEAP_USED);
}

static void do_alloc_span(struct round *round)
{
    struct idheap_request request = {.count = random_count(round)};
    uint64_t want, got = 0;
    uint32_t index;

    if (!random_below(3))
        request.align = 1u << random_below(14);
    if (!random_below(3))
        request.lower = model_id(&round->model, random_below(MODEL_IDS));
    if (!random_below(3))
        request.upper = model_id(&round->model, random_below(MODEL_IDS));
    want = model_find(&round->model, &request);
    if (!judge(round, idheap_alloc_span(&round->heap, &request, &got), want == NO_ID ? STATUS_NOT_FOUND : STATUS_OK,
               "alloc_span"))
        return;
    index = model_index(&round->model, got);
    if (index == MODEL_IDS || request.count > model_room(index) || (request.align && got % request.align) ||
        model_states(&round->model, index, (uint32_t)request.count) != IDHEAP_FREE || got < request.lower ||
        (request.upper && got + request.count > request.upper))
        differ(round, "alloc_span gave a wrong span");
    else if (request.align <= 1 && request.lower > round->model.origin && got != want)
        differ(round, "alloc_span did not give the lowest span");
    else
        set(round, index, (uint32_t)request.count, IDHEAP_USED);
}

/* Frees a random span, right or wrong. */
static void do_free_span(struct round *round)
{
    uint32_t index, count, states;

    random_span(round, &index, &count);
    if (random_below(8)) /* mostly only as far as it is used */
        for (uint32_t n = 1; n < count; n++)
            if (round->model.states[index + n] != round->model.states[index])
                count = n;
    states = model_states(&round->model, index, count);
    if (judge(round, idheap_free_span(&round->heap, model_id(&round->model, index), count),
              states & IDHEAP_FOREIGN ? STATUS_NOT_OWNED : states & IDHEAP_FREE ? STATUS_NOT_ALLOCATED : STATUS_OK,
              "free_span"))
        set(round, index, count, IDHEAP_FREE);
}

static void do_free(struct round *round)
{
    uint32_t index = random_below(MODEL_IDS);
    uint32_t state = round->model.states[index];
    enum status want = state == IDHEAP_USED ? STATUS_OK : STATUS_NOT_OWNED;

    if (state == IDHEAP_FREE)
        want = STATUS_NOT_ALLOCATED;
    if (judge(round, idheap_free(&round->heap, model_id(&round->model, index)), want, "free"))
        set(round, index, 1, IDHEAP_FREE);
}

/* Frees a stretch id by id, forwards, backwards or every other id. */
static void do_free_run(struct round *round)
{
    uint32_t index, count, step = 1 + random_below(2), backwards = random_below(2);

    random_span(round, &index, &count);
    for (uint32_t n = 0; n < count; n += step) {
        uint32_t at = backwards ? index + count - 1 - n : index + n;

        if (round->model.states[at] == IDHEAP_USED &&
            judge(round, idheap_free(&round->heap, model_id(&round->model, at)), STATUS_OK, "free in a row"))
            set(round, at, 1, IDHEAP_FREE);
    }
}

static void do_alloc_run(struct round *round)
{
    for (uint32_t n = random_below(round->largest); n && !round->wrong; n--)
        do_alloc(round);
}

static void do_states(struct round *round)
{
    uint32_t index, count;

    random_span(round, &index, &count);
    if (idheap_states(&round->heap, model_id(&round->model, index), count) !=
        model_states(&round->model, index, count))
        differ(round, "states");
}

static void do_look(struct round *round)
{
    struct idheap_stats stats;

    idheap_stats(&round->heap, &stats);
    if (stats.free != model_count(&round->model, IDHEAP_FREE) || stats.used != model_count(&round->model, IDHEAP_USED))
        differ(round, "stats");
    if (!model_agrees(&round->model, &round->heap))
        differ(round, "next");
    if (random_below(2) && idheap_check(&round->heap) != STATUS_OK)
        differ(round, "check");
}

/* Frees all that is used and takes all away; then the source must have every node back. */
static void finish(struct round *round)
{
    struct idheap_stretch stretch = {0, 0, IDHEAP_FOREIGN};

    round->source.fail_percent = 0;
    while (idheap_next(&round->heap, stretch.limit, &stretch)) {
        if (stretch.state != IDHEAP_USED)
            continue;
        judge(round, idheap_free_span(&round->heap, stretch.base, stretch.limit - stretch.base), STATUS_OK, "free all");
        set(round, model_index(&round->model, stretch.base), (uint32_t)(stretch.limit - stretch.base), IDHEAP_FREE);
    }
    do_look(round);
    idheap_fini(&round->heap);
    if (round->source.live)
        differ(round, "nodes were not given back");
}

typedef void operation(struct round *round);

static operation *const mixes[4][16] = {
    /* singles mostly, spans mostly, everything, singles in a row */
    {do_alloc, do_alloc, do_alloc, do_alloc, do_alloc, do_alloc, do_free, do_free, do_free, do_free, do_free,
     do_alloc_span, do_free_span, do_states, do_take, do_add},
    {do_alloc_span, do_alloc_span, do_alloc_span, do_alloc_span, do_alloc_span, do_alloc_span, do_free_span,
     do_free_span, do_free_span, do_free_span, do_free_span, do_free_span, do_free_span, do_take, do_alloc, do_free},
    {do_alloc, do_alloc_span, do_alloc_span, do_take, do_take, do_free, do_free, do_free_span, do_free_span,
     do_free_span, do_states, do_states, do_add, do_add, do_remove, do_remove},
    {do_alloc_run, do_alloc_run, do_alloc_run, do_alloc_span, do_alloc_span, do_alloc_span, do_alloc_span, do_free_run,
     do_free_run, do_free_run, do_free_run, do_free_run, do_free_span, do_take, do_remove, do_add}};

static const char *one_round(uint64_t seed, uint32_t operations)
{
    static struct round round;
    static uint64_t pool[2000];
    uint32_t mix, looks = 1 + random_below(200);

    random_state = seed * 0xd1342543de82ef95;
    round = (struct round){.largest = 1 + random_below(random_below(2) ? 16 : 600)};
    model_init(&round.model, random_below(2) ? 0 : random_next() >> 10);
    round.source.fail_percent = random_below(2) ? random_below(60) : 0;
    if (idheap_init(&round.heap, &(struct idheap_config){.name = "test",
                                                         .origin = round.model.origin,
                                                         .meta = {source_alloc, source_free, &round.source},
                                                         .pool = random_below(2) ? pool : NULL,
                                                         .pool_size = random_below(sizeof pool)}) != STATUS_OK)
        return "init";
    mix = random_below(4);
    operations /= mix == 3 ? 8 : 1; /* one of these is many */
    for (uint32_t i = 0; i < operations && !round.wrong; i++) {
        if (i % 1000 == 0)
            do_add_cluster(&round);
        mixes[mix][random_below(16)](&round);
        if (i % 200 == looks)
            do_look(&round);
    }
    if (!round.wrong)
        finish(&round);
    return round.wrong;
}

int main(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 1), operations = tap_number("ACRE_OPS", OPS), wrong = 0;

    tap_plan(1);
    for (uint64_t done = 0; done < operations && wrong < 3; done += ROUND_OPS, seed++) {
        const char *what = one_round(seed, ROUND_OPS);

        wrong += what != NULL;
        if (what)
            tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%u: %s", seed, ROUND_OPS, what);
    }
    tap_is_u64(wrong, 0, "%" PRIu64 " random operations end as the model's do", operations);
    return tap_done();
}
