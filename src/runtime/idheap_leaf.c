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

/* The words that [from, to) lies in, and what of the first and of the last of them. */
struct part {
    uint32_t first, last;
    uint64_t head, rest;
};

static inline struct part part_of(uint32_t from, uint32_t to)
{
    return (struct part){from / 64, (to - 1) / 64, ~(uint64_t)0 << from % 64, ~(uint64_t)0 >> (63 - (to - 1) % 64)};
}

/* Bits first..last. */
static inline uint64_t mask_of(const struct part *part)
{
    return ((uint64_t)2 << part->last) - bit_mask(part->first);
}

static inline void mark_free(struct idheap_leaf *leaf, const struct part *part)
{
    uint64_t mask = mask_of(part), *low = &leaf->bits[part->first + 1], *high = &leaf->bits[part->last + 1];

    if (low == high) {
        *low |= part->head & part->rest;
    } else {
        *low |= part->head;
        *high |= part->rest;
        for (uint64_t *word = low + 1; word < high; word++)
            *word = ~(uint64_t)0;
    }
    leaf->any |= mask;
    mask ^= (uint64_t)(*low != ~(uint64_t)0) << part->first;
    leaf->all |= mask & ~((uint64_t)(*high != ~(uint64_t)0) << part->last);
}

void leaf_mark_free(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    struct part part = part_of(from, to);

    mark_free(leaf, &part);
}

void leaf_mark_used(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    struct part part = part_of(from, to);
    uint64_t mask = mask_of(&part), *low = &leaf->bits[part.first + 1], *high = &leaf->bits[part.last + 1];

    if (low == high) {
        *low &= ~(part.head & part.rest);
    } else {
        *low &= ~part.head;
        *high &= ~part.rest;
        for (uint64_t *word = low + 1; word < high; word++)
            *word = 0;
    }
    leaf->all &= ~mask;
    mask ^= (uint64_t)(*low != 0) << part.first;
    leaf->any &= ~(mask & ~((uint64_t)(*high != 0) << part.last));
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
    leaf_mark_used(leaf, from, to);
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

    leaf_mark_free(leaf, from, to);
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

/* Whether all of the part is used. */
static inline bool part_is_used(const struct idheap_leaf *leaf, const struct part *part)
{
    uint64_t free;

    if (part->first == part->last)
        return !(leaf_word(leaf, part->first) & part->head & part->rest);
    free = (leaf_word(leaf, part->first) & part->head) | (leaf_word(leaf, part->last) & part->rest);
    if (leaf->any & (mask_of(part) - bit_mask(part->first) - bit_mask(part->last)))
        for (uint32_t i = part->first + 1; i < part->last; i++)
            free |= leaf_word(leaf, i);
    return !free;
}

bool leaf_free_used(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    struct part part = part_of(from, to);

    if (!part_is_used(leaf, &part))
        return false;
    mark_free(leaf, &part);
    return true;
}
