/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single ids, in a constant number of steps.
 *
 * One leaf at a time is open: idheap_alloc takes from it without telling anybody.  What its summary and those above it
 * say is then an upper bound: lead, max and tail may be too large, never too small.  It is closed, that is summed up
 * again, when it has no free id left, or when an operation on spans would believe the bound.  Always: an open leaf has
 * a free id.
 *
 * idheap_free sets one bit where the run that arises stays within a word and is no longer than the longest; then
 * nothing above changes.  Else the sums follow.  When that happens twice in a row in one leaf, as when a stretch is
 * freed id by id, the leaf is made loose: its lead, max and tail become as large as can be, so that nothing more has to
 * follow until it is closed like the open one.  There is one loose leaf at a time.
 */
#include "idheap_node.h"

static void close_leaf(struct idheap *heap, struct idheap_leaf *leaf, uint64_t base)
{
    struct idheap_node before = leaf->node;
    struct idheap_path path;

    leaf_summarise(leaf);
    path_to(heap, base, &path);
    path_summarise(heap, &path, &before);
}

static void open_close_one(struct idheap *heap)
{
    struct idheap_leaf *leaf = heap->open;

    heap->open = NULL;
    if (leaf)
        close_leaf(heap, leaf, heap->open_base);
}

static void loose_close(struct idheap *heap)
{
    struct idheap_leaf *leaf = heap->loose;

    heap->loose = NULL;
    if (leaf)
        close_leaf(heap, leaf, heap->loose_base);
}

void open_close(struct idheap *heap)
{
    open_close_one(heap);
    loose_close(heap);
}

/* The nodes that have to be made to open the lowest leaf with a free id. */
static struct idheap_need need_of_opening(const struct idheap *heap)
{
    struct idheap_need need = {0, 0};
    const struct idheap_fork *fork = heap->root;
    uint32_t level = heap->level;

    for (; level; level--) {
        uint32_t i = bit_lowest(fork->node.any);

        if (!bit_is_set(fork->split, i)) {
            need = (struct idheap_need){level - 1, 1};
            break;
        }
        fork = fork->child[i];
    }
    return need;
}

static enum status open_lowest(struct idheap *heap)
{
    uint64_t base = 0;
    void *node;

    nodes_prepare(heap, need_of_span(heap->level));
    if (heap->open)
        return STATUS_OK; /* a nested call did it */
    if (!heap->free)
        return STATUS_NOT_FOUND;
    if (!nodes_ready(heap, need_of_opening(heap)))
        return STATUS_NO_MEMORY;
    node = heap->root;
    for (uint32_t level = heap->level; level; level--) {
        struct idheap_fork *fork = node;
        uint32_t i = bit_lowest(fork->node.any);

        if (!bit_is_set(fork->split, i))
            fork_split(heap, fork, level, i);
        base += (uint64_t)i << child_shift(level);
        node = fork->child[i];
    }
    if (node == heap->loose)
        heap->loose = NULL;
    heap->open = node;
    heap->open_base = base;
    return STATUS_OK;
}

/* Takes the lowest free id of the open leaf. */
static uint64_t take_open(struct idheap *heap)
{
    struct idheap_leaf *leaf = heap->open;
    uint32_t i = bit_lowest(leaf->node.any), bit;
    uint64_t word = bit_is_set(leaf->node.all, i) ? ~(uint64_t)0 : leaf->words[i];

    bit = bit_lowest(word);
    word &= word - 1;
    leaf->words[i] = word;
    leaf->node.all &= ~bit_mask(i);
    if (!word)
        leaf->node.any &= ~bit_mask(i);
    heap->free--;
    return heap->open_base + i * 64 + bit;
}

/* The open leaf has no free id left. */
__attribute__((noinline)) static void close_empty(struct idheap *heap)
{
    open_close_one(heap);
    nodes_relax(heap);
}

/* No leaf is open. */
__attribute__((noinline)) static enum status alloc_opening(struct idheap *heap, uint64_t *id)
{
    enum status status = open_lowest(heap);

    if (status == STATUS_OK)
        return idheap_alloc(heap, id);
    heap->failures++;
    return status;
}

enum status idheap_alloc(struct idheap *heap, uint64_t *id)
{
    struct idheap_leaf *leaf = heap->open;

    if (!leaf)
        return alloc_opening(heap, id);
    *id = heap->origin + take_open(heap);
    if (!leaf->node.any)
        close_empty(heap);
    return STATUS_OK;
}

/* Frees an id of a leaf of which nothing is known but bounds as large as can be. */
static void free_unseen(struct idheap_leaf *leaf, uint32_t id)
{
    leaf_set_word(leaf, id / 64, leaf_word(leaf, id / 64) | bit_mask(id % 64));
}

/* Frees an id and lets the sums follow, or makes the leaf loose. */
static void free_and_sum(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    struct idheap_node before = leaf->node;
    uint64_t base = at & ~(LEAF_IDS - 1);
    struct idheap_path path;

    leaf_give(leaf, at % LEAF_IDS, at % LEAF_IDS + 1);
    if (node_looks_same(&leaf->node, &before) && (is_open(heap, leaf) || !leaf_is_uniform(leaf)))
        return;
    if (heap->last_base == base && !is_open(heap, leaf) && heap->level) {
        loose_close(heap);
        heap->loose = leaf;
        heap->loose_base = base;
        leaf->node.lead = leaf->node.max = leaf->node.tail = LEAF_IDS;
    }
    heap->last_base = base;
    path_to(heap, at, &path);
    path_summarise(heap, &path, &before);
    nodes_relax(heap);
}

/* Frees an id of the leaf, whatever it is and whatever that changes. */
__attribute__((noinline)) static enum status free_in_leaf(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    uint32_t id = at % LEAF_IDS, states = leaf_states(leaf, id, id + 1);

    if (states != IDHEAP_USED)
        return states == IDHEAP_FREE ? STATUS_NOT_ALLOCATED : STATUS_NOT_OWNED;
    heap->free++;
    if (leaf->node.lead == LEAF_IDS && leaf->node.tail == LEAF_IDS)
        free_unseen(leaf, id);
    else
        free_and_sum(heap, leaf, at);
    return STATUS_OK;
}

/*
 * Whether the run that `bit` makes among the free ids of word stays off the word's ends and is no longer than max:
 *
 *   bit 63  ..uu..[f]...u..u  bit 0       zeros above the bit and below it bound the run
 */
static inline bool stays_inside(uint64_t word, uint64_t bit, uint64_t max)
{
    uint64_t taken = ~(word | bit), above = taken & (0 - bit), below = taken & (bit - 1);

    return above && below && bit_lowest(above) - bit_highest(below) - 1 <= max;
}

enum status idheap_free(struct idheap *heap, uint64_t id)
{
    uint64_t at = id - heap->origin, bit = bit_mask(at % 64), word;
    void *node = heap->root;
    struct idheap_leaf *leaf;
    uint32_t i;

    if (at >= heap->limit)
        return STATUS_NOT_OWNED;
    for (uint32_t shift = heap->top_shift; shift >= LEAF_SHIFT; shift -= FORK_SHIFT) {
        node = ((struct idheap_fork *)node)->child[at >> shift & (FORK_CHILDREN - 1)];
        if (!node)
            return idheap_free_span(heap, id, 1);
    }
    leaf = node;
    i = at % LEAF_IDS / 64;
    if (!bit_is_set(leaf->node.any ^ leaf->node.all, i) || leaf->owned)
        return free_in_leaf(heap, leaf, at);
    word = leaf->words[i];
    if ((word & bit) || !stays_inside(word, bit, leaf->node.max))
        return free_in_leaf(heap, leaf, at);
    leaf->words[i] = word | bit;
    heap->free++;
    return STATUS_OK;
}
