/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The naive model of an id heap: one byte an id.  Ids live in a few clusters far from one another, placed so that they
 * lie across the borders of the tree's nodes; between the clusters nothing is ever owned.
 */
#ifndef ACRE_IDHEAP_MODEL_H
#define ACRE_IDHEAP_MODEL_H

#include "tap.h"

#include "runtime/idheap.h"

#define CLUSTERS 3u
#define CLUSTER_IDS 10240u
#define MODEL_IDS (CLUSTERS * CLUSTER_IDS)
#define NO_ID UINT64_MAX

struct model {
    uint64_t origin;
    uint64_t starts[CLUSTERS]; /* from the origin */
    uint8_t states[MODEL_IDS]; /* enum idheap_state */
};

/* Splitmix64: the same numbers on every machine. */
static uint64_t random_state;

static inline uint64_t random_next(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline uint32_t random_below(uint32_t limit)
{
    return (uint32_t)((random_next() >> 32) * limit >> 32);
}

static inline void model_init(struct model *model, uint64_t origin)
{
    /* Cluster 0 starts at the origin, 1 lies across two forks of level 1, 2 across two of level 2. */
    *model = (struct model){.origin = origin, .starts = {0, (1u << 18) - 5000, (1u << 24) - 4096}};
    memset(model->states, IDHEAP_FOREIGN, MODEL_IDS);
}

static inline uint64_t model_id(const struct model *model, uint32_t index)
{
    return model->origin + model->starts[index / CLUSTER_IDS] + index % CLUSTER_IDS;
}

/* How many indices from this one on are ids in a row. */
static inline uint32_t model_room(uint32_t index)
{
    return CLUSTER_IDS - index % CLUSTER_IDS;
}

/* MODEL_IDS if it is no id of the model. */
static inline uint32_t model_index(const struct model *model, uint64_t id)
{
    for (uint32_t c = 0; c < CLUSTERS; c++) {
        uint64_t offset = id - model->origin - model->starts[c];

        if (offset < CLUSTER_IDS)
            return c * CLUSTER_IDS + (uint32_t)offset;
    }
    return MODEL_IDS;
}

static inline uint32_t model_states(const struct model *model, uint32_t index, uint32_t count)
{
    uint32_t states = 0;

    while (count--)
        states |= model->states[index++];
    return states;
}

static inline uint32_t model_count(const struct model *model, enum idheap_state state)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < MODEL_IDS; i++)
        count += model->states[i] == state;
    return count;
}

/* The lowest id where the request can be met, or NO_ID. */
static inline uint64_t model_find(const struct model *model, const struct idheap_request *request)
{
    uint64_t align = request->align ? request->align : 1, upper = request->upper ? request->upper : UINT64_MAX;
    uint32_t run = 0;

    for (uint32_t i = 0; i < MODEL_IDS; i++) {
        uint64_t first;

        if (model->states[i] != IDHEAP_FREE) {
            const uint8_t *next = memchr(model->states + i, IDHEAP_FREE, MODEL_IDS - i);

            if (!next)
                return NO_ID;
            i = (uint32_t)(next - model->states);
            run = 0;
        }
        run = i % CLUSTER_IDS ? run + 1 : 1;
        if (run < request->count)
            continue;
        first = model_id(model, i) - (request->count - 1);
        if (first % align == 0 && first >= request->lower && first + request->count <= upper)
            return first;
    }
    return NO_ID;
}

/* Whether the heap says of every id what the model says, walking over its stretches. */
static inline bool model_agrees(const struct model *model, const struct idheap *heap)
{
    struct idheap_stretch stretch;
    uint64_t id = 0, seen = 0, count;
    uint32_t index;

    while (idheap_next(heap, id, &stretch)) {
        if (stretch.base != id || stretch.limit <= stretch.base)
            return false;
        id = stretch.limit;
        if (stretch.state == IDHEAP_FOREIGN)
            continue;
        /* No two clusters touch, so no stretch of the heap's lies in two. */
        index = model_index(model, stretch.base);
        count = stretch.limit - stretch.base;
        if (index == MODEL_IDS || count > model_room(index) ||
            model_states(model, index, (uint32_t)count) != stretch.state)
            return false;
        seen += count;
    }
    return seen == MODEL_IDS - model_count(model, IDHEAP_FOREIGN);
}

/* ---- a source of nodes that counts, and fails when it is told to */

struct source {
    uint64_t live, peak, calls; /* nodes out, at most, and calls of alloc */
    uint64_t fail_at; /* the call that fails; 0: none */
    uint64_t fail_count; /* how many calls fail from there on */
    uint32_t fail_percent; /* besides, at random */
};

static inline void *source_alloc(void *context, size_t size)
{
    struct source *source = context;

    source->calls++;
    if (source->fail_at && source->calls >= source->fail_at && source->calls - source->fail_at < source->fail_count)
        return NULL;
    if (source->fail_percent && random_below(100) < source->fail_percent)
        return NULL;
    source->live++;
    source->peak = source->live > source->peak ? source->live : source->peak;
    return memset(malloc(size), 0xa5, size);
}

static inline void source_free(void *context, void *p, size_t size)
{
    struct source *source = context;

    memset(p, 0x5a, size);
    free(p);
    source->live--;
}

#endif
