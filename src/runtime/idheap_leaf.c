/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A leaf: 4,096 ids as 64 words.  The masks `any` and `all` say which words are all zeros and all ones; only the others
 * are stored, so that a new leaf costs nothing and runs over many words are found by counting bits of the masks.
 */
#include "idheap_node.h"
#include "range.h"

void leaf_start(struct idheap_leaf *leaf, enum idheap_state state, struct idheap_leaf *owned)
{
    bool is_free = state == IDHEAP_FREE;
    uint64_t mask = is_free ? LEAF_MASK : 0, ids = is_free ? LEAF_IDS : 0;

    leaf->node = (struct idheap_node){mask, mask, ids, ids, ids};
    leaf->owned = owned;
    if (owned)
        leaf_start(owned, IDHEAP_USED, NULL);
}

/* Sets or clears the ids of the mask in word i. */
static void mark_word(struct idheap_leaf *leaf, uint32_t i, uint64_t mask, bool one)
{
    uint64_t word = leaf_word(leaf, i);

    leaf_set_word(leaf, i, one ? word | mask : word & ~mask);
}

void leaf_mark(struct idheap_leaf *leaf, uint32_t from, uint32_t to, bool one)
{
    uint32_t first = from / 64, last = (to - 1) / 64;
    uint64_t head = ~(uint64_t)0 << from % 64, rest = ~(uint64_t)0 >> (63 - (to - 1) % 64), between;

    if (first == last) {
        mark_word(leaf, first, head & rest, one);
        return;
    }
    mark_word(leaf, first, head, one);
    mark_word(leaf, last, rest, one);
    between = bits_between(first + 1, last); /* whole words: the masks say it all */
    leaf->node.any = one ? leaf->node.any | between : leaf->node.any & ~between;
    leaf->node.all = one ? leaf->node.all | between : leaf->node.all & ~between;
}

/* Free ids in a row from `id` upwards; id may be LEAF_IDS. */
static uint32_t free_above(const struct idheap_leaf *leaf, uint32_t id)
{
    uint32_t i = id / 64, count, full;

    if (i == LEAF_WORDS)
        return 0;
    count = bits_upward(leaf_word(leaf, i), id % 64);
    if (id % 64 + count < 64 || ++i == LEAF_WORDS)
        return count;
    full = bits_upward(leaf->node.all, i);
    count += full * 64;
    return i + full < LEAF_WORDS ? count + bits_at_bottom(leaf_word(leaf, i + full)) : count;
}

/* Free ids in a row from just below `id` downwards. */
static uint32_t free_below(const struct idheap_leaf *leaf, uint32_t id)
{
    uint32_t i = id / 64, count = 0, full;

    if (id % 64) {
        count = bits_downward(leaf_word(leaf, i), id % 64);
        if (count < id % 64)
            return count;
    }
    full = bits_downward(leaf->node.all, i);
    count += full * 64;
    return i > full ? count + bits_at_top(leaf_word(leaf, i - full - 1)) : count;
}

/* The longest run of ones in word, or `least` if that is more; word has no one at its ends and is not 0. */
static uint64_t longest_in_word(uint64_t word, uint64_t least)
{
    uint32_t width = bit_highest(word) - bit_lowest(word) + 1;

    while (least < width && bits_find_run(word, (uint32_t)least + 1) != BITS_NONE)
        least++;
    return least;
}

/* The first word at or above i that has a free id, or LEAF_WORDS. */
static uint32_t next_any(const struct idheap_leaf *leaf, uint32_t i)
{
    uint64_t above = i < LEAF_WORDS ? leaf->node.any & ~(uint64_t)0 << i : 0;

    return above ? bit_lowest(above) : LEAF_WORDS;
}

/* The longest run, which is known to be at least `best`.  Full words are passed in one step, and so are empty ones. */
static uint64_t longest(const struct idheap_leaf *leaf, uint64_t best)
{
    uint64_t run = 0;

    for (uint32_t i = next_any(leaf, 0); i < LEAF_WORDS; i = run ? i + 1 : next_any(leaf, i + 1)) {
        uint64_t word = leaf_word(leaf, i), inside;

        if (!~word) {
            uint32_t full = bits_upward(leaf->node.all, i);

            run += full * 64;
            best = range_max(best, run);
            i += full - 1;
            continue;
        }
        best = range_max(best, run + bits_at_bottom(word));
        run = bits_at_top(word);
        best = range_max(best, run);
        inside = (word & (word + 1)) << run; /* without the runs at its ends */
        if (inside)
            best = longest_in_word(inside, best);
    }
    return best;
}

void leaf_summarise(struct idheap_leaf *leaf)
{
    leaf->node.lead = free_above(leaf, 0);
    leaf->node.tail = free_below(leaf, (uint32_t)LEAF_IDS);
    leaf->node.max = longest(leaf, 0);
}

/*
 *      |uu.....[ttttt]...uuu....|      the run it is taken from; only if that was the longest, the longest must be
 * sought
 */
void leaf_take(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    uint32_t below = free_below(leaf, from), above = free_above(leaf, to);

    leaf_mark(leaf, from, to, false);
    leaf->node.lead = range_min(leaf->node.lead, from);
    leaf->node.tail = range_min(leaf->node.tail, LEAF_IDS - to);
    if (below + (to - from) + above >= leaf->node.max)
        leaf->node.max = longest(leaf, range_max(below, above));
}

/*
 *      |uu.....[fffff]...uuu....|      becomes one run with what is free on both sides
 *         below       above
 */
void leaf_give(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    uint32_t below = free_below(leaf, from), above = free_above(leaf, to);
    uint64_t run = below + (to - from) + above;

    leaf_mark(leaf, from, to, true);
    if (from == below)
        leaf->node.lead = run;
    if (to + above == LEAF_IDS)
        leaf->node.tail = run;
    leaf->node.max = range_max(leaf->node.max, run);
}

uint32_t leaf_find(const struct idheap_leaf *leaf, uint64_t count, uint32_t from)
{
    uint64_t mask = ~(uint64_t)0 << from % 64; /* of the first word, what lies at or above `from` */
    uint64_t run = 0;

    for (uint32_t i = from / 64; i < LEAF_WORDS; i = run ? i + 1 : next_any(leaf, i + 1), mask = ~(uint64_t)0) {
        uint64_t word = leaf_word(leaf, i) & mask;
        uint32_t inside;

        if (run + bits_at_bottom(word) >= count)
            return (uint32_t)(i * 64 - run);
        if (!~word) {
            run += 64;
            continue;
        }
        inside = count <= 64 ? bits_find_run(word, (uint32_t)count) : BITS_NONE;
        if (inside != BITS_NONE)
            return i * 64 + inside;
        run = bits_at_top(word);
    }
    return (uint32_t)LEAF_IDS;
}

/* Which ids of word i are in the state. */
static uint64_t word_of_state(const struct idheap_leaf *leaf, uint32_t i, enum idheap_state state)
{
    uint64_t owned = leaf->owned ? leaf_word(leaf->owned, i) : ~(uint64_t)0;

    if (state == IDHEAP_FREE)
        return leaf_word(leaf, i);
    return state == IDHEAP_USED ? owned & ~leaf_word(leaf, i) : ~owned;
}

/* The states of the ids of the mask in word i. */
static uint32_t word_states(const struct idheap_leaf *leaf, uint32_t i, uint64_t mask)
{
    uint64_t is_free = leaf_word(leaf, i) & mask;
    uint64_t owned = leaf->owned ? leaf_word(leaf->owned, i) & mask : mask;
    uint32_t states = is_free ? IDHEAP_FREE : 0;

    states |= owned & ~is_free ? IDHEAP_USED : 0;
    return states | (mask & ~owned ? IDHEAP_FOREIGN : 0);
}

uint32_t leaf_states(const struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    uint32_t first = from / 64, last = (to - 1) / 64, states;
    uint64_t head = ~(uint64_t)0 << from % 64, rest = ~(uint64_t)0 >> (63 - (to - 1) % 64), between;

    if (first == last)
        return word_states(leaf, first, head & rest);
    states = word_states(leaf, first, head) | word_states(leaf, last, rest);
    if (leaf->owned) {
        while (++first < last)
            states |= word_states(leaf, first, ~(uint64_t)0);
        return states;
    }
    between = bits_between(first + 1, last);
    states |= leaf->node.any & between ? IDHEAP_FREE : 0;
    return states | (~leaf->node.all & between ? IDHEAP_USED : 0);
}

enum idheap_state leaf_run(const struct idheap_leaf *leaf, uint32_t from, uint32_t *to)
{
    enum idheap_state state = (enum idheap_state)leaf_states(leaf, from, from + 1);
    uint32_t i = from / 64, count = bits_upward(word_of_state(leaf, i, state), from % 64);

    from += count;
    while (count && from % 64 == 0 && ++i < LEAF_WORDS) {
        count = bits_at_bottom(word_of_state(leaf, i, state));
        from += count;
    }
    *to = from;
    return state;
}
