/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A leaf: 4,096 ids as 64 words.  The masks `any` and `all` say which words are all zeros and all ones, so that runs
 * over many words are found by counting bits of the masks.  max is the length of the longest run, and `at` where one
 * of that length starts: so a request that does not care where finds its place at once, and only taking from that run
 * makes it necessary to look for the longest again.
 */
#include "idheap_node.h"
#include "range.h"

void leaf_start(struct idheap_leaf *leaf, enum idheap_state state, struct idheap_leaf *owned)
{
    bool is_free = state == IDHEAP_FREE;
    uint64_t word = is_free ? ~(uint64_t)0 : 0, ids = is_free ? LEAF_IDS : 0;

    leaf->node = (struct idheap_node){.lead = ids, .max = ids, .tail = ids, .poor = RICH - (int32_t)ids};
    leaf->any = leaf->all = word & LEAF_MASK;
    leaf->owned = owned;
    for (uint32_t i = 0; i < LEAF_WORDS; i++)
        leaf->bits[i + 1] = word;
    leaf->bits[0] = leaf->bits[LEAF_WORDS + 1] = ~(uint64_t)0;
    if (owned)
        leaf_start(owned, IDHEAP_USED, NULL);
    leaf_refresh(leaf);
}

/* Sets or clears the ids of the mask in word i. */
static inline void mark_word(struct idheap_leaf *leaf, uint32_t i, uint64_t mask, bool one)
{
    uint64_t word = leaf_word(leaf, i), bit = bit_mask(i);

    word = one ? word | mask : word & ~mask;
    leaf->bits[i + 1] = word;
    leaf->any = word ? leaf->any | bit : leaf->any & ~bit;
    leaf->all = ~word ? leaf->all & ~bit : leaf->all | bit;
}

__attribute__((always_inline)) static inline void mark(struct idheap_leaf *leaf, uint32_t from, uint32_t to, bool one)
{
    uint32_t first = from / 64, last = (to - 1) / 64;
    uint64_t head = ~(uint64_t)0 << from % 64, rest = ~(uint64_t)0 >> (63 - (to - 1) % 64), between;

    if (first == last) {
        mark_word(leaf, first, head & rest, one);
        return;
    }
    mark_word(leaf, first, head, one);
    mark_word(leaf, last, rest, one);
    for (uint32_t i = first + 1; i < last; i++)
        leaf->bits[i + 1] = one ? ~(uint64_t)0 : 0;
    between = bits_between(first + 1, last);
    leaf->any = one ? leaf->any | between : leaf->any & ~between;
    leaf->all = one ? leaf->all | between : leaf->all & ~between;
}

void leaf_mark(struct idheap_leaf *leaf, uint32_t from, uint32_t to, bool one)
{
    if (one)
        mark(leaf, from, to, true);
    else
        mark(leaf, from, to, false);
}

static void find_max(struct idheap_leaf *leaf)
{
    struct leaf_span run = leaf_longest(leaf);

    leaf->node.max = run.length;
    leaf->node.at = (uint16_t)run.at;
}

void leaf_summarise(struct idheap_leaf *leaf)
{
    if (leaf->node.poor == RICH) { /* as when an open leaf is closed */
        leaf->any = leaf->all = 0;
        leaf->node.lead = leaf->node.tail = leaf->node.max = leaf->node.at = 0;
    } else {
        leaf->node.lead = leaf_free_above(leaf, 0);
        leaf->node.tail = leaf_free_below(leaf, (uint32_t)LEAF_IDS);
        find_max(leaf);
    }
    leaf_refresh(leaf);
}

/*
 *      |uu.....[ttttt]...uuu....|      only if it is taken from the run at `at`, the longest must be sought
 */
void leaf_take(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    mark(leaf, from, to, false);
    leaf->node.poor += (int32_t)(to - from);
    leaf->node.lead = range_min(leaf->node.lead, from);
    leaf->node.tail = range_min(leaf->node.tail, LEAF_IDS - to);
    if (to > leaf->node.at && from < leaf->node.at + leaf->node.max)
        find_max(leaf);
    leaf_refresh(leaf);
}

/*
 *      |uu.....[fffff]...uuu....|      becomes one run with what is free on both sides
 *         below       above
 */
void leaf_give(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    uint32_t below = leaf_free_below(leaf, from), above = leaf_free_above(leaf, to);
    uint64_t run = below + (to - from) + above;

    mark(leaf, from, to, true);
    leaf->node.poor -= (int32_t)(to - from);
    if (from == below)
        leaf->node.lead = run;
    if (to + above == LEAF_IDS)
        leaf->node.tail = run;
    if (run > leaf->node.max) {
        leaf->node.max = run;
        leaf->node.at = (uint16_t)(from - below);
    }
    leaf_refresh(leaf);
}

bool leaf_is_used(const struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    uint32_t first = from / 64, last = (to - 1) / 64;
    uint64_t head = ~(uint64_t)0 << from % 64, rest = ~(uint64_t)0 >> (63 - (to - 1) % 64), free;

    if (first == last)
        return !(leaf_word(leaf, first) & head & rest);
    free = (leaf_word(leaf, first) & head) | (leaf_word(leaf, last) & rest);
    if (leaf->any & bits_between(first + 1, last))
        for (uint32_t i = first + 1; i < last; i++)
            free |= leaf_word(leaf, i);
    return !free;
}
