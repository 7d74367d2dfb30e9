/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans: finding, taking and giving back ids in a row.
 *
 * A request that does not care where goes down from fork to fork by the classes of their children to a run that is just
 * long enough, one step a level.  One with limits or an alignment looks for the lowest run that fits.
 *
 * While a leaf is open or loose, what the tree says of it and of the runs that touch it is an upper bound
 * (idheap_one.c).  So a search may name a span that reaches into such a leaf and is not free, or find nothing; then the
 * leaf is closed and the search repeated.
 */
#include "idheap_node.h"
#include "range.h"

#define EXACT_STEPS 16u /* runs an aligned search tries one by one before it looks for one that is surely long enough */

/* ---- finding */

/* The first id of child i's free end, in the fork. */
static uint64_t tail_of(const struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    uint64_t size = (uint64_t)1 << child_shift(level);

    return (i + 1) * size - child_tail(fork, i, size);
}

/* The run of free ids at the end of child i and on, if it has count ids, or NOWHERE. */
static uint64_t find_across(const struct idheap_fork *fork, uint32_t level, uint64_t count, uint32_t i)
{
    uint64_t size = (uint64_t)1 << child_shift(level), tail = child_tail(fork, i, size);

    return tail && tail + fork_run_right(fork, i, size) >= count ? tail_of(fork, level, i) : NOWHERE;
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
            return base + tail_of(fork, level, i); /* by I6 it is from there on that best is count */
        base += (uint64_t)i << child_shift(level);
    }
    leaf = (const struct idheap_leaf *)node;
    return !leaf || leaf->node.max < count || is_open(heap, leaf) ? NOWHERE : base + leaf->node.at;
}

/* The lowest run of count free ids, or NOWHERE. */
static uint64_t find_first(const void *node, uint32_t level, uint64_t count);

/* The lowest run of count free ids that starts in one of the children of the mask. */
static uint64_t find_in_children(const struct idheap_fork *fork, uint32_t level, uint64_t count, uint64_t mask)
{
    uint64_t found = NOWHERE;

    for (mask &= fork_candidates(fork, level, count); mask && found == NOWHERE; mask &= mask - 1) {
        uint32_t i = bit_lowest(mask);
        const struct idheap_node *child = fork_node(fork, i);

        if (fork->best[i] < count)
            continue;
        if (child && child->max >= count)
            found = find_first(child, level - 1, count);
        if (found != NOWHERE)
            return ((uint64_t)i << child_shift(level)) + found;
        found = find_across(fork, level, count, i);
    }
    return found;
}

static uint64_t find_first(const void *node, uint32_t level, uint64_t count)
{
    uint32_t id;

    if (level)
        return find_in_children(node, level, count, ~(uint64_t)0);
    id = leaf_find(node, count, 0);
    return id < LEAF_IDS ? id : NOWHERE;
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
    if (!level) {
        i = leaf_find((const struct idheap_leaf *)node, count, (uint32_t)from);
        return i < LEAF_IDS ? i : NOWHERE;
    }
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

/*
 * Where the lowest run of count free ids at or above `from` starts, or NOWHERE; from the origin, as the tree knows it.
 */
static uint64_t tree_find(const struct idheap *heap, uint64_t count, uint64_t from)
{
    if (!heap->root || from >= heap->limit)
        return NOWHERE;
    return find_from(heap->root, heap->level, count, from);
}

/* A request as the tree knows it: counted from the origin, with an upper limit. */
struct window {
    uint64_t count, align, lower, upper;
};

/* Rounds id up so that it is aligned from 0; NOWHERE if that is beyond 2^64. */
static uint64_t align_id(const struct idheap *heap, uint64_t id, uint64_t align)
{
    uint64_t absolute = heap->origin + id;

    return range_can_align_up(absolute, align) ? range_align_up(absolute, align) - heap->origin : NOWHERE;
}

/* A run that is long enough wherever it starts. */
static uint64_t find_padded(const struct idheap *heap, const struct window *w)
{
    uint64_t id = tree_find(heap, range_limit(w->count, w->align - 1), w->lower);

    if (id != NOWHERE)
        id = align_id(heap, id, w->align);
    return range_fits(id, w->upper, w->count) ? id : NOWHERE;
}

static uint64_t find_in_window(const struct idheap *heap, const struct window *w)
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

/* Finds what the tree, put right where it only had a bound, has for the window. */
static uint64_t find_truly(struct idheap *heap, const struct window *w)
{
    bool anywhere = w->align == 1 && !w->lower && w->upper == heap->limit;
    uint64_t id = anywhere ? find_any(heap, w->count) : find_in_window(heap, w);

    if ((heap->open || heap->loose) && (id == NOWHERE || open_is_in(heap, id, id + w->count))) {
        open_close(heap);
        id = anywhere ? find_any(heap, w->count) : find_in_window(heap, w);
    }
    return id;
}

/* ---- changing */

enum status heap_change(struct idheap *heap, uint64_t from, uint64_t to, enum idheap_state state)
{
    struct idheap_path path;
    struct idheap_node before;
    uint32_t level;
    void *node;

    if (!nodes_ready(heap, (struct idheap_need){heap->need_forks, heap->need_leaves}) &&
        !nodes_ready(heap, need_of_change(heap, from, to)))
        return STATUS_NO_MEMORY;
    if (open_is_in(heap, from, to))
        open_close(heap);
    node = path_down(heap, from, to, &path, &level);
    before = *(struct idheap_node *)node;
    if (level)
        node_set(heap, node, level, from & (node_span(level) - 1), ((to - 1) & (node_span(level) - 1)) + 1, state);
    else if (state == IDHEAP_FREE)
        leaf_give(node, from % LEAF_IDS, (from % LEAF_IDS) + (to - from));
    else
        leaf_take(node, from % LEAF_IDS, (from % LEAF_IDS) + (to - from));
    path_summarise(heap, &path, level, &before);
    heap->free += state == IDHEAP_FREE ? to - from : from - to;
    return STATUS_OK;
}

/* Counts a refusal, and lets spare nodes go. */
static enum status finish(struct idheap *heap, enum status status)
{
    heap->failures += status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY;
    nodes_relax(heap);
    return status;
}

static bool make_window(const struct idheap *heap, const struct idheap_request *request, struct window *w)
{
    uint64_t upper = request->upper ? request->upper : UINT64_MAX;

    w->count = request->count;
    w->align = request->align ? request->align : 1;
    w->lower = range_max(request->lower, heap->origin) - heap->origin;
    w->upper = range_min(range_max(upper, heap->origin) - heap->origin, heap->limit);
    return w->count && range_is_power(w->align);
}

enum status idheap_alloc_span(struct idheap *heap, const struct idheap_request *request, uint64_t *base)
{
    struct window w;
    enum status status;
    uint64_t id;

    if (!make_window(heap, request, &w))
        return STATUS_INVALID;
    nodes_prepare_span(heap);
    id = find_truly(heap, &w);
    status = id == NOWHERE ? STATUS_NOT_FOUND : heap_change(heap, id, id + w.count, IDHEAP_USED);
    if (status == STATUS_OK)
        *base = heap->origin + id;
    return finish(heap, status);
}

enum status idheap_take(struct idheap *heap, uint64_t base, uint64_t count)
{
    uint32_t states;

    if (!count)
        return STATUS_INVALID;
    nodes_prepare_span(heap);
    states = idheap_states(heap, base, count);
    if (states & IDHEAP_FOREIGN)
        return STATUS_NOT_OWNED;
    if (states & IDHEAP_USED)
        return STATUS_OVERLAP;
    base -= heap->origin;
    return finish(heap, heap_change(heap, base, base + count, IDHEAP_USED));
}

/* The leaf that all of [from, from + count) lies in, or NULL. */
static const struct idheap_leaf *leaf_with(const struct idheap *heap, uint64_t from, uint64_t count)
{
    const void *node = heap->root;

    if (from >= heap->limit || count > LEAF_IDS - from % LEAF_IDS)
        return NULL;
    for (uint32_t level = heap->level; level && node; level--)
        node = fork_node(node, child_index(from, level));
    return node;
}

enum status idheap_free_span(struct idheap *heap, uint64_t base, uint64_t count)
{
    const struct idheap_leaf *leaf;
    uint64_t from = base - heap->origin;
    uint32_t states;

    if (!count)
        return STATUS_INVALID;
    nodes_prepare_span(heap);
    leaf = leaf_with(heap, from, count);
    if (!leaf || leaf->owned || !leaf_is_used(leaf, from % LEAF_IDS, from % LEAF_IDS + (uint32_t)count)) {
        states = idheap_states(heap, base, count);
        if (states & IDHEAP_FOREIGN)
            return STATUS_NOT_OWNED;
        if (states & IDHEAP_FREE)
            return STATUS_NOT_ALLOCATED;
    }
    return finish(heap, heap_change(heap, from, from + count, IDHEAP_FREE));
}
