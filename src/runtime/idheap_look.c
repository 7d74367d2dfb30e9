/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at a leaf: runs of free ids, and states.  Nothing here changes anything. */
#include "idheap_node.h"
#include "range.h"

uint32_t leaf_free_above(const struct idheap_leaf *leaf, uint32_t id)
{
    uint32_t i = id / 64, count, full;

    if (i == LEAF_WORDS)
        return 0;
    count = bits_upward(leaf_word(leaf, i), id % 64);
    if (id % 64 + count < 64 || ++i == LEAF_WORDS)
        return count;
    full = bits_upward(leaf->all, i);
    count += full * 64;
    return i + full < LEAF_WORDS ? count + bits_at_bottom(leaf_word(leaf, i + full)) : count;
}

uint32_t leaf_free_below(const struct idheap_leaf *leaf, uint32_t id)
{
    uint32_t i = id / 64, count = 0, full;

    if (id % 64) {
        count = bits_downward(leaf_word(leaf, i), id % 64);
        if (count < id % 64)
            return count;
    }
    full = bits_downward(leaf->all, i);
    count += full * 64;
    return i > full ? count + bits_at_top(leaf_word(leaf, i - full - 1)) : count;
}

/* ---- the longest run */

static inline void note(struct leaf_span *best, uint32_t from, uint32_t length)
{
    if (length > best->length)
        *best = (struct leaf_span){from, length};
}

/* The same for runs inside word i: `word` is it without the runs at its ends, and not 0. */
static void note_inside(struct leaf_span *best, uint32_t i, uint64_t word)
{
    uint32_t width = bit_highest(word) - bit_lowest(word) + 1, found;

    while (best->length < width && (found = bits_find_run(word, best->length + 1)) != BITS_NONE)
        *best = (struct leaf_span){i * 64 + found, best->length + 1};
}

/* Looks at every word that may have a free id. */
static struct leaf_span longest_of_all(const struct idheap_leaf *leaf)
{
    struct leaf_span best = {0, 0};
    uint32_t run = 0, next = 0; /* how many free ids reach up to word `next` */

    for (uint64_t left = leaf->any; left; left &= left - 1) {
        uint32_t i = bit_lowest(left), bottom;
        uint64_t word = leaf_word(leaf, i), inside;

        if (i != next)
            run = 0;
        next = i + 1;
        bottom = bits_at_bottom(word);
        note(&best, i * 64 - run, run + bottom);
        if (bottom == 64) {
            run += 64;
            continue;
        }
        run = bits_at_top(word);
        note(&best, next * 64 - run, run);
        inside = (word & (word + 1)) << run >> run;
        if (inside)
            note_inside(&best, i, inside);
    }
    return best;
}

/*
 *   word    |...uuuuu|........|........|........|....uuuu|      k = 3 full words, and what is free beside them
 *             below                              above
 *
 * Beside a group of k full words lie less than 128 free ids: so of all groups only those of k - 1 can be longer.
 * `starts` has a one where k - 1 full words at least start.
 */
static struct leaf_span longest_of_groups(const struct idheap_leaf *leaf, uint64_t starts)
{
    struct leaf_span best = {0, 0};

    for (starts &= ~(leaf->all << 1); starts; starts &= starts - 1) {
        uint32_t i = bit_lowest(starts), end = i + bits_upward(leaf->all, i);
        uint32_t below = i ? bits_at_top(leaf_word(leaf, i - 1)) : 0;
        uint32_t above = end < LEAF_WORDS ? bits_at_bottom(leaf_word(leaf, end)) : 0;

        note(&best, i * 64 - below, below + (end - i) * 64 + above);
    }
    return best;
}

struct leaf_span leaf_longest(const struct idheap_leaf *leaf)
{
    uint64_t before = leaf->all, now = before & before >> 1, next; /* a one where so many full words start */

    if (!now)
        return longest_of_all(leaf);
    while ((next = now & now >> 1)) {
        before = now;
        now = next;
    }
    return longest_of_groups(leaf, before);
}

/* ---- the first run */

#define LONG 127u /* a run of so many ids has a full word */

/* The first word at or above i that may have a free id, or LEAF_WORDS. */
static uint32_t next_any(const struct idheap_leaf *leaf, uint32_t i)
{
    uint64_t above = i < LEAF_WORDS ? leaf->any & ~(uint64_t)0 << i : 0;

    return above ? bit_lowest(above) : LEAF_WORDS;
}

/* The lowest run of count ids, by looking at words. */
static uint32_t find_in_words(const struct idheap_leaf *leaf, uint32_t count, uint32_t from)
{
    uint64_t mask = ~(uint64_t)0 << from % 64; /* of the first word, what lies at or above `from` */
    uint32_t run = 0;

    for (uint32_t i = from / 64; i < LEAF_WORDS; i = run ? i + 1 : next_any(leaf, i + 1), mask = ~(uint64_t)0) {
        uint64_t word = leaf_word(leaf, i) & mask;
        uint32_t inside;

        if (run + bits_at_bottom(word) >= count)
            return i * 64 - run;
        if (!~word) {
            run += 64;
            continue;
        }
        inside = count <= 64 ? bits_find_run(word, count) : BITS_NONE;
        if (inside != BITS_NONE)
            return i * 64 + inside;
        run = bits_at_top(word);
    }
    return (uint32_t)LEAF_IDS;
}

/*
 * The same by looking at groups of full words, of which a run of count ids has (count - 63) / 64 at least.
 *
 *   word    |...uuuuu|........|........|........|....uuuu|      k = 3 full words, and what is free beside them
 *             below                              above
 */
static uint32_t find_in_groups(const struct idheap_leaf *leaf, uint32_t count, uint32_t from)
{
    uint32_t first = (from + 63) / 64;
    uint64_t full = first < LEAF_WORDS ? leaf->all & ~(uint64_t)0 << first : 0;

    for (uint64_t left = bits_runs(full, (count - 63) / 64) & ~(full << 1); left; left &= left - 1) {
        uint32_t i = bit_lowest(left), end = i + bits_upward(full, i);
        uint32_t below = (uint32_t)range_min(bits_at_top(leaf->bits[i]), i * 64 - from);
        uint32_t above = end < LEAF_WORDS ? bits_at_bottom(leaf_word(leaf, end)) : 0;

        if (below + (end - i) * 64 + above >= count)
            return i * 64 - below;
    }
    return (uint32_t)LEAF_IDS;
}

uint32_t leaf_find(const struct idheap_leaf *leaf, uint64_t count, uint32_t from)
{
    return count < LONG ? find_in_words(leaf, (uint32_t)count, from) : find_in_groups(leaf, (uint32_t)count, from);
}

/* ---- states */

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
    uint64_t head = ~(uint64_t)0 << from % 64, rest = ~(uint64_t)0 >> (63 - (to - 1) % 64);

    if (first == last)
        return word_states(leaf, first, head & rest);
    states = word_states(leaf, first, head) | word_states(leaf, last, rest);
    while (++first < last)
        states |= word_states(leaf, first, ~(uint64_t)0);
    return states;
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
