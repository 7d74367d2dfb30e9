/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A leaf: 4,096 ids as 64 words.  The masks `any` and `all` say which words are all zeros and all ones, so that runs
 * over many words are found by counting bits of the masks.  max is the length of the longest run, and `at` where one
 * of that length starts: so a request that does not care where finds its place at once, and only taking from that run
 * makes it necessary to look for the longest again.
 */
#include "idheap_node.h"
#include "range.h"

/* What the masks promise; word i of the leaf is bits[k], k = i + 1. */
/*@ predicate bit(integer word, integer i) = (word & 1 << i) != 0;
    predicate all_holds(struct idheap_leaf *leaf) =
      \forall integer k; 1 <= k <= 64 ==> (bit(leaf->all, k - 1) <==> leaf->bits[k] == UINT64_MAX);
    predicate any_holds(struct idheap_leaf *leaf) =
      \forall integer k; 1 <= k <= 64 && !bit(leaf->any, k - 1) ==> leaf->bits[k] == 0; */

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

/*@ predicate words_are(integer first, integer last, integer from, integer to) =
      64 * first <= from < 64 * (first + 1) && 64 * last < to <= 64 * (last + 1);
    predicate head_is(integer head, integer first, integer from) =
      \forall integer b; 0 <= b < 64 ==> (bit(head, b) <==> from <= 64 * first + b);
    predicate rest_is(integer rest, integer last, integer to) =
      \forall integer b; 0 <= b < 64 ==> (bit(rest, b) <==> 64 * last + b < to); */

/*@ requires from < to <= LEAF_IDS;
    assigns \nothing;
    ensures words_are(\result.first, \result.last, from, to);
    ensures head_is(\result.head, \result.first, from);
    ensures rest_is(\result.rest, \result.last, to); */
static inline struct part part_of(uint32_t from, uint32_t to)
{
    /*@ assert 64 * ((to - 1) / 64) + (to - 1) % 64 == to - 1; */
    return (struct part){from / 64, (to - 1) / 64, ~(uint64_t)0 << from % 64, ~(uint64_t)0 >> (63 - (to - 1) % 64)};
}

/* Bits first..last. */
/*@ requires \valid_read(part) && part->first <= part->last < 64;
    assigns \nothing;
    ensures \forall integer i; 0 <= i < 64 ==> (bit(\result, i) <==> part->first <= i <= part->last); */
static inline uint64_t mask_of(const struct part *part)
{
    return ~(uint64_t)0 << part->first & ~(uint64_t)0 >> (63 - part->last);
}

/*@ requires i < 64;
    assigns \nothing;
    ensures \forall integer b; 0 <= b < 64 ==> (bit(\result, b) <==> bit(mask, b) && !(goes && b == i)); */
static inline uint64_t mask_drop(uint64_t mask, uint32_t i, bool goes)
{
    return goes ? mask & ~bit_mask(i) : mask;
}

/* The same less the first and the last of them, if they are to go. */
/*@ requires \valid_read(part) && part->first <= part->last < 64;
    assigns \nothing;
    ensures \forall integer i; 0 <= i < 64 ==> (bit(\result, i) <==>
      part->first <= i <= part->last && !(first_goes && i == part->first) && !(last_goes && i == part->last)); */
static inline uint64_t mask_less(const struct part *part, bool first_goes, bool last_goes)
{
    return mask_drop(mask_drop(mask_of(part), part->first, first_goes), part->last, last_goes);
}

/*@ requires \valid(word);
    assigns *word;
    ensures \forall integer b; 0 <= b < 64 ==> (bit(*word, b) <==> bit(\old(*word), b) || bit(mask, b));
    ensures \old(*word) == UINT64_MAX ==> *word == UINT64_MAX; */
static inline void word_set(uint64_t *word, uint64_t mask)
{
    *word |= mask;
}

/*@ requires \valid(word);
    assigns *word;
    ensures \forall integer b; 0 <= b < 64 ==> (bit(*word, b) <==> bit(\old(*word), b) && !bit(mask, b));
    ensures \old(*word) == 0 ==> *word == 0; */
static inline void word_clear(uint64_t *word, uint64_t mask)
{
    *word &= ~mask;
}

/*@ requires to <= LEAF_WORDS && \valid(leaf);
    assigns leaf->bits[from + 1 .. to];
    ensures \forall integer k; from < k <= to ==> leaf->bits[k] == value; */
static inline void words_fill(struct idheap_leaf *leaf, uint32_t from, uint32_t to, uint64_t value)
{
    /*@ loop invariant from <= i && (from <= to ==> i <= to);
        loop invariant \forall integer k; from < k <= i ==> leaf->bits[k] == value;
        loop assigns i, leaf->bits[from + 1 .. to];
        loop variant to - i; */
    for (uint32_t i = from; i < to; i++)
        leaf->bits[i + 1] = value;
}

/* Id 64 * (k - 1) + b lies in the part. */
/*@ predicate in_part(struct part *part, integer k, integer b) =
      part->first < k <= part->last + 1 && (k == part->first + 1 ==> bit(part->head, b)) &&
      (k == part->last + 1 ==> bit(part->rest, b));
    predicate is_part(struct part *part) = \valid_read(part) && part->first <= part->last < 64; */

/*@ requires \valid(leaf) && is_part(part) && \separated(leaf, part);
    assigns leaf->bits[part->first + 1 .. part->last + 1];
    ensures \let k = part->first + 1; \forall integer b; 0 <= b < 64 ==>
      (bit(leaf->bits[k], b) <==> in_part(part, k, b) || bit(\old(leaf->bits[part->first + 1]), b));
    ensures \let k = part->last + 1; \forall integer b; 0 <= b < 64 ==>
      (bit(leaf->bits[k], b) <==> in_part(part, k, b) || bit(\old(leaf->bits[part->last + 1]), b));
    ensures \forall integer k, b; part->first + 1 < k <= part->last && 0 <= b < 64 ==> bit(leaf->bits[k], b);
    ensures \forall integer k; 1 <= k <= part->first ==> leaf->bits[k] == \old(leaf->bits[k]);
    ensures \forall integer k; part->last + 1 < k <= 64 ==> leaf->bits[k] == \old(leaf->bits[k]);
    ensures \forall integer k; part->first + 1 < k <= part->last ==> leaf->bits[k] == UINT64_MAX;
    ensures \forall integer k; 1 <= k <= 64 && \old(leaf->bits[k]) == UINT64_MAX ==> leaf->bits[k] == UINT64_MAX; */
static inline void words_free(struct idheap_leaf *leaf, const struct part *part)
{
    if (part->first == part->last) {
        word_set(&leaf->bits[part->first + 1], part->head & part->rest);
    } else {
        word_set(&leaf->bits[part->first + 1], part->head);
        word_set(&leaf->bits[part->last + 1], part->rest);
        words_fill(leaf, part->first + 1, part->last, ~(uint64_t)0);
    }
}

/*@ requires \valid(leaf) && is_part(part) && \separated(leaf, part);
    assigns leaf->any, leaf->all, leaf->bits[part->first + 1 .. part->last + 1];
    ensures \forall integer k, b; 1 <= k <= 64 && 0 <= b < 64 ==>
      (bit(leaf->bits[k], b) <==> in_part(part, k, b) || bit(\old(leaf->bits[k]), b));
    ensures all_holds{Pre}(leaf) ==> all_holds(leaf);
    ensures any_holds{Pre}(leaf) ==> any_holds(leaf); */
static inline void mark_free(struct idheap_leaf *leaf, const struct part *part)
{
    words_free(leaf, part);
    word_set(&leaf->any, mask_of(part));
    word_set(&leaf->all, mask_less(part, leaf_word(leaf, part->first) != ~(uint64_t)0,
                                   leaf_word(leaf, part->last) != ~(uint64_t)0));
}

/*@ requires \valid(leaf) && from < to <= LEAF_IDS;
    assigns leaf->any, leaf->all, leaf->bits[from / 64 + 1 .. (to - 1) / 64 + 1];
    ensures \forall integer k, b; 1 <= k <= 64 && 0 <= b < 64 ==> (bit(leaf->bits[k], b) <==>
      from <= 64 * (k - 1) + b < to || bit(\old(leaf->bits[k]), b));
    ensures all_holds{Pre}(leaf) ==> all_holds(leaf);
    ensures any_holds{Pre}(leaf) ==> any_holds(leaf); */
void leaf_mark_free(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    struct part part = part_of(from, to);

    /*@ assert \forall integer k, b; 1 <= k <= 64 && 0 <= b < 64 ==>
          (in_part(&part, k, b) <==> from <= 64 * (k - 1) + b < to); */
    mark_free(leaf, &part);
}

/*@ requires \valid(leaf) && is_part(part) && \separated(leaf, part);
    requires \exists integer b; 0 <= b < 64 && in_part(part, part->first + 1, b);
    requires \exists integer b; 0 <= b < 64 && in_part(part, part->last + 1, b);
    assigns leaf->bits[part->first + 1 .. part->last + 1];
    ensures \let k = part->first + 1; \forall integer b; 0 <= b < 64 ==>
      (bit(leaf->bits[k], b) <==> !in_part(part, k, b) && bit(\old(leaf->bits[part->first + 1]), b));
    ensures \let k = part->last + 1; \forall integer b; 0 <= b < 64 ==>
      (bit(leaf->bits[k], b) <==> !in_part(part, k, b) && bit(\old(leaf->bits[part->last + 1]), b));
    ensures \forall integer k; part->first + 1 < k <= part->last ==> leaf->bits[k] == 0;
    ensures \forall integer k; 1 <= k <= part->first ==> leaf->bits[k] == \old(leaf->bits[k]);
    ensures \forall integer k; part->last + 1 < k <= 64 ==> leaf->bits[k] == \old(leaf->bits[k]);
    ensures \forall integer k; 1 <= k <= 64 && \old(leaf->bits[k]) == 0 ==> leaf->bits[k] == 0;
    ensures leaf->bits[part->first + 1] != UINT64_MAX && leaf->bits[part->last + 1] != UINT64_MAX; */
static inline void words_use(struct idheap_leaf *leaf, const struct part *part)
{
    if (part->first == part->last) {
        word_clear(&leaf->bits[part->first + 1], part->head & part->rest);
    } else {
        word_clear(&leaf->bits[part->first + 1], part->head);
        word_clear(&leaf->bits[part->last + 1], part->rest);
        words_fill(leaf, part->first + 1, part->last, 0);
    }
}

/*@ requires \valid(leaf) && is_part(part) && \separated(leaf, part);
    requires \exists integer b; 0 <= b < 64 && in_part(part, part->first + 1, b);
    requires \exists integer b; 0 <= b < 64 && in_part(part, part->last + 1, b);
    assigns leaf->any, leaf->all, leaf->bits[part->first + 1 .. part->last + 1];
    ensures \forall integer k, b; 1 <= k <= 64 && 0 <= b < 64 ==>
      (bit(leaf->bits[k], b) <==> !in_part(part, k, b) && bit(\old(leaf->bits[k]), b));
    ensures all_holds{Pre}(leaf) ==> all_holds(leaf);
    ensures any_holds{Pre}(leaf) ==> any_holds(leaf); */
static inline void mark_used(struct idheap_leaf *leaf, const struct part *part)
{
    words_use(leaf, part);
    word_clear(&leaf->all, mask_of(part));
    word_clear(&leaf->any, mask_less(part, leaf_word(leaf, part->first) != 0, leaf_word(leaf, part->last) != 0));
}

/*@ requires \valid(leaf) && from < to <= LEAF_IDS;
    assigns leaf->any, leaf->all, leaf->bits[from / 64 + 1 .. (to - 1) / 64 + 1];
    ensures \forall integer k, b; 1 <= k <= 64 && 0 <= b < 64 ==> (bit(leaf->bits[k], b) <==>
      !(from <= 64 * (k - 1) + b < to) && bit(\old(leaf->bits[k]), b));
    ensures all_holds{Pre}(leaf) ==> all_holds(leaf);
    ensures any_holds{Pre}(leaf) ==> any_holds(leaf); */
void leaf_mark_used(struct idheap_leaf *leaf, uint32_t from, uint32_t to)
{
    struct part part = part_of(from, to);

    /*@ assert \forall integer k, b; 1 <= k <= 64 && 0 <= b < 64 ==>
          (in_part(&part, k, b) <==> from <= 64 * (k - 1) + b < to); */
    /*@ assert in_part(&part, part.first + 1, from % 64) && in_part(&part, part.last + 1, (to - 1) % 64); */
    mark_used(leaf, &part);
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
