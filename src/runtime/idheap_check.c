/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at every node and compares what it says with what its words and children say.  The numbers are idheap.c's. */
#include "idheap_node.h"
#include "range.h"

/* What is counted on the way. */
struct tally {
    uint64_t leaves, forks;
    uint64_t total, free;
    bool good;
};

/* Sums of neighbours in ever wider fields: the CPU may have no POPCNT, and a check of a heap counts every word. */
static uint32_t ones(uint64_t word)
{
    word -= word >> 1 & UINT64_MAX / 3;
    word = (word & UINT64_MAX / 5) + (word >> 2 & UINT64_MAX / 5);
    word = (word + (word >> 4)) & UINT64_MAX / 17;
    return (uint32_t)(word * (UINT64_MAX / 255) >> 56);
}

static void demand(struct tally *tally, bool condition)
{
    tally->good &= condition;
}

/* The masks of a leaf against its words (I1). */
static void check_words(struct tally *tally, const struct idheap_leaf *leaf)
{
    for (uint32_t i = 0; i < LEAF_WORDS; i++) {
        demand(tally, !leaf_word(leaf, i) || bit_is_set(leaf->any, i));
        demand(tally, bit_is_set(leaf->all, i) == !~leaf_word(leaf, i));
    }
    demand(tally, !~leaf->bits[0] && !~leaf->bits[LEAF_WORDS + 1]);
}

/* What is known of the leaf against what it is (I5, I8). */
static void check_leaf_sums(struct tally *tally, struct idheap_leaf *leaf)
{
    struct idheap_node before = leaf->node;

    if (before.loose) {
        demand(tally, before.lead == LEAF_IDS && before.max == LEAF_IDS && before.tail == LEAF_IDS);
        demand(tally, before.poor < RICH);
        leaf_refresh(leaf);
        demand(tally, before.fast == leaf->node.fast);
        return;
    }
    leaf_summarise(leaf);
    demand(tally, before.lead == leaf->node.lead && before.max == leaf->node.max && before.tail == leaf->node.tail);
    demand(tally, before.fast == leaf->node.fast);
    demand(tally, !before.max || leaf_find(leaf, before.max, before.at) == before.at);
    leaf->node = before;
}

static void check_leaf(struct tally *tally, struct idheap_leaf *leaf, bool root)
{
    uint64_t before = tally->free;

    tally->leaves += leaf->owned ? 2 : 1;
    check_words(tally, leaf);
    if (leaf->owned) {
        check_words(tally, leaf->owned);
        demand(tally, leaf->owned->all != LEAF_MASK && (root || leaf->owned->any)); /* I4 */
    } else {
        demand(tally, root || !leaf_is_uniform(leaf)); /* I4 */
    }
    for (uint32_t i = 0; i < LEAF_WORDS; i++) {
        uint64_t owned = leaf->owned ? leaf_word(leaf->owned, i) : ~(uint64_t)0;

        demand(tally, !(leaf_word(leaf, i) & ~owned)); /* I2 */
        tally->total += ones(owned);
        tally->free += ones(leaf_word(leaf, i));
    }
    demand(tally, (int64_t)leaf->node.poor == RICH - (int64_t)(tally->free - before));
    check_leaf_sums(tally, leaf);
}

static void check_stretch(struct tally *tally, const struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    uint64_t size = (uint64_t)1 << child_shift(level);
    enum idheap_state state = fork_state(fork, i);

    demand(tally, bit_is_set(fork->any, i) == (state == IDHEAP_FREE)); /* I3 */
    demand(tally, bit_is_set(fork->rich, i) == (state == IDHEAP_FREE));
    demand(tally, state != IDHEAP_FREE || bit_is_set(fork->owned, i));
    tally->total += state == IDHEAP_FOREIGN ? 0 : size;
    tally->free += state == IDHEAP_FREE ? size : 0;
}

/* Whether child i is in the class of its best, and in no other. */
static bool class_is_right(const struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    uint32_t want = fork->best[i] ? fork_class(level, fork->best[i]) : CLASSES;
    bool right = true;

    for (uint32_t class = 0; class < CLASSES; class++)
        right &= bit_is_set(fork->classes[class], i) == (class == want);
    return right;
}

/* I5 and I6, and I4 for a fork: not all children are stretches of one state. */
static void check_fork_sums(struct tally *tally, struct idheap_fork *fork, uint32_t level, bool root)
{
    uint64_t size = (uint64_t)1 << child_shift(level), max = 0;
    struct idheap_node before = fork->node;
    uint32_t states = 0;

    for (uint32_t i = 0; i < FORK_CHILDREN; i++) {
        demand(tally, fork->best[i] == fork_best(fork, i, size) && class_is_right(fork, level, i));
        max = range_max(max, fork->best[i]);
        states |= bit_is_set(fork->split, i) ? ~(uint32_t)0 : (uint32_t)fork_state(fork, i);
    }
    for (uint32_t class = 0; class < CLASSES; class++)
        demand(tally, bit_is_set(fork->has, class) == !!fork->classes[class]);
    fork_summarise(fork, level, 0, FORK_CHILDREN - 1);
    demand(tally, before.max == max && node_looks_same(&before, &fork->node));
    demand(tally, root || (states & (states - 1)));
}

static void check_node(struct tally *tally, void *node, uint32_t level, bool root)
{
    struct idheap_fork *fork = node;

    if (!level) {
        check_leaf(tally, node, root);
        return;
    }
    tally->forks++;
    demand(tally, !(fork->split & fork->all)); /* I3 */
    for (uint32_t i = 0; i < FORK_CHILDREN; i++) {
        struct idheap_node *child = fork_node(fork, i);

        demand(tally, child || fork->child[i] == fork_nothing(level));
        if (!child) {
            check_stretch(tally, fork, level, i);
            continue;
        }
        demand(tally, bit_is_set(fork->any, i) == !!child->max); /* I3 */
        demand(tally, bit_is_set(fork->rich, i) == node_is_rich(child));
        check_node(tally, child, level - 1, false);
    }
    check_fork_sums(tally, fork, level, root);
}

enum status idheap_check(struct idheap *heap)
{
    struct tally tally = {.good = true};

    demand(&tally, !heap->open || heap->open->node.poor < RICH); /* I7 */
    leaves_close(heap);
    if (heap->root)
        check_node(&tally, heap->root, heap->level, true);
    demand(&tally, tally.leaves == heap->leaves && tally.forks == heap->forks);
    demand(&tally, tally.total == heap->total && tally.free == heap->free);
    return tally.good ? STATUS_OK : STATUS_CORRUPT;
}
