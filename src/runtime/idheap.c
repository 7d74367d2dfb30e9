/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id heap is a radix tree with 64 children a fork and 4,096 ids a leaf.  A stretch that is wholly free, wholly used
 * or wholly foreign has no node; one kind of mask bit in its parent says what it is.  All numbers in the tree count
 * from the origin.
 *
 *   level 2                       root fork, 2^24 ids
 *   level 1         fork      FREE      USED  ...  FOREIGN      2^18 ids a child
 *   level 0     leaf  USED ...                                  2^12 ids a child
 *
 * I1  in a leaf, bit i of `any` is clear only if word i is all zeros, bit i of `all` set if and only if it is all ones
 * I2  an id that is free is owned
 * I3  in a fork, `split` and `all` share no bit; `any` is set for a child if and only if an id under it is free
 * I4  no node but the root and the two leaves that are taken from (open and carve) is of one state, and no leaf keeps
 *     books of owned ids if all are
 * I5  lead, max, tail and best are what their comments say of the children as these say it; a loose leaf says LEAF_IDS
 * I6  `rich` is exact but for the open leaf, where it may still be set
 * I7  a loose leaf has a free id; the open leaf and the one carved from are loose
 *
 * Cost: a single id is some thirty instructions, a span of up to RICH ids that may lie anywhere some hundred more than
 * setting its bits, however large the heap is (idheap_one.c, idheap_carve.c).  Other spans cost a look at 64 numbers in
 * each node of one or two walks down the tree, 3 to 4 nodes for a terabyte of frames; and for each loose leaf that the
 * search comes upon, summing it up, which a change in that leaf has put off (idheap_loose.c).  A node in memory is 584
 * bytes a leaf and 1,360 a fork: a heap whose every leaf is mixed costs 1.18 bits an id.  References: Aho, Hopcroft and
 * Ullman for the tree; the summaries lead, max and tail are those of segment trees.
 */
#include "idheap.h"

#include "idheap_node.h"
#include "range.h"

enum status idheap_init(struct idheap *heap, const struct idheap_config *config)
{
    uint8_t *pool = config->pool;

    if ((uintptr_t)pool % sizeof(uint64_t) || config->origin > UINT64_MAX - IDHEAP_LIMIT)
        return STATUS_INVALID;
    *heap = (struct idheap){
        .origin = config->origin, .meta = config->meta, .name = config->name, .outside = config->outside};
    heap->pool_base = pool;
    heap->pool = pool;
    heap->pool_limit = pool ? pool + config->pool_size : pool;
    return STATUS_OK;
}

/* ---- adding and removing */

/*
 * Puts forks above the root until it spans `limit` ids; the ids that come new under it are foreign.  Needs spare nodes.
 */
static void grow(struct idheap *heap, uint32_t level)
{
    if (!heap->root) {
        tree_set_level(heap, level);
        if (level) {
            heap->root = fork_new(heap);
            fork_start(heap->root, level, IDHEAP_FOREIGN);
        } else {
            struct idheap_leaf *leaf = leaf_new(heap);

            leaf_start(leaf, IDHEAP_FOREIGN, leaf_new(heap));
            heap->root = leaf;
        }
    }
    while (heap->level < level)
        tree_raise(heap);
    heap->limit = range_min(node_span(level), IDHEAP_LIMIT);
}

static uint32_t level_for(const struct idheap *heap, uint64_t limit)
{
    uint32_t level = heap->level;

    while (node_span(level) < limit)
        level++;
    return level;
}

/* Nodes to grow to the level, and to change a span there with the books of owned ids at both ends. */
static struct idheap_need need_of_adding(const struct idheap *heap, uint32_t level)
{
    struct idheap_need need = need_of_span(level);

    need.forks += level - heap->level + 1;
    need.leaves += 4;
    return need;
}

static enum status add(struct idheap *heap, uint64_t base, uint64_t count, enum idheap_state state)
{
    uint64_t from = base - heap->origin;
    struct idheap_need need;
    uint32_t level;

    if (!count || base < heap->origin || !range_fits(from, IDHEAP_LIMIT, count))
        return STATUS_INVALID;
    level = level_for(heap, from + count);
    need = need_of_adding(heap, level);
    nodes_prepare(heap, need);
    if (idheap_states(heap, base, count) != IDHEAP_FOREIGN)
        return STATUS_OVERLAP;
    if (!nodes_ready(heap, need)) {
        heap->failures++;
        return STATUS_NO_MEMORY;
    }
    grow(heap, level);
    node_set(heap, heap->root, heap->level, from, from + count, state);
    heap->total += count;
    heap->free += state == IDHEAP_FREE ? count : 0;
    nodes_relax(heap);
    return STATUS_OK;
}

enum status idheap_add(struct idheap *heap, uint64_t base, uint64_t count)
{
    return add(heap, base, count, IDHEAP_FREE);
}

enum status idheap_add_used(struct idheap *heap, uint64_t base, uint64_t count)
{
    return add(heap, base, count, IDHEAP_USED);
}

enum status idheap_remove(struct idheap *heap, uint64_t base, uint64_t count)
{
    uint64_t from = base - heap->origin;
    struct idheap_need need = need_of_adding(heap, heap->level);
    uint32_t states;

    if (!count)
        return STATUS_INVALID;
    nodes_prepare(heap, need);
    states = idheap_states(heap, base, count);
    if (states & IDHEAP_FOREIGN)
        return STATUS_NOT_OWNED;
    if (states & IDHEAP_USED)
        return STATUS_OVERLAP;
    if (!nodes_ready(heap, need)) {
        heap->failures++;
        return STATUS_NO_MEMORY;
    }
    leaves_settle(heap);
    node_set(heap, heap->root, heap->level, from, from + count, IDHEAP_FOREIGN);
    heap->total -= count;
    heap->free -= count;
    nodes_relax(heap);
    return STATUS_OK;
}

void idheap_fini(struct idheap *heap)
{
    heap->open = heap->carve = NULL;
    if (heap->root)
        tree_drop(heap, heap->root, heap->level);
    heap->root = NULL;
    heap->near_count = 0;
    heap->limit = heap->total = heap->free = 0;
    nodes_empty(heap);
}

/* ---- looking */

uint32_t idheap_states(const struct idheap *heap, uint64_t base, uint64_t count)
{
    uint64_t limit = range_limit(base, count);
    uint64_t from = range_max(base, heap->origin), to = range_min(limit, heap->origin + heap->limit);
    uint32_t states = base < from || limit > to || limit - base != count ? IDHEAP_FOREIGN : 0;

    if (!count)
        return 0;
    if (from < to)
        states |= node_states(heap->root, heap->level, from - heap->origin, to - heap->origin);
    return states;
}

/* The state of id, counted from the origin and below heap->limit, and where its run within one node ends. */
static enum idheap_state run_at(const struct idheap *heap, uint64_t id, uint64_t *end)
{
    const void *node = heap->root;
    enum idheap_state state;
    uint32_t to;

    for (uint32_t level = heap->level; level; level--) {
        const struct idheap_fork *fork = node;
        uint32_t i = child_index(id, level);

        if (!bit_is_set(fork->split, i)) {
            *end = range_align_down(id, (uint64_t)1 << child_shift(level)) + ((uint64_t)1 << child_shift(level));
            return fork_state(fork, i);
        }
        node = fork_node(fork, i);
    }
    state = leaf_run(node, id % LEAF_IDS, &to);
    *end = range_align_down(id, LEAF_IDS) + to;
    return state;
}

bool idheap_next(const struct idheap *heap, uint64_t id, struct idheap_stretch *stretch)
{
    uint64_t at = id < heap->origin ? 0 : id - heap->origin, end = at, next;
    enum idheap_state state = IDHEAP_FOREIGN;

    if (at >= heap->limit)
        return false;
    if (id >= heap->origin)
        state = run_at(heap, at, &end);
    while (end < heap->limit && run_at(heap, end, &next) == state)
        end = next;
    if (state == IDHEAP_FOREIGN && end >= heap->limit)
        return false;
    *stretch = (struct idheap_stretch){id, heap->origin + end, state};
    return true;
}

void idheap_stats(const struct idheap *heap, struct idheap_stats *stats)
{
    uint64_t leaves = heap->leaves + heap->spare_leaf_count, forks = heap->forks + heap->spare_fork_count;

    *stats = (struct idheap_stats){
        .total = heap->total,
        .free = heap->free,
        .used = heap->total - heap->free,
        .leaves = heap->leaves,
        .forks = heap->forks,
        .spare_leaves = heap->spare_leaf_count,
        .spare_forks = heap->spare_fork_count,
        .metadata_bytes = leaves * idheap_leaf_size + forks * idheap_fork_size + (heap->pool_limit - heap->pool),
        .failures = heap->failures,
    };
}
