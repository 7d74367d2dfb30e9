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
        struct idheap_fork *below = fork_new(heap);

        fork_start(below, level - 1, state);
        fork->child[i] = below;
    } else {
        struct idheap_leaf *leaf = leaf_new(heap);

        leaf_start(leaf, state, state == IDHEAP_FOREIGN ? leaf_new(heap) : NULL);
        fork->child[i] = leaf;
    }
    fork->split |= bit_mask(i);
    fork->all &= ~bit_mask(i);
}

static bool fork_is_uniform(const struct idheap_fork *fork)
{
    if (fork->split)
        return false;
    return !~fork->all || (!fork->any && (!~fork->owned || !fork->owned));
}

static inline uint64_t mask_with(uint64_t mask, uint64_t bit, bool set)
{
    return set ? mask | bit : mask & ~bit;
}

/* Lets child i be of the state, without a node. */
static void set_child(struct idheap_fork *fork, uint32_t level, uint32_t i, enum idheap_state state)
{
    uint64_t bit = bit_mask(i);

    fork->split &= ~bit;
    fork->child[i] = fork_nothing(level);
    fork->owned = mask_with(fork->owned, bit, state != IDHEAP_FOREIGN);
    fork->any = mask_with(fork->any, bit, state == IDHEAP_FREE);
    fork->rich = mask_with(fork->rich, bit, state == IDHEAP_FREE);
    fork->all = mask_with(fork->all, bit, state == IDHEAP_FREE);
}

static enum idheap_state leaf_state(const struct idheap_leaf *leaf)
{
    if (leaf->owned)
        return IDHEAP_FOREIGN;
    return leaf->node.max ? IDHEAP_FREE : IDHEAP_USED;
}

/* Makes child i, a node of one state, a stretch; false if it is none. */
static bool merge_child(struct idheap *heap, struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    struct idheap_leaf *leaf = fork_node(fork, i);
    struct idheap_fork *below = fork_node(fork, i);

    if (level > 1) {
        if (!fork_is_uniform(below))
            return false;
        set_child(fork, level, i, fork_state(below, 0));
        fork_drop(heap, below);
        return true;
    }
    if (leaf->node.loose || !leaf_is_uniform(leaf))
        return false;
    set_child(fork, level, i, leaf_state(leaf));
    if (leaf->owned)
        leaf_drop(heap, leaf->owned);
    leaf_drop(heap, leaf);
    return true;
}

/* Child i is a node that changed: the masks follow, or it becomes a stretch; whether it did. */
static bool settle_child(struct idheap *heap, struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    const struct idheap_node *node = fork_node(fork, i);

    if (merge_child(heap, fork, level, i))
        return true;
    fork->any = mask_with(fork->any, bit_mask(i), node->max);
    fork->rich = mask_with(fork->rich, bit_mask(i), node_is_rich(node));
    return false;
}

/* Lets go of the books about which ids are the heap's once all are. */
static void forget_owned(struct idheap *heap, struct idheap_leaf *leaf)
{
    if (leaf->owned->all != LEAF_MASK)
        return;
    leaf_drop(heap, leaf->owned);
    leaf->owned = NULL;
    leaf_refresh(leaf);
}

static void leaf_set(struct idheap *heap, struct idheap_leaf *leaf, uint64_t from, uint64_t to, enum idheap_state state)
{
    uint32_t low = (uint32_t)from, high = (uint32_t)to;
    bool was_foreign = leaf->owned && !bit_is_set(leaf_word(leaf->owned, low / 64), low % 64);

    if (leaf->node.loose)
        leaf_tighten(heap, leaf);
    if (state == IDHEAP_FOREIGN && !leaf->owned) {
        leaf->owned = leaf_new(heap);
        leaf_start(leaf->owned, IDHEAP_FREE, NULL);
    }
    if (state == IDHEAP_FREE)
        leaf_give(leaf, low, high);
    else if (!was_foreign)
        leaf_take(leaf, low, high);
    if (state != IDHEAP_FOREIGN && !was_foreign)
        return;
    if (state == IDHEAP_FOREIGN)
        leaf_mark_used(leaf->owned, low, high);
    else
        leaf_mark_free(leaf->owned, low, high);
    leaf_refresh(leaf);
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
            set_child(fork, level, i, state);
            continue;
        }
        if (!bit_is_set(fork->split, i))
            fork_split(heap, fork, level, i);
        node_set(heap, fork_node(fork, i), level - 1, low - base, high - base, state);
        settle_child(heap, fork, level, i);
    }
    fork_summarise(fork, level, first, last);
}

void *path_down(struct idheap *heap, uint64_t from, uint64_t to, struct idheap_path *path, uint32_t *down)
{
    void *node = heap->root;
    uint32_t level = heap->level;

    for (; level; level--) {
        struct idheap_fork *fork = node;
        uint32_t i = child_index(from, level);

        if ((from ^ (to - 1)) >> child_shift(level) || to - from == (uint64_t)1 << child_shift(level))
            break;
        if (!bit_is_set(fork->split, i))
            fork_split(heap, fork, level, i);
        path->fork[level] = fork;
        path->index[level] = i;
        node = fork_node(fork, i);
    }
    *down = level;
    return node;
}

void path_summarise(struct idheap *heap, const struct idheap_path *path, uint32_t down,
                    const struct idheap_node *before)
{
    struct idheap_node was = *before;

    for (uint32_t level = down + 1; level <= heap->level; level++) {
        struct idheap_fork *fork = path->fork[level];
        uint32_t i = path->index[level];
        const struct idheap_node *child = fork_node(fork, i);
        bool ends = child->lead != was.lead || child->tail != was.tail, merged;

        if (node_looks_same(child, &was))
            return; /* so it is not of one state now either: that would have shown in its runs */
        was = fork->node;
        merged = settle_child(heap, fork, level, i);
        if (ends || merged)
            fork_summarise(fork, level, i, i);
        else
            fork_summarise_max(fork, level, i);
    }
}

/* ---- as a whole */

void tree_set_level(struct idheap *heap, uint32_t level)
{
    struct idheap_need need = need_of_span(level);

    heap->level = level;
    heap->near_count = 0;
    heap->need_forks = need.forks;
    heap->need_leaves = need.leaves;
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
            tree_drop(heap, fork_node(fork, i), level - 1);
    fork_drop(heap, fork);
}

/* ---- looking */

/* The states of [from, to) of child i, counted from its first id. */
static uint32_t child_states(const struct idheap_fork *fork, uint32_t level, uint32_t i, uint64_t from, uint64_t to)
{
    if (bit_is_set(fork->split, i))
        return node_states(fork_node(fork, i), level - 1, from, to);
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
