/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans: finding, taking and giving back ids in a row.
 *
 * While a leaf is open, what the tree says of it and of the runs that touch it is an upper bound (idheap_one.c).  So a
 * search may name a span that reaches into the open leaf and is not free, or find nothing where runs join across it;
 * then the leaf is closed and the search repeated.
 */
#include "idheap_node.h"
#include "range.h"

#define EXACT_STEPS 16u /* runs an aligned search tries one by one before it looks for one that is surely long enough */

/* ---- finding */

/* The lowest run of count free ids, or NOWHERE. */
static uint64_t find_first(const void *node, uint32_t level, uint64_t count);

/* The lowest run of count free ids that starts in child i, or NOWHERE if that was only a bound. */
static uint64_t find_in_child(const struct idheap_fork *fork, uint32_t level, uint64_t count, uint32_t i)
{
    uint64_t size = (uint64_t)1 << child_shift(level), found = NOWHERE, tail;

    if (bit_is_set(fork->split, i) && child_max(fork, i, size) >= count)
        found = find_first(fork->child[i], level - 1, count);
    if (found != NOWHERE)
        return i * size + found;
    tail = child_tail(fork, i, size);
    return tail && tail + fork_run_right(fork, i, size) >= count ? (i + 1) * size - tail : NOWHERE;
}

/* The same for child i and all right of it. */
static uint64_t find_in_children(const struct idheap_fork *fork, uint32_t level, uint64_t count, uint32_t i)
{
    uint64_t found = NOWHERE;

    while (i < FORK_CHILDREN && found == NOWHERE) {
        if (fork->group[i / 8] < count) {
            i = (i | 7) + 1;
            continue;
        }
        if (fork->best[i] >= count)
            found = find_in_child(fork, level, count, i);
        i++;
    }
    return found;
}

static uint64_t find_first(const void *node, uint32_t level, uint64_t count)
{
    uint32_t id;

    if (level)
        return find_in_children(node, level, count, 0);
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
        found = find_from(fork->child[i], level - 1, count, from - i * size);
    if (found != NOWHERE)
        return i * size + found;
    tail = range_min(child_tail(fork, i, size), end - from);
    if (tail && tail + fork_run_right(fork, i, size) >= count)
        return end - tail;
    return i + 1 < FORK_CHILDREN ? find_in_children(fork, level, count, i + 1) : NOWHERE;
}

uint64_t tree_find(const struct idheap *heap, uint64_t count, uint64_t from)
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

/* Whether closing the open leaf could change what was found.  One opened wholly free cuts the run it lies in. */
static bool is_doubtful(const struct idheap *heap, const struct window *w, uint64_t id)
{
    if (!heap->open && !heap->loose)
        return false;
    if (id == NOWHERE || open_is_in(heap, id, id + w->count))
        return true;
    return (heap->open && heap->open_base < id && heap->open->node.lead == LEAF_IDS) ||
           (heap->loose && heap->loose_base < id);
}

/* Finds what the tree, put right where it only had a bound, has for the window. */
static uint64_t find_truly(struct idheap *heap, const struct window *w)
{
    uint64_t id = find_in_window(heap, w);

    if (is_doubtful(heap, w, id)) {
        open_close(heap);
        id = find_in_window(heap, w);
    }
    return id;
}

/* ---- changing */

enum status heap_change(struct idheap *heap, uint64_t from, uint64_t to, enum idheap_state state)
{
    bool in_leaf = from >> LEAF_SHIFT == (to - 1) >> LEAF_SHIFT && to - from < LEAF_IDS;
    struct idheap_path path;
    struct idheap_leaf *leaf;
    struct idheap_node before;

    if (!nodes_ready(heap, need_of_span(heap->level)) && !nodes_ready(heap, need_of_change(heap, from, to)))
        return STATUS_NO_MEMORY;
    if (open_is_in(heap, from, to) && !(in_leaf && state == IDHEAP_FREE))
        open_close(heap);
    if (in_leaf) {
        leaf = path_to(heap, from, &path);
        before = leaf->node;
        (state == IDHEAP_FREE ? leaf_give : leaf_take)(leaf, from % LEAF_IDS, (from % LEAF_IDS) + (to - from));
        path_summarise(heap, &path, &before);
    } else {
        node_set(heap, heap->root, heap->level, from, to, state);
    }
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
    nodes_prepare(heap, need_of_span(heap->level));
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
    nodes_prepare(heap, need_of_span(heap->level));
    states = idheap_states(heap, base, count);
    if (states & IDHEAP_FOREIGN)
        return STATUS_NOT_OWNED;
    if (states & IDHEAP_USED)
        return STATUS_OVERLAP;
    base -= heap->origin;
    return finish(heap, heap_change(heap, base, base + count, IDHEAP_USED));
}

enum status idheap_free_span(struct idheap *heap, uint64_t base, uint64_t count)
{
    uint32_t states;

    if (!count)
        return STATUS_INVALID;
    nodes_prepare(heap, need_of_span(heap->level));
    states = idheap_states(heap, base, count);
    if (states & IDHEAP_FOREIGN)
        return STATUS_NOT_OWNED;
    if (states & IDHEAP_FREE)
        return STATUS_NOT_ALLOCATED;
    base -= heap->origin;
    return finish(heap, heap_change(heap, base, base + count, IDHEAP_FREE));
}
