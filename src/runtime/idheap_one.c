/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single ids, in a constant number of steps.
 *
 * One leaf at a time is open: idheap_alloc takes from it without telling anybody.  What its summary and those above it
 * say is then an upper bound: lead, max and tail may be too large, never too small.  It is closed, that is summed up
 * again, when it has no free id left, or when an operation on spans would believe the bound.  Always: an open leaf has
 * a free id.  Opening and closing cost some hundred steps; so a rich leaf is opened, one with RICH free ids at least,
 * if there is one.
 *
 * idheap_free sets one bit where that makes no run longer than the longest of the leaf, and none at the leaf's ends;
 * then nothing above changes.  It sees that in nearly all cases from the five ids on each side, with a table:
 *
 *   id     -5              0             +5       1 is free
 *           0  1  1  0  0  0  1  1  0  1  0       the run would be 3 ids long
 *
 * Else the sums follow.  When that happens twice in a row in one leaf, as when a stretch is freed id by id, the leaf is
 * made loose: its lead, max and tail become as large as can be, so that nothing more has to follow until it is closed
 * like the open one.  There is one loose leaf at a time.
 */
#include "idheap_node.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "idheap_free reads ids across words");

/* ---- closing and opening */

/* The parent knows nothing of what was taken and given meanwhile: it is told in any case. */
static void close_leaf(struct idheap *heap, struct idheap_leaf *leaf, uint64_t base)
{
    struct idheap_node before = leaf->node;
    struct idheap_path path;
    uint32_t level;

    leaf_summarise(leaf);
    before.poor = node_is_rich(&leaf->node); /* that is, not rich if it is and the other way round */
    path_down(heap, base, base + 1, &path, &level);
    path_summarise(heap, &path, level, &before);
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

void leaf_tell_rich(struct idheap *heap, uint64_t at)
{
    struct idheap_path path;
    uint32_t level;

    path_down(heap, at, at + 1, &path, &level);
    for (level = 1; level <= heap->level; level++) {
        struct idheap_fork *fork = path.fork[level];
        bool was_rich = fork->rich;

        fork->rich |= bit_mask(path.index[level]);
        fork->node.poor = 0;
        if (was_rich)
            return;
    }
}

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
    if (node == heap->loose)
        heap->loose = NULL;
    heap->open = node;
    heap->open_base = base;
    heap->open_word = 0;
    return STATUS_OK;
}

/* ---- allocating */

/* The open leaf has no free id left. */
__attribute__((noinline)) static void close_empty(struct idheap *heap)
{
    open_close_one(heap);
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

/* Frees an id and lets the sums follow, or makes the leaf loose. */
static void free_and_sum(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    struct idheap_node before = leaf->node;
    uint64_t base = at & ~(LEAF_IDS - 1);
    struct idheap_path path;
    uint32_t level;

    leaf_give(leaf, at % LEAF_IDS, at % LEAF_IDS + 1);
    if (heap->last_base == base && !is_open(heap, leaf) && heap->level) {
        loose_close(heap);
        heap->loose = leaf;
        heap->loose_base = base;
        leaf->node.lead = leaf->node.max = leaf->node.tail = LEAF_IDS;
    }
    heap->last_base = base;
    path_down(heap, at, at + 1, &path, &level);
    path_summarise(heap, &path, level, &before);
    nodes_relax(heap);
}

/* Frees a used id of the leaf, whatever that changes. */
static void free_used(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    heap->free++;
    leaf->any = LEAF_MASK;
    leaf_refresh(leaf);
    if (leaf->node.lead != LEAF_IDS) { /* else lead, max and tail are bounds as large as can be */
        free_and_sum(heap, leaf, at);
        return;
    }
    leaf_mark(leaf, at % LEAF_IDS, at % LEAF_IDS + 1, true);
    if (!--leaf->node.poor)
        leaf_tell_rich(heap, at);
}

/* Frees an id of the leaf, whatever it is. */
__attribute__((noinline)) static enum status free_checked(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at)
{
    uint32_t id = at % LEAF_IDS, states = leaf_states(leaf, id, id + 1);

    if (states != IDHEAP_USED)
        return states == IDHEAP_FREE ? STATUS_NOT_ALLOCATED : STATUS_NOT_OWNED;
    free_used(heap, leaf, at);
    return STATUS_OK;
}

/* An id of a leaf, or of none. */
static enum status free_walking(struct idheap *heap, uint64_t id)
{
    uint64_t at = id - heap->origin;
    void *node = heap->root;

    for (uint32_t level = heap->level; level && node; level--) {
        if (level == 2) {
            heap->near = node;
            heap->near_base = id - (at & (node_span(2) - 1));
            heap->near_count = node_span(2);
        }
        node = fork_node(node, child_index(at, level));
    }
    return node ? free_checked(heap, node, at) : idheap_free_span(heap, id, 1);
}

/* An id that is not under `near`. */
__attribute__((noinline)) static enum status free_far(struct idheap *heap, uint64_t id)
{
    return id - heap->origin < heap->limit ? free_walking(heap, id) : STATUS_NOT_OWNED;
}

/* Whether freeing a used id makes no run longer than max and none at an end of the leaf. */
static bool run_stays(const struct idheap_leaf *leaf, uint32_t id)
{
    uint32_t below = leaf_free_below(leaf, id), above = leaf_free_above(leaf, id + 1);

    return below + 1 + above <= leaf->node.max && below < id && id + 1 + above < LEAF_IDS;
}

/*
 * An id under `near`, of the leaf or of none, where a first look did not tell enough: most often its word does.
 *
 *   bit 63  ..uu..[f]...u..u  bit 0       zeros above the bit and below it bound the run
 */
__attribute__((noinline)) static enum status free_slowly(struct idheap *heap, uint64_t id, struct idheap_leaf *leaf)
{
    uint32_t in_leaf = (id - heap->near_base) % LEAF_IDS;
    uint64_t bit = bit_mask(in_leaf % 64), *word = &leaf->bits[1 + in_leaf / 64];
    uint64_t above = ~*word & (0 - 2 * bit), below = ~*word & (bit - 1);

    if (!leaf->node.fast || (*word & bit))
        return free_walking(heap, id);
    if (!above || !below || bit_lowest(above) - bit_highest(below) > leaf->node.max + 1)
        if (!run_stays(leaf, in_leaf))
            return free_walking(heap, id);
    *word |= bit;
    if (!~*word)
        leaf->all |= bit_mask(in_leaf / 64);
    heap->free++;
    if (!--leaf->node.poor)
        leaf_tell_rich(heap, id - heap->origin);
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
    fork = heap->near->child[at >> child_shift(2)];
    leaf = (struct idheap_leaf *)(uintptr_t)fork->child[child_index(at, 1)];
    first = at % LEAF_IDS + 64 - RUN_REACH;
    place = (uint8_t *)leaf->bits + first / 8;
    shift = first % 8;
    __builtin_memcpy(&window, place, sizeof window);
    if (leaf_runs[window >> shift & ((1u << RUN_IDS) - 1)] > leaf->node.fast)
        return free_slowly(heap, id, leaf);
    __asm__ volatile("" ::: "memory"); /* set the bit where it is: less than to store what was read */
    __builtin_memcpy(&window, place, sizeof window);
    window |= (1u << RUN_REACH) << shift;
    __builtin_memcpy(place, &window, sizeof window);
    heap->free++;
    if (!--leaf->node.poor)
        leaf_tell_rich(heap, id - heap->origin);
    return STATUS_OK;
}
