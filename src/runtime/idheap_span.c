/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans: taking and giving back ids in a row.
 *
 * A short request that may lie anywhere is carved from a leaf (idheap_carve.c); where there is no room, a wholly free
 * stretch is begun.  All other requests are found by a search of the tree (idheap_find.c).  What is freed in a leaf
 * makes it loose (idheap_loose.c).
 */
#include "idheap_node.h"
#include "range.h"

/* Whether the nodes stand ready that changing [from, to) needs. */
static bool is_ready(const struct idheap *heap, uint64_t from, uint64_t to)
{
    return nodes_ready(heap, (struct idheap_need){heap->need_forks, heap->need_leaves}) ||
           nodes_ready(heap, need_of_change(heap, from, to));
}

/* Changes [from, to) of a leaf. */
static void change_in_leaf(struct idheap *heap, struct idheap_leaf *leaf, uint64_t from, uint64_t to, bool take)
{
    if (take) {
        loose_take(heap, leaf, from, (uint32_t)(to - from));
        return;
    }
    leaf_loosen(heap, leaf, from);
    loose_give(heap, leaf, from, (uint32_t)(to - from));
}

enum status heap_change(struct idheap *heap, uint64_t from, uint64_t to, enum idheap_state state)
{
    struct idheap_path path;
    struct idheap_node before;
    uint32_t level;
    void *node;

    if (!is_ready(heap, from, to))
        return STATUS_NO_MEMORY;
    leaves_settle(heap);
    node = path_down(heap, from, to, &path, &level);
    before = *(struct idheap_node *)node;
    if (!level && (state == IDHEAP_FREE || before.loose)) {
        change_in_leaf(heap, node, from, to, state == IDHEAP_USED);
        return STATUS_OK;
    }
    if (level)
        node_set(heap, node, level, from & (node_span(level) - 1), ((to - 1) & (node_span(level) - 1)) + 1, state);
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

static bool make_window(const struct idheap *heap, const struct idheap_request *request, struct idheap_window *w)
{
    uint64_t upper = request->upper ? request->upper : UINT64_MAX;

    w->count = request->count;
    w->align = request->align ? request->align : 1;
    w->lower = range_max(request->lower, heap->origin) - heap->origin;
    w->upper = range_min(range_max(upper, heap->origin) - heap->origin, heap->limit);
    return w->count && range_is_power(w->align);
}

/* Makes a leaf of the stretch at `from`, to carve spans from, the first at once; false if no node is left. */
static bool begin_whole(struct idheap *heap, uint64_t from, uint64_t count)
{
    struct idheap_path path;
    struct idheap_leaf *leaf;
    uint32_t level;

    if (!is_ready(heap, from, from + count))
        return false;
    leaf = path_down(heap, from, from + 1, &path, &level);
    carve_here(heap, leaf, from);
    loose_take(heap, leaf, from, (uint32_t)count);
    return true;
}

/* Takes a span that a search of the tree finds, and carves on where it is. */
static enum status take_anywhere(struct idheap *heap, uint64_t count, uint64_t *from)
{
    enum status status = STATUS_NOT_FOUND;
    struct idheap_leaf *leaf;

    *from = tree_find_anywhere(heap, count);
    if (*from != NOWHERE)
        status = heap_change(heap, *from, *from + count, IDHEAP_USED);
    leaf = status == STATUS_OK ? leaf_with(heap, *from, count) : NULL;
    if (leaf)
        carve_here(heap, leaf, *from);
    return status;
}

/* Takes count ids in a row, wherever. */
static enum status alloc_anywhere(struct idheap *heap, uint64_t count, uint64_t *from)
{
    if (count > RICH)
        return take_anywhere(heap, count, from);
    *from = tree_find_whole(heap);
    if (*from != NOWHERE && begin_whole(heap, *from, count))
        return STATUS_OK;
    return carve_span(heap, count, CARVE_MORE, from) ? STATUS_OK : take_anywhere(heap, count, from);
}

static enum status alloc_in_window(struct idheap *heap, const struct idheap_window *w, uint64_t *from)
{
    *from = tree_find_in_window(heap, w);
    return *from == NOWHERE ? STATUS_NOT_FOUND : heap_change(heap, *from, *from + w->count, IDHEAP_USED);
}

/* As idheap_alloc_span, where there was nothing to carve from. */
__attribute__((noinline)) static enum status alloc_searching(struct idheap *heap, const struct idheap_request *request,
                                                             uint64_t *base)
{
    struct idheap_window w;
    enum status status;
    uint64_t id;

    if (!make_window(heap, request, &w))
        return STATUS_INVALID;
    nodes_prepare_span(heap);
    leaves_settle(heap);
    if (w.align == 1 && !w.lower && w.upper == heap->limit)
        status = alloc_anywhere(heap, w.count, &id);
    else
        status = alloc_in_window(heap, &w, &id);
    if (status == STATUS_OK)
        *base = heap->origin + id;
    return finish(heap, status);
}

enum status idheap_alloc_span(struct idheap *heap, const struct idheap_request *request, uint64_t *base)
{
    uint64_t id;

    if (request->count - 1 >= RICH || request->align > 1 || (request->lower | request->upper) ||
        !carve_span(heap, request->count, CARVE_STEPS, &id))
        return alloc_searching(heap, request, base);
    *base = heap->origin + id;
    return STATUS_OK;
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

/* As idheap_free_span, of any ids. */
__attribute__((noinline)) static enum status free_changing(struct idheap *heap, uint64_t base, uint64_t count)
{
    uint64_t from = base - heap->origin;
    uint32_t states;

    if (!count)
        return STATUS_INVALID;
    nodes_prepare_span(heap);
    states = idheap_states(heap, base, count);
    if (states & IDHEAP_FOREIGN)
        return STATUS_NOT_OWNED;
    if (states & IDHEAP_FREE)
        return STATUS_NOT_ALLOCATED;
    return finish(heap, heap_change(heap, from, from + count, IDHEAP_FREE));
}

enum status idheap_free_span(struct idheap *heap, uint64_t base, uint64_t count)
{
    struct idheap_leaf *leaf = leaf_of(heap, base);
    uint64_t from = base - heap->origin;

    if (!leaf->node.loose || leaf->owned || count - 1 >= LEAF_IDS - from % LEAF_IDS ||
        !leaf_free_used(leaf, from % LEAF_IDS, from % LEAF_IDS + (uint32_t)count))
        return free_changing(heap, base, count);
    loose_given(heap, leaf, from, (uint32_t)count);
    return STATUS_OK;
}
