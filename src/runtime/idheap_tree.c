/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing stretches of ids in the tree: nodes are made where a border between two states comes to lie, and go where a
 * stretch becomes one again.  The summaries follow from the bottom up.
 */
#include "idheap_node.h"
#include "range.h"

void fork_split(struct idheap *heap, struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    enum idheap_state state = fork_state(fork, i);

    if (level > 1) {
        fork->child[i] = fork_new(heap);
        fork_start(fork->child[i], level - 1, state);
    } else {
        fork->child[i] = leaf_new(heap);
        leaf_start(fork->child[i], state, state == IDHEAP_FOREIGN ? leaf_new(heap) : NULL);
    }
    fork->split |= bit_mask(i);
    fork->node.all &= ~bit_mask(i);
}

static bool fork_is_uniform(const struct idheap_fork *fork)
{
    if (fork->split)
        return false;
    return !~fork->node.all || (!fork->node.any && (!~fork->owned || !fork->owned));
}

/* Lets child i be of the state, without a node. */
static void set_child(struct idheap_fork *fork, uint32_t i, enum idheap_state state)
{
    uint64_t bit = bit_mask(i);

    fork->split &= ~bit;
    fork->child[i] = NULL;
    fork->owned = state == IDHEAP_FOREIGN ? fork->owned & ~bit : fork->owned | bit;
    fork->node.any = state == IDHEAP_FREE ? fork->node.any | bit : fork->node.any & ~bit;
    fork->node.all = state == IDHEAP_FREE ? fork->node.all | bit : fork->node.all & ~bit;
}

static enum idheap_state uniform_state(uint64_t any, bool owned)
{
    if (any)
        return IDHEAP_FREE;
    return owned ? IDHEAP_USED : IDHEAP_FOREIGN;
}

/*
 * Child i is a node that changed: its bit in `any` follows, and if it is of one state, the node goes, unless it is
 * open.
 */
static void settle_child(struct idheap *heap, struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    struct idheap_leaf *leaf = fork->child[i];
    struct idheap_fork *below = fork->child[i];

    if (level == 1 && !is_open(heap, leaf) && leaf_is_uniform(leaf)) {
        set_child(fork, i, uniform_state(leaf->node.any, !leaf->owned));
        if (leaf->owned)
            leaf_drop(heap, leaf->owned);
        leaf_drop(heap, leaf);
    } else if (level > 1 && fork_is_uniform(below)) {
        set_child(fork, i, uniform_state(below->node.any, below->owned));
        fork_drop(heap, below);
    } else if (below->node.any) {
        fork->node.any |= bit_mask(i);
    } else {
        fork->node.any &= ~bit_mask(i);
    }
}

/* Lets go of the books about which ids are the heap's once all are. */
static void forget_owned(struct idheap *heap, struct idheap_leaf *leaf)
{
    if (leaf->owned->node.all != LEAF_MASK)
        return;
    leaf_drop(heap, leaf->owned);
    leaf->owned = NULL;
}

static void leaf_set(struct idheap *heap, struct idheap_leaf *leaf, uint64_t from, uint64_t to, enum idheap_state state)
{
    uint32_t low = (uint32_t)from, high = (uint32_t)to;
    bool was_foreign = leaf->owned && !bit_is_set(leaf_word(leaf->owned, low / 64), low % 64);

    if (state == IDHEAP_FOREIGN && !leaf->owned) {
        leaf->owned = leaf_new(heap);
        leaf_start(leaf->owned, IDHEAP_FREE, NULL);
    }
    if (state == IDHEAP_FREE)
        leaf_give(leaf, low, high);
    else
        leaf_take(leaf, low, high);
    if (state != IDHEAP_FOREIGN && !was_foreign)
        return;
    leaf_mark(leaf->owned, low, high, state != IDHEAP_FOREIGN);
    forget_owned(heap, leaf);
}

void node_set(struct idheap *heap, void *node, uint32_t level, uint64_t from, uint64_t to, enum idheap_state state)
{
    struct idheap_fork *fork = node;
    uint64_t size = (uint64_t)1 << (level ? child_shift(level) : 0);
    uint32_t first, last;

    if (!level) {
        leaf_set(heap, node, from, to, state);
        return;
    }
    first = child_index(from, level);
    last = child_index(to - 1, level);
    for (uint32_t i = first; i <= last; i++) {
        uint64_t base = i * size, low = range_max(from, base), high = range_min(to, base + size);

        if (high - low == size) {
            set_child(fork, i, state);
            continue;
        }
        if (!bit_is_set(fork->split, i))
            fork_split(heap, fork, level, i);
        node_set(heap, fork->child[i], level - 1, low - base, high - base, state);
        settle_child(heap, fork, level, i);
    }
    fork_summarise(fork, level, first, last);
}

struct idheap_leaf *path_to(struct idheap *heap, uint64_t id, struct idheap_path *path)
{
    void *node = heap->root;

    for (uint32_t level = heap->level; level; level--) {
        struct idheap_fork *fork = node;
        uint32_t i = child_index(id, level);

        if (!bit_is_set(fork->split, i))
            fork_split(heap, fork, level, i);
        path->fork[level] = fork;
        path->index[level] = i;
        node = fork->child[i];
    }
    return node;
}

void path_summarise(struct idheap *heap, const struct idheap_path *path, const struct idheap_node *before)
{
    struct idheap_node was = *before;

    for (uint32_t level = 1; level <= heap->level; level++) {
        struct idheap_fork *fork = path->fork[level];
        uint32_t i = path->index[level];
        const struct idheap_node *child = fork->child[i];
        bool uniform = level == 1 ? !is_open(heap, fork->child[i]) && leaf_is_uniform(fork->child[i])
                                  : fork_is_uniform(fork->child[i]);
        bool ends;

        if (!uniform && node_looks_same(child, &was))
            return;
        ends = uniform || child->lead != was.lead || child->tail != was.tail || !was.any;
        was = fork->node;
        settle_child(heap, fork, level, i);
        if (ends)
            fork_summarise(fork, level, i, i);
        else
            fork_summarise_max(fork, level, i);
    }
}

/* ---- as a whole */

void tree_set_level(struct idheap *heap, uint32_t level)
{
    heap->level = level;
    heap->top_shift = level ? child_shift(level) : 0;
}

void tree_raise(struct idheap *heap)
{
    struct idheap_fork *fork = fork_new(heap);

    tree_set_level(heap, heap->level + 1);
    fork_start(fork, heap->level, IDHEAP_FOREIGN);
    fork->child[0] = heap->root;
    fork->split = 1;
    heap->root = fork;
    settle_child(heap, fork, heap->level, 0);
    fork_summarise(fork, heap->level, 0, 0);
}

void tree_drop(struct idheap *heap, void *node, uint32_t level)
{
    struct idheap_fork *fork = node;
    struct idheap_leaf *leaf = node;

    if (!level) {
        if (leaf->owned)
            leaf_drop(heap, leaf->owned);
        leaf_drop(heap, leaf);
        return;
    }
    for (uint32_t i = 0; i < FORK_CHILDREN; i++)
        if (bit_is_set(fork->split, i))
            tree_drop(heap, fork->child[i], level - 1);
    fork_drop(heap, fork);
}

/* ---- looking */

/* The states of [from, to) of child i, counted from its first id. */
static uint32_t child_states(const struct idheap_fork *fork, uint32_t level, uint32_t i, uint64_t from, uint64_t to)
{
    if (bit_is_set(fork->split, i))
        return node_states(fork->child[i], level - 1, from, to);
    return fork_state(fork, i);
}

uint32_t node_states(const void *node, uint32_t level, uint64_t from, uint64_t to)
{
    const struct idheap_fork *fork = node;
    uint32_t states = 0, i, last;
    uint64_t size;

    if (!level)
        return leaf_states(node, (uint32_t)from, (uint32_t)to);
    size = (uint64_t)1 << child_shift(level);
    last = child_index(to - 1, level);
    for (i = child_index(from, level); i < last; i++, from = i * size)
        states |= child_states(fork, level, i, from & (size - 1), size);
    return states | child_states(fork, level, i, from & (size - 1), ((to - 1) & (size - 1)) + 1);
}
