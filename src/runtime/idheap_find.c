/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding ids in a row in the tree.
 *
 * A search that does not care where goes down from fork to fork by the classes of their children to a run that is just
 * long enough, one step a level.  One with limits or an alignment looks for the lowest run that fits.
 *
 * Of a loose leaf the tree only knows an upper bound (idheap_loose.c).  So a search may end at such a leaf, or name a
 * span that reaches into one and is not free; then the leaf is closed and the search repeated.  What it does not find
 * is not there.
 */
#include "idheap_node.h"
#include "range.h"

#define EXACT_STEPS 16u /* runs an aligned search tries one by one before it looks for one that is surely long enough */

/* ---- some run */

/* The first id of child i's free end, in the fork. */
static uint64_t tail_of(const struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    uint64_t size = (uint64_t)1 << child_shift(level);

    return (i + 1) * size - child_tail(fork, i, size);
}

/* Some run of count free ids, or NOWHERE. */
static uint64_t find_any(const struct idheap *heap, uint64_t count)
{
    const struct idheap_node *node = heap->root;
    const struct idheap_leaf *leaf;
    uint64_t base = 0;

    for (uint32_t level = heap->level; level; level--) {
        const struct idheap_fork *fork = (const struct idheap_fork *)node;
        uint32_t i = fork_fit(fork, level, count);

        if (i == FORK_CHILDREN)
            return NOWHERE;
        node = fork_node(fork, i);
        if (!node || node->max < count)
            return base + tail_of(fork, level, i); /* by I5 it is from there on that best is count */
        base += (uint64_t)i << child_shift(level);
    }
    leaf = (const struct idheap_leaf *)node;
    return !leaf || leaf->node.max < count ? NOWHERE : base + leaf->node.at;
}

/* The lowest run of count free ids at or above `from`, or NOWHERE.  A loose leaf may have one: it is not looked at. */
static uint64_t find_in_leaf(const struct idheap_leaf *leaf, uint64_t count, uint32_t from)
{
    uint32_t id = leaf->node.loose ? from : leaf_find(leaf, count, from);

    return id < LEAF_IDS ? id : NOWHERE;
}

/* The lowest run of count free ids, or NOWHERE. */
static uint64_t find_first(const void *node, uint32_t level, uint64_t count);

/* The lowest run of count free ids that starts in one of the children of the mask. */
static uint64_t find_in_children(const struct idheap_fork *fork, uint32_t level, uint64_t count, uint64_t mask)
{
    for (mask &= fork_candidates(fork, level, count); mask; mask &= mask - 1) {
        uint32_t i = bit_lowest(mask);
        const struct idheap_node *child = fork_node(fork, i);

        if (fork->best[i] < count)
            continue;
        if (child && child->max >= count)
            return ((uint64_t)i << child_shift(level)) + find_first(child, level - 1, count);
        return tail_of(fork, level, i); /* by I5 it is from there on that best is count */
    }
    return NOWHERE;
}

static uint64_t find_first(const void *node, uint32_t level, uint64_t count)
{
    if (level)
        return find_in_children(node, level, count, ~(uint64_t)0);
    return find_in_leaf(node, count, 0);
}

/*
 *          from
 *            v
 *   |....u...|...uuu.u.....|..........|uu........|     1. inside the child that holds `from`
 *                    |<--tail-------->|                2. from its end on, no more of it than lies above `from`
 *                                        3. in the children right of it
 */
static uint64_t find_from(const struct idheap_node *node, uint32_t level, uint64_t count, uint64_t from)
{
    const struct idheap_fork *fork = (const struct idheap_fork *)node;
    uint64_t size, found = NOWHERE, tail, end;
    uint32_t i;

    if (node->max < count)
        return NOWHERE;
    if (!from)
        return find_first(node, level, count);
    if (!level)
        return find_in_leaf((const struct idheap_leaf *)node, count, (uint32_t)from);
    size = (uint64_t)1 << child_shift(level);
    i = child_index(from, level);
    end = (i + 1) * size;
    if (bit_is_set(fork->split, i))
        found = find_from(fork_node(fork, i), level - 1, count, from - i * size);
    if (found != NOWHERE)
        return i * size + found;
    tail = range_min(child_tail(fork, i, size), end - from);
    if (tail && tail + fork_run_right(fork, i, size) >= count)
        return end - tail;
    return find_in_children(fork, level, count, ~(uint64_t)1 << i);
}

struct idheap_leaf *leaf_with(const struct idheap *heap, uint64_t from, uint64_t count)
{
    void *node = heap->root;

    if (count > LEAF_IDS - from % LEAF_IDS)
        return NULL;
    for (uint32_t level = heap->level; level && node; level--)
        node = fork_node(node, child_index(from, level));
    return node;
}

/* Closes the leaf that holds id if it is loose; whether it was. */
static bool tighten_at(struct idheap *heap, uint64_t id)
{
    struct idheap_leaf *leaf = leaf_with(heap, id, 1);

    if (!leaf || !leaf->node.loose)
        return false;
    leaf_close(heap, leaf, id);
    return true;
}

/* Whether what a search found is true, or nothing.  Else the loose leaf that it came upon is one no more. */
static bool is_true(struct idheap *heap, uint64_t id, uint64_t count)
{
    return id == NOWHERE || (!tighten_at(heap, id) && !tighten_at(heap, id + count - 1));
}

/* Where the lowest run of count free ids at or above `from` starts, or NOWHERE; from the origin. */
static uint64_t tree_find(struct idheap *heap, uint64_t count, uint64_t from)
{
    uint64_t id;

    if (!heap->root || from >= heap->limit)
        return NOWHERE;
    do
        id = find_from(heap->root, heap->level, count, from);
    while (!is_true(heap, id, count));
    return id;
}

/* Rounds id up so that it is aligned from 0; NOWHERE if that is beyond 2^64. */
static uint64_t align_id(const struct idheap *heap, uint64_t id, uint64_t align)
{
    uint64_t absolute = heap->origin + id;

    return range_can_align_up(absolute, align) ? range_align_up(absolute, align) - heap->origin : NOWHERE;
}

/* A run that is long enough wherever it starts. */
static uint64_t find_padded(struct idheap *heap, const struct idheap_window *w)
{
    uint64_t id = tree_find(heap, range_limit(w->count, w->align - 1), w->lower);

    if (id != NOWHERE)
        id = align_id(heap, id, w->align);
    return range_fits(id, w->upper, w->count) ? id : NOWHERE;
}

uint64_t tree_find_in_window(struct idheap *heap, const struct idheap_window *w)
{
    uint64_t from = w->lower;

    for (uint32_t step = 0;; step++) {
        uint64_t id = tree_find(heap, w->count, from);

        if (!range_fits(id, w->upper, w->count))
            return NOWHERE;
        from = align_id(heap, id, w->align);
        if (from == id || from == NOWHERE)
            return from;
        id = step == EXACT_STEPS ? find_padded(heap, w) : NOWHERE;
        if (id != NOWHERE)
            return id;
    }
}

uint64_t tree_find_anywhere(struct idheap *heap, uint64_t count)
{
    uint64_t id;

    do
        id = find_any(heap, count);
    while (!is_true(heap, id, count));
    return id;
}

/*
 * Of a run longer than two leaves all but a leaf at most at each end is such stretches, even where a loose leaf at an
 * end is not as free as it says.
 */
uint64_t tree_find_whole(const struct idheap *heap)
{
    uint64_t id = find_any(heap, 2 * LEAF_IDS + 1);

    if (id == NOWHERE)
        return NOWHERE;
    id = range_align_up(id, LEAF_IDS);
    return leaf_with(heap, id, 1) ? id + LEAF_IDS : id;
}
