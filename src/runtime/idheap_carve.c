/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans that may lie anywhere, in a constant number of steps.
 *
 * They are carved from one leaf as long as it has room, from its lowest run that is long enough; then from the next in
 * a circle of all rich leaves.  Until the circle comes round, what is freed in a leaf gathers to long runs again.
 *
 *   leaf   |uu.u..uuuu|..........|uuu...uu..|u....uuu..|uuuuuuuuuu|
 *                         ^stretch: none      ^carve                  -> next
 *
 * A leaf that is carved from is loose, and so is each that a span was freed into: nothing is summed up as long as the
 * circle has room.  Wholly free stretches are spared: only if CARVE_STEPS steps along the circle find nothing, one is
 * begun; if there is none, CARVE_MORE steps are tried; and then the tree is searched.  Where that finds the span is
 * carved from next.
 */
#include "idheap_node.h"

/* The first rich leaf at or above *at, and its first id; or NULL, and where to look next. */
static struct idheap_leaf *next_leaf(const struct idheap *heap, uint64_t *at)
{
    void *node = heap->root;
    uint64_t base = 0;

    for (uint32_t level = heap->level; level; level--) {
        const struct idheap_fork *fork = node;
        uint32_t first = child_index(*at, level), i;
        uint64_t left = fork->rich & fork->split & ~(uint64_t)0 << first;

        if (!left) {
            *at = base + node_span(level);
            return NULL;
        }
        i = bit_lowest(left);
        base += (uint64_t)i << child_shift(level);
        if (i > first)
            *at = base;
        node = fork_node(fork, i);
    }
    *at = base;
    return node;
}

/* Goes on along the circle to a leaf with room; where in it that is, or LEAF_IDS. */
__attribute__((noinline)) static uint32_t move_on(struct idheap *heap, uint64_t count, uint32_t steps)
{
    uint32_t id = LEAF_IDS;

    for (; steps && id == LEAF_IDS; steps--) {
        uint64_t at = heap->carve_base + LEAF_IDS < heap->limit ? heap->carve_base + LEAF_IDS : 0;
        struct idheap_leaf *leaf = next_leaf(heap, &at);

        heap->carve = NULL;
        heap->carve_base = leaf ? at : at - LEAF_IDS;
        id = leaf && leaf->node.max >= count ? leaf_find(leaf, count, 0) : (uint32_t)LEAF_IDS;
        if (id == LEAF_IDS)
            continue;
        leaf_loosen(heap, leaf, at);
        heap->carve = leaf;
    }
    return id;
}

bool carve_span(struct idheap *heap, uint64_t count, uint32_t steps, uint64_t *from)
{
    uint32_t id = heap->carve ? leaf_find(heap->carve, count, 0) : (uint32_t)LEAF_IDS;

    if (id == LEAF_IDS)
        id = move_on(heap, count, steps);
    if (id == LEAF_IDS)
        return false;
    *from = heap->carve_base + id;
    loose_take(heap, heap->carve, *from, (uint32_t)count);
    return true;
}

void carve_here(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    if (leaf->node.poor == RICH)
        return;
    leaf_loosen(heap, leaf, at);
    heap->carve = leaf;
    heap->carve_base = at & ~(LEAF_IDS - 1);
}
