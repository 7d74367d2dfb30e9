/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loose leaves.  To have a leaf's lead, max and tail exact costs some hundred steps for each change, and as much again
 * in the forks above.  A loose leaf has them as large as can be instead: an upper bound that no change in the leaf
 * makes wrong.  So ids are taken from it and given back to it without a word to anybody, unless it becomes rich, poor,
 * or of one state.
 *
 *   exact   --- an id or a span is freed into it, or it is to be taken from --->   loose
 *   loose   --- a search comes upon it, or it becomes of one state         --->   exact, or a stretch
 *
 * What a search comes upon in vain is thereby exact afterwards: all that is summed up is paid for by the change that
 * made it loose.  Two leaves stay nodes even when they are wholly free, so that a span or an id that is taken and given
 * back by turns does not make and end a node each time: the one single ids are taken from (idheap_one.c), and the one
 * that spans are (idheap_carve.c).  As they break a run of wholly free children, searches end that first.
 */
#include "idheap_node.h"

/* ---- telling the forks above */

/* The fork at this level under which `at` lies, where there is one. */
static struct idheap_fork *fork_over(const struct idheap *heap, uint64_t at, uint32_t level)
{
    struct idheap_fork *fork = heap->root;

    for (uint32_t above = heap->level; above > level; above--)
        fork = fork_node(fork, child_index(at, above));
    return fork;
}

void leaf_tell_riches(struct idheap *heap, bool rich, uint64_t at)
{
    for (uint32_t level = 1; level <= heap->level; level++) {
        struct idheap_fork *fork = fork_over(heap, at, level);
        uint64_t bit = bit_mask(child_index(at, level)), was_rich = fork->rich;

        fork->rich = rich ? was_rich | bit : was_rich & ~bit;
        rich = fork->rich;
        fork->node.poor = !rich;
        if (rich == !!was_rich)
            return;
    }
}

/* The forks know nothing of what the leaf was: they are told in any case. */
static void tell_all(struct idheap *heap, uint64_t at)
{
    struct idheap_node before = {.lead = NOWHERE};
    struct idheap_path path;
    uint32_t level;

    path_down(heap, at, at + 1, &path, &level);
    path_summarise(heap, &path, level, &before);
}

/* ---- becoming loose, and exact again */

void leaf_loosen(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    if (leaf->node.loose)
        return;
    leaf->node.lead = leaf->node.max = leaf->node.tail = LEAF_IDS;
    leaf->node.at = 0;
    leaf->node.loose = 1;
    leaf_refresh(leaf);
    tell_all(heap, at);
}

void leaf_tighten(struct idheap *heap, struct idheap_leaf *leaf)
{
    leaf->node.loose = 0;
    if (leaf == heap->open)
        heap->open = NULL;
    if (leaf == heap->carve)
        heap->carve = NULL;
    leaf_summarise(leaf);
}

void leaf_close(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    leaf_tighten(heap, leaf);
    tell_all(heap, at);
}

void leaves_close(struct idheap *heap)
{
    if (heap->open)
        leaf_close(heap, heap->open, heap->open_base);
    if (heap->carve)
        leaf_close(heap, heap->carve, heap->carve_base);
}

void leaves_settle(struct idheap *heap)
{
    if (heap->open && leaf_is_whole(heap->open))
        leaf_close(heap, heap->open, heap->open_base);
    if (heap->carve && leaf_is_whole(heap->carve))
        leaf_close(heap, heap->carve, heap->carve_base);
}

/* ---- changing */

__attribute__((noinline)) static void become_exact(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    leaf_close(heap, leaf, at);
    nodes_relax(heap);
}

void loose_settle(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    if (leaf != heap->open && leaf != heap->carve)
        become_exact(heap, leaf, at);
}

void loose_take(struct idheap *heap, struct idheap_leaf *leaf, uint64_t from, uint32_t count)
{
    bool was_rich = node_is_rich(&leaf->node);

    leaf_mark_used(leaf, from % LEAF_IDS, from % LEAF_IDS + count);
    leaf_refresh(leaf);
    heap->free -= count;
    leaf->node.poor += (int32_t)count;
    if (was_rich && !node_is_rich(&leaf->node))
        leaf_tell_riches(heap, false, from);
    if (leaf->node.poor == RICH)
        become_exact(heap, leaf, from);
}

void loose_give(struct idheap *heap, struct idheap_leaf *leaf, uint64_t from, uint32_t count)
{
    leaf_mark_free(leaf, from % LEAF_IDS, from % LEAF_IDS + count);
    loose_given(heap, leaf, from, count);
}
