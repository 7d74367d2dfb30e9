/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single ids, in a constant number of steps.
 *
 * One leaf at a time is open: idheap_alloc takes from it without telling anybody.  It is loose (idheap_loose.c), and
 * closed when it has no free id left, or when a search comes upon it.  Opening and closing cost some hundred steps; so
 * a rich leaf is opened, one with RICH free ids at least, if there is one.
 *
 * idheap_free sets one bit in a loose leaf.  In another it does so where that makes no run longer than the longest of
 * the leaf, and none at the leaf's ends; then nothing above changes.  It sees that in nearly all cases from the five
 * ids on each side, with a table:
 *
 *   id     -5              0             +5       1 is free
 *           0  1  1  0  0  0  1  1  0  1  0       the run would be 3 ids long
 *
 * Else the leaf becomes loose.
 */
#include "idheap_node.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "idheap_free reads ids across words");

/* ---- opening */

/* The child to go to for the lowest rich leaf, or the lowest with a free id. */
static uint32_t child_to_open(const struct idheap_fork *fork)
{
    return bit_lowest(fork->rich ? fork->rich : fork->any);
}

/* The nodes that have to be made to open the leaf. */
static struct idheap_need need_of_opening(const struct idheap *heap)
{
    struct idheap_need need = {0, 0};
    const struct idheap_fork *fork = heap->root;

    for (uint32_t level = heap->level; level; level--) {
        fork = fork_node(fork, child_to_open(fork));
        if (!fork)
            return (struct idheap_need){level - 1, 1};
    }
    return need;
}

static enum status open_one(struct idheap *heap)
{
    uint64_t base = 0;
    void *node;

    nodes_prepare_span(heap);
    if (heap->open)
        return STATUS_OK; /* a nested call did it */
    if (!heap->free)
        return STATUS_NOT_FOUND;
    if (!nodes_ready(heap, need_of_opening(heap)))
        return STATUS_NO_MEMORY;
    node = heap->root;
    for (uint32_t level = heap->level; level; level--) {
        struct idheap_fork *fork = node;
        uint32_t i = child_to_open(fork);

        if (!bit_is_set(fork->split, i))
            fork_split(heap, fork, level, i);
        base += (uint64_t)i << child_shift(level);
        node = fork_node(fork, i);
    }
    leaf_loosen(heap, node, base);
    heap->open = node;
    heap->open_base = base;
    heap->open_word = 0;
    return STATUS_OK;
}

/* ---- allocating */

/* The open leaf has no free id left. */
__attribute__((noinline)) static void close_empty(struct idheap *heap)
{
    leaf_close(heap, heap->open, heap->open_base);
    nodes_relax(heap);
}

/* No leaf is open. */
__attribute__((noinline)) static enum status alloc_opening(struct idheap *heap, uint64_t *id)
{
    enum status status = open_one(heap);

    if (status == STATUS_OK)
        return idheap_alloc(heap, id);
    heap->failures++;
    return status;
}

/* The word of the open leaf with a free id that comes next after the one last taken from, in a circle. */
static uint32_t next_word(struct idheap *heap)
{
    const struct idheap_leaf *leaf = heap->open;
    uint32_t i = heap->open_word;

    while (!leaf_word(leaf, i))
        i++;
    if (i == LEAF_WORDS)
        for (i = 0; !leaf_word(leaf, i);)
            i++;
    heap->open_word = i;
    return i;
}

enum status idheap_alloc(struct idheap *heap, uint64_t *id)
{
    struct idheap_leaf *leaf = heap->open;
    uint64_t word;
    uint32_t i;

    if (!leaf)
        return alloc_opening(heap, id);
    i = next_word(heap);
    word = leaf_word(leaf, i);
    *id = heap->origin + heap->open_base + i * 64 + bit_lowest(word);
    leaf->bits[i + 1] = word & (word - 1);
    leaf->all &= ~bit_mask(i);
    heap->free--;
    if (++leaf->node.poor == RICH)
        close_empty(heap);
    return STATUS_OK;
}

/* ---- freeing */

/*
 * `near` are the children of a fork of level 2; or where the root is of level 1, the root alone.  So it is two steps
 * down to a leaf as long as ids lie near one another, that is among some 16 million.
 */
static void set_near(struct idheap *heap, const void *const *forks, uint64_t base, uint32_t level)
{
    heap->near = forks;
    heap->near_base = base;
    heap->near_count = node_span(level);
}

__attribute__((noinline)) struct idheap_leaf *leaf_far(struct idheap *heap, uint64_t id)
{
    uint64_t at = id - heap->origin;
    void *node = at < heap->limit ? heap->root : NULL;

    if (heap->level == 1)
        set_near(heap, (const void *const *)&heap->root, heap->origin, 1);
    for (uint32_t level = heap->level; level && node; level--) {
        struct idheap_fork *fork = node;

        if (level == 2)
            set_near(heap, fork->child, id - (at & (node_span(2) - 1)), 2);
        node = fork_node(fork, child_index(at, level));
    }
    return node ? node : (struct idheap_leaf *)(uintptr_t)&no_leaf;
}

/* Frees an id of a loose leaf, whatever it is. */
__attribute__((noinline)) static enum status free_loose(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    uint32_t i = at % LEAF_IDS / 64;
    uint64_t bit = bit_mask(at % 64), word = leaf_word(leaf, i);

    if (word & bit)
        return STATUS_NOT_ALLOCATED;
    if (leaf->owned && !(leaf_word(leaf->owned, i) & bit))
        return STATUS_NOT_OWNED;
    word |= bit;
    leaf->bits[1 + i] = word;
    leaf->any = LEAF_MASK;
    if (!~word)
        leaf->all |= bit_mask(i);
    loose_given(heap, leaf, at, 1);
    return STATUS_OK;
}

/* An id that a look at its word did not help with, or that is not near. */
__attribute__((noinline)) static enum status free_far(struct idheap *heap, uint64_t id)
{
    struct idheap_leaf *leaf = leaf_far(heap, id);
    uint64_t at = id - heap->origin;
    uint32_t states;

    if (leaf == &no_leaf)
        return idheap_free_span(heap, id, 1);
    if (leaf->node.loose)
        return free_loose(heap, leaf, at);
    states = leaf_states(leaf, at % LEAF_IDS, at % LEAF_IDS + 1);
    if (states != IDHEAP_USED)
        return states == IDHEAP_FREE ? STATUS_NOT_ALLOCATED : STATUS_NOT_OWNED;
    leaf_loosen(heap, leaf, at);
    return free_loose(heap, leaf, at);
}

/* Whether freeing a used id makes no run longer than max and none at an end of the leaf. */
static bool run_stays(const struct idheap_leaf *leaf, uint32_t id)
{
    uint32_t below = leaf_free_below(leaf, id), above = leaf_free_above(leaf, id + 1);

    return below + 1 + above <= leaf->node.max && below < id && id + 1 + above < LEAF_IDS;
}

/*
 * An id under `near`, of the leaf, which is not loose, or of none, where a first look did not tell enough: most often
 * its word does.
 *
 *   bit 63  ..uu..[f]...u..u  bit 0       zeros above the bit and below it bound the run
 */
__attribute__((noinline)) static enum status free_slowly(struct idheap *heap, uint64_t id, struct idheap_leaf *leaf)
{
    uint32_t in_leaf = (id - heap->near_base) % LEAF_IDS;
    uint64_t bit = bit_mask(in_leaf % 64), *word = &leaf->bits[1 + in_leaf / 64];
    uint64_t above = ~*word & (0 - 2 * bit), below = ~*word & (bit - 1);

    if (!leaf->node.fast || (*word & bit))
        return free_far(heap, id);
    if (!above || !below || bit_lowest(above) - bit_highest(below) > leaf->node.max + 1)
        if (!run_stays(leaf, in_leaf))
            return free_far(heap, id);
    *word |= bit;
    if (!~*word)
        leaf->all |= bit_mask(in_leaf / 64);
    heap->free++;
    if (!--leaf->node.poor)
        leaf_tell_riches(heap, true, id - heap->origin);
    return STATUS_OK;
}

/*
 * The leaf is looked at through a window of 32 ids that need not start where a word does: the id is at bit
 * `shift` + RUN_REACH.  All of this, with the walk down to the leaf, is some thirty instructions.
 */
enum status idheap_free(struct idheap *heap, uint64_t id)
{
    uint64_t at = id - heap->near_base;
    const struct idheap_fork *fork;
    struct idheap_leaf *leaf;
    uint32_t first, shift, window;
    uint8_t *place;

    if (at >= heap->near_count)
        return free_far(heap, id);
    fork = heap->near[at >> child_shift(2)];
    leaf = (struct idheap_leaf *)(uintptr_t)fork->child[child_index(at, 1)];
    first = at % LEAF_IDS + 64 - RUN_REACH;
    place = (uint8_t *)leaf->bits + first / 8;
    shift = first % 8;
    __builtin_memcpy(&window, place, sizeof window);
    if (leaf_runs[window >> shift & ((1u << RUN_IDS) - 1)] > leaf->node.fast)
        return leaf->node.loose ? free_loose(heap, leaf, id - heap->origin) : free_slowly(heap, id, leaf);
    __asm__ volatile("" ::: "memory"); /* set the bit where it is: less than to store what was read */
    __builtin_memcpy(&window, place, sizeof window);
    window |= (1u << RUN_REACH) << shift;
    __builtin_memcpy(place, &window, sizeof window);
    heap->free++;
    if (!--leaf->node.poor)
        leaf_tell_riches(heap, true, id - heap->origin);
    return STATUS_OK;
}
