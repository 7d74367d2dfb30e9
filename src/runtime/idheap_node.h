/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id heap's tree, for the files idheap*.c only.  idheap.c says how it is built and what always holds.
 */
#ifndef ACRE_IDHEAP_NODE_H
#define ACRE_IDHEAP_NODE_H

#include "bits.h"
#include "idheap.h"

#ifndef LEAF_WORDS_SHIFT
#define LEAF_WORDS_SHIFT 6
#endif
#define LEAF_WORDS (1u << LEAF_WORDS_SHIFT)
#define LEAF_MASK (~(uint64_t)0 >> (64 - LEAF_WORDS)) /* a bit for each word */
#define LEAF_SHIFT (6 + LEAF_WORDS_SHIFT)
#define LEAF_IDS ((uint64_t)1 << LEAF_SHIFT)
#define FORK_SHIFT 6
#define FORK_CHILDREN 64u
#define NOWHERE UINT64_MAX

#define RICH 1024 /* free ids that make a leaf worth opening for single ones */
#define CLASSES 32u
#define SLACK 4u /* spare nodes of each kind beyond the reserve that are kept */

/* What both kinds of node start with. */
struct idheap_node {
    uint64_t lead, max, tail; /* lengths of the run of free ids at its start, of the longest, of the one at its end */
    int32_t poor; /* above 0: it is not rich.  In a leaf RICH less its free ids, in a fork whether `rich` is 0 */
    uint16_t at; /* in a leaf: where a run of length max starts */
    uint8_t fast; /* in a leaf: the longest run that idheap_free may make there without a word to anybody */
    uint8_t loose; /* it is a leaf whose lead, max and tail are only as large as can be; see idheap_loose.c */
};

/* 64 words of 64 ids, 1 is free, bit i of a mask is word i; a word of ones at each end is none of them. */
struct idheap_leaf {
    struct idheap_node node;
    uint64_t any; /* clear: the word is all zeros; set says nothing */
    uint64_t all; /* the word is all ones */
    struct idheap_leaf *owned; /* which of its ids are the heap's, 1 is owned; NULL: all */
    uint64_t bits[LEAF_WORDS + 2];
};

/* 64 children: nodes, or stretches of one state.  Bit i of a mask is child i. */
struct idheap_fork {
    struct idheap_node node;
    uint64_t any; /* has a free id */
    uint64_t rich; /* is a rich node, or wholly free */
    uint64_t all; /* is wholly free and has no node of its own */
    uint64_t split; /* child is a node */
    uint64_t owned; /* child without a node is the heap's: free if in `all`, else used */
    uint64_t has; /* bit c: classes[c] is not 0 */
    uint64_t classes[CLASSES]; /* which children's best is of the class */
    uint64_t best[64]; /* longest run that starts in the child, on into its right neighbours; see idheap_fork.c */
    const void *child[64]; /* where not split, one of the nodes that have nothing; see idheap_runs.c */
};

/*
 * The forks from the root down to the parent of a leaf; fork[l] is at level l, index[l] the child that was taken there.
 */
struct idheap_path {
    struct idheap_fork *fork[IDHEAP_LEVELS];
    uint32_t index[IDHEAP_LEVELS];
};

/* Bits of an id below the children of a fork at this level (1 and up). */
/*@ requires 1 <= level < IDHEAP_LEVELS;
    assigns \nothing;
    ensures \result == LEAF_SHIFT + FORK_SHIFT * (level - 1) <= 48; */
static inline uint32_t child_shift(uint32_t level)
{
    return LEAF_SHIFT + FORK_SHIFT * (level - 1);
}

/*@ requires 1 <= level < IDHEAP_LEVELS;
    assigns \nothing;
    ensures \result == id / (1 << LEAF_SHIFT + FORK_SHIFT * (level - 1)) % FORK_CHILDREN; */
static inline uint32_t child_index(uint64_t id, uint32_t level)
{
    return (uint32_t)(id >> child_shift(level)) & (FORK_CHILDREN - 1);
}

/* Ids under a node at this level. */
/*@ requires level < IDHEAP_LEVELS;
    assigns \nothing;
    ensures \result == 1 << LEAF_SHIFT + FORK_SHIFT * level;
    ensures \result > 0; */
static inline uint64_t node_span(uint32_t level)
{
    return LEAF_IDS << (FORK_SHIFT * level);
}

/*@ requires \valid_read(leaf) && i < LEAF_WORDS;
    assigns \nothing;
    ensures \result == leaf->bits[i + 1]; */
static inline uint64_t leaf_word(const struct idheap_leaf *leaf, uint32_t i)
{
    return leaf->bits[i + 1];
}

static inline bool node_is_rich(const struct idheap_node *node)
{
    return node->poor <= 0;
}

/* Child i if it is a node, or NULL. */
static inline void *fork_node(const struct idheap_fork *fork, uint32_t i)
{
    return bit_is_set(fork->split, i) ? (void *)(uintptr_t)fork->child[i] : NULL;
}

/* Free ids at the start of child i, which is not in `all`: whoever asks has counted those. */
static inline uint64_t child_lead(const struct idheap_fork *fork, uint32_t i)
{
    const struct idheap_node *node = fork_node(fork, i);

    return node ? node->lead : 0;
}

/* Free ids at the end of child i; size is a child's number of ids. */
static inline uint64_t child_tail(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    const struct idheap_node *node = fork_node(fork, i);

    if (node)
        return node->tail;
    return bit_is_set(fork->all, i) ? size : 0;
}

/* The longest run in child i. */
static inline uint64_t child_max(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    const struct idheap_node *node = fork_node(fork, i);

    if (node)
        return node->max;
    return bit_is_set(fork->all, i) ? size : 0;
}

/* Whether a child is to its parent what it was before. */
static inline bool node_looks_same(const struct idheap_node *now, const struct idheap_node *before)
{
    return now->lead == before->lead && now->max == before->max && now->tail == before->tail &&
           node_is_rich(now) == node_is_rich(before);
}

/* Whether all ids of the leaf are of one state. */
static inline bool leaf_is_uniform(const struct idheap_leaf *leaf)
{
    if (leaf->owned)
        return !leaf->owned->any;
    return leaf->node.poor == RICH || leaf->node.poor == RICH - (int32_t)LEAF_IDS;
}

/* Whether all ids of the leaf are free. */
static inline bool leaf_is_whole(const struct idheap_leaf *leaf)
{
    return leaf->node.poor == RICH - (int32_t)LEAF_IDS;
}

/* ---- idheap_runs.c */

#define RUN_UNKNOWN 255
#define RUN_REACH 5u /* ids on each side of the middle one */
#define RUN_IDS (2 * RUN_REACH + 1)

/*
 * Index: RUN_IDS ids in a row, the lowest in bit 0, 1 is free.  How long a run freeing the middle one makes;
 * RUN_UNKNOWN if it may be longer than they can say, or the middle one is free.
 */
extern const uint8_t leaf_runs[1u << RUN_IDS];

/* A leaf where nothing can be freed by idheap_free's first look, and a fork of nothing but such. */
extern const struct idheap_leaf no_leaf;
extern const struct idheap_fork no_fork;

/* What stands in a fork of this level for a child that is no node. */
static inline const void *fork_nothing(uint32_t level)
{
    return level > 1 ? (const void *)&no_fork : (const void *)&no_leaf;
}

/* ---- idheap_leaf.c */

/* A leaf of one state; for IDHEAP_FOREIGN `owned` is a second leaf for its books, else NULL. */
void leaf_start(struct idheap_leaf *leaf, enum idheap_state state, struct idheap_leaf *owned);

/* Ids [from, to) of the leaf become used or free; they are the other.  Summaries follow, exactly if they were exact. */
void leaf_take(struct idheap_leaf *leaf, uint32_t from, uint32_t to);
void leaf_give(struct idheap_leaf *leaf, uint32_t from, uint32_t to);

/* Sets or clears [from, to), all of which is the other, and what the masks say of it, nothing else. */
void leaf_mark_free(struct idheap_leaf *leaf, uint32_t from, uint32_t to);
void leaf_mark_used(struct idheap_leaf *leaf, uint32_t from, uint32_t to);

/* Works out lead, max and tail anew. */
void leaf_summarise(struct idheap_leaf *leaf);

/* Marks [from, to) free if all of it is used, where all ids of the leaf are the heap's; whether it was. */
MUST_USE bool leaf_free_used(struct idheap_leaf *leaf, uint32_t from, uint32_t to);

/* What single frees may do there, and what they may count on; after any change of max, any or owned. */
static inline void leaf_refresh(struct idheap_leaf *leaf)
{
    uint64_t max = leaf->node.max;

    leaf->node.fast = leaf->owned || leaf->any != LEAF_MASK ? 0 : (uint8_t)(max < RUN_UNKNOWN ? max : RUN_UNKNOWN - 1);
}

/* ---- idheap_look.c */

/* Free ids in a row from `id` (up to LEAF_IDS) upwards, and from just below it downwards. */
uint32_t leaf_free_above(const struct idheap_leaf *leaf, uint32_t id);
uint32_t leaf_free_below(const struct idheap_leaf *leaf, uint32_t id);

/* A run of free ids in a leaf. */
struct leaf_span {
    uint32_t at, length;
};

/* One of the longest, the lowest of them; length 0 if no id is free. */
struct leaf_span leaf_longest(const struct idheap_leaf *leaf);

/* Where the lowest run of count (1..LEAF_IDS) free ids starts at or above `from`, or LEAF_IDS. */
uint32_t leaf_find(const struct idheap_leaf *leaf, uint64_t count, uint32_t from);

/* The states in [from, to), or'ed. */
uint32_t leaf_states(const struct idheap_leaf *leaf, uint32_t from, uint32_t to);

/* The state at `from` and where its run within the leaf ends. */
enum idheap_state leaf_run(const struct idheap_leaf *leaf, uint32_t from, uint32_t *to);

/* ---- idheap_fork.c */

/* The state of child i, which is no node. */
enum idheap_state fork_state(const struct idheap_fork *fork, uint32_t i);

/* A fork of one state, at this level. */
void fork_start(struct idheap_fork *fork, uint32_t level, enum idheap_state state);

/* Free ids in a row from the end of child i rightwards. */
uint64_t fork_run_right(const struct idheap_fork *fork, uint32_t i, uint64_t size);

/* What best[i] is by definition. */
uint64_t fork_best(const struct idheap_fork *fork, uint32_t i, uint64_t size);

/* The class of a run (not 0) in a fork of this level. */
uint32_t fork_class(uint32_t level, uint64_t run);

/* A child whose best is count at least, or FORK_CHILDREN. */
uint32_t fork_fit(const struct idheap_fork *fork, uint32_t level, uint64_t count);

/* The children whose best may be count at least; count is no more than the fork's max. */
uint64_t fork_candidates(const struct idheap_fork *fork, uint32_t level, uint64_t count);

/* Works out what depends on children first..last, which changed. */
void fork_summarise(struct idheap_fork *fork, uint32_t level, uint32_t first, uint32_t last);

/* The same for one child whose ends did not change, only its longest run or its riches. */
void fork_summarise_max(struct idheap_fork *fork, uint32_t level, uint32_t i);

/* ---- idheap_tree.c */

/*
 * Makes a node of child i, of the state it has.  Needs a spare node, and a second leaf if the child is a foreign leaf.
 */
void fork_split(struct idheap *heap, struct idheap_fork *fork, uint32_t level, uint32_t i);

/* [from, to), counted from the node's first id, becomes `state`, of which no part of it is; summaries follow. */
void node_set(struct idheap *heap, void *node, uint32_t level, uint64_t from, uint64_t to, enum idheap_state state);

/*
 * The lowest node under which all of [from, to) lies and that is not wholly covered, made on the way down if need be,
 * its level and the path to it.
 */
void *path_down(struct idheap *heap, uint64_t from, uint64_t to, struct idheap_path *path, uint32_t *level);

/*
 * Brings the forks above a node at level `down` that changed up to date, from its parent up, as far as the change goes;
 * `before` is what the node was.  A node of one state goes, unless it is open.
 */
void path_summarise(struct idheap *heap, const struct idheap_path *path, uint32_t down,
                    const struct idheap_node *before);

/* The states in [from, to) of the node, or'ed. */
uint32_t node_states(const void *node, uint32_t level, uint64_t from, uint64_t to);

/* The root is at this level. */
void tree_set_level(struct idheap *heap, uint32_t level);

/* Puts a fork above the root.  Needs a spare one. */
void tree_raise(struct idheap *heap);

/* Makes all nodes below and at this one spare. */
void tree_drop(struct idheap *heap, void *node, uint32_t level);

/* ---- idheap_nodes.c */

/* Nodes to have ready. */
struct idheap_need {
    uint32_t forks, leaves;
};

/* The most that changing any span can need in a tree of this level. */
struct idheap_need need_of_span(uint32_t level);

/* What changing [from, to) needs now. */
struct idheap_need need_of_change(const struct idheap *heap, uint64_t from, uint64_t to);

/*
 * Tries to have `need` spare, and a reserve for what meta.alloc may call.  The first thing an operation does: heap and
 * tree may be others afterwards.  Does nothing in a nested call.
 */
void nodes_prepare(struct idheap *heap, struct idheap_need need);

/* The same for changing any one span, which is nearly always at hand. */
static inline void nodes_prepare_span(struct idheap *heap)
{
    if (heap->spare_fork_count < 2 * heap->need_forks || heap->spare_leaf_count < 2 * heap->need_leaves)
        nodes_prepare(heap, (struct idheap_need){heap->need_forks, heap->need_leaves});
}

bool nodes_ready(const struct idheap *heap, struct idheap_need need);

/* Gives spare nodes back; does nothing in a nested call. */
void nodes_trim(struct idheap *heap);

/* Does so if there are many: the last thing an operation does. */
static inline void nodes_relax(struct idheap *heap)
{
    if (heap->spare_fork_count > 2 * heap->need_forks + 2 * SLACK ||
        heap->spare_leaf_count > 2 * heap->need_leaves + 2 * SLACK)
        nodes_trim(heap);
}

/* Take a spare node (there is one), and make one spare. */
struct idheap_leaf *leaf_new(struct idheap *heap);
struct idheap_fork *fork_new(struct idheap *heap);
void leaf_drop(struct idheap *heap, struct idheap_leaf *leaf);
void fork_drop(struct idheap *heap, struct idheap_fork *fork);

/* Gives back all spare nodes that are not the pool's. */
void nodes_empty(struct idheap *heap);

/* ---- idheap_one.c */

/* The leaf that holds id (as the caller knows it), or no_leaf.  Its forks are the near ones from now on. */
struct idheap_leaf *leaf_far(struct idheap *heap, uint64_t id);

/* The same, at once if it is under a near fork. */
static inline struct idheap_leaf *leaf_of(struct idheap *heap, uint64_t id)
{
    uint64_t at = id - heap->near_base;
    const struct idheap_fork *fork;

    if (at >= heap->near_count)
        return leaf_far(heap, id);
    fork = heap->near[at >> child_shift(2)];
    return (struct idheap_leaf *)(uintptr_t)fork->child[child_index(at, 1)];
}

/* ---- idheap_loose.c */

/* The leaf that holds `at` has become rich, or poor: its forks learn it. */
void leaf_tell_riches(struct idheap *heap, bool rich, uint64_t at);

/* Makes the leaf that holds `at` loose, if it is not. */
void leaf_loosen(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at);

/* Makes a loose leaf exact.  Not so the forks above it: the caller does that. */
void leaf_tighten(struct idheap *heap, struct idheap_leaf *leaf);

/* Makes the loose leaf that holds `at` and its forks exact; if it is of one state, a stretch. */
void leaf_close(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at);

/* Closes the leaves that single ids and spans are taken from. */
void leaves_close(struct idheap *heap);

/* Closes those of them that are wholly free: what a search and a change of whole children begin with. */
void leaves_settle(struct idheap *heap);

/* Takes and gives back ids of a loose leaf that have the other state.  The last thing an operation does. */
void loose_take(struct idheap *heap, struct idheap_leaf *leaf, uint64_t from, uint32_t count);
void loose_give(struct idheap *heap, struct idheap_leaf *leaf, uint64_t from, uint32_t count);

/* Closes the loose leaf that holds `at` and became free, unless it is kept.  The last thing an operation does. */
void loose_settle(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at);

/* The rest of loose_give, for ids that are marked free already. */
static inline void loose_given(struct idheap *heap, struct idheap_leaf *leaf, uint64_t from, uint32_t count)
{
    bool was_rich = node_is_rich(&leaf->node);

    leaf_refresh(leaf);
    heap->free += count;
    leaf->node.poor -= (int32_t)count;
    if (!was_rich && node_is_rich(&leaf->node))
        leaf_tell_riches(heap, true, from);
    if (leaf_is_whole(leaf))
        loose_settle(heap, leaf, from);
}

/* ---- idheap_carve.c */

#define CARVE_STEPS 4u
#define CARVE_MORE 16u

/*
 * Takes count (1..LEAF_IDS) ids in a row, if so many steps find some, and stores the first, from the origin.  A step is
 * a look at a leaf, or at a fork where there is none.
 */
bool carve_span(struct idheap *heap, uint64_t count, uint32_t steps, uint64_t *from);

/* The leaf that holds `at` is carved from next, if it has a free id. */
void carve_here(struct idheap *heap, struct idheap_leaf *leaf, uint64_t at);

/* ---- idheap_find.c */

/* A request as the tree knows it: counted from the origin, with an upper limit. */
struct idheap_window {
    uint64_t count, align, lower, upper;
};

/* The leaf that all of [from, from + count) lies in, ids below heap->limit, or NULL. */
struct idheap_leaf *leaf_with(const struct idheap *heap, uint64_t from, uint64_t count);

/*
 * Where count free ids in a row start, counted from the origin, or NOWHERE: the lowest in the window; some; and a
 * stretch of LEAF_IDS that is wholly free and no node.  leaves_settle comes before.
 */
uint64_t tree_find_in_window(struct idheap *heap, const struct idheap_window *window);
uint64_t tree_find_anywhere(struct idheap *heap, uint64_t count);
uint64_t tree_find_whole(const struct idheap *heap);

/* ---- idheap_span.c */

/* Changes the state of [from, to), which has another; STATUS_NO_MEMORY. */
enum status heap_change(struct idheap *heap, uint64_t from, uint64_t to, enum idheap_state state);

#endif
