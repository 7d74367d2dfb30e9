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

/* What both kinds of node start with: bit i of a mask is child i, in a leaf word i. */
struct idheap_node {
    uint64_t any; /* has a free id */
    uint64_t all; /* is wholly free and has no node of its own */
    uint64_t lead, max, tail; /* lengths of the run of free ids at its start, of the longest, of the one at its end */
};

/*
 * 64 words of 64 ids, 1 is free.  A word that is all ones or all zeros is known from the masks and its place not valid.
 */
struct idheap_leaf {
    struct idheap_node node;
    struct idheap_leaf *owned; /* which of its ids are the heap's, 1 is owned; NULL: all */
    uint64_t words[LEAF_WORDS];
};

/* 64 children: nodes, or stretches of one state. */
struct idheap_fork {
    struct idheap_node node;
    uint64_t split; /* child is a node */
    uint64_t owned; /* child without a node is the heap's: free if in `all`, else used */
    uint64_t best[64]; /* longest run that starts in the child, on into its right neighbours; see idheap_fork.c */
    uint64_t group[8]; /* the highest of each eight of them, so that a search looks at 16 numbers at most */
    void *child[64]; /* NULL where not split */
};

/*
 * The forks from the root down to the parent of a leaf; fork[l] is at level l, index[l] the child that was taken there.
 */
struct idheap_path {
    struct idheap_fork *fork[IDHEAP_LEVELS];
    uint32_t index[IDHEAP_LEVELS];
};

/* Bits of an id below the children of a fork at this level (1 and up). */
static inline uint32_t child_shift(uint32_t level)
{
    return LEAF_SHIFT + FORK_SHIFT * (level - 1);
}

static inline uint32_t child_index(uint64_t id, uint32_t level)
{
    return (uint32_t)(id >> child_shift(level)) & (FORK_CHILDREN - 1);
}

/* Ids under a node at this level. */
static inline uint64_t node_span(uint32_t level)
{
    return LEAF_IDS << (FORK_SHIFT * level);
}

static inline uint64_t leaf_word(const struct idheap_leaf *leaf, uint32_t i)
{
    if (!bit_is_set(leaf->node.any, i))
        return 0;
    return bit_is_set(leaf->node.all, i) ? ~(uint64_t)0 : leaf->words[i];
}

static inline void leaf_set_word(struct idheap_leaf *leaf, uint32_t i, uint64_t word)
{
    uint64_t bit = bit_mask(i);

    leaf->words[i] = word;
    leaf->node.any = word ? leaf->node.any | bit : leaf->node.any & ~bit;
    leaf->node.all = ~word ? leaf->node.all & ~bit : leaf->node.all | bit;
}

/* Free ids at the start, at the end, and in the longest run of child i; size is a child's number of ids. */
static inline uint64_t child_lead(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    if (bit_is_set(fork->split, i))
        return ((const struct idheap_node *)fork->child[i])->lead;
    return bit_is_set(fork->node.all, i) ? size : 0;
}

static inline uint64_t child_tail(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    if (bit_is_set(fork->split, i))
        return ((const struct idheap_node *)fork->child[i])->tail;
    return bit_is_set(fork->node.all, i) ? size : 0;
}

static inline uint64_t child_max(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    if (bit_is_set(fork->split, i))
        return ((const struct idheap_node *)fork->child[i])->max;
    return bit_is_set(fork->node.all, i) ? size : 0;
}

/* Whether a child is to its parent what it was before. */
static inline bool node_looks_same(const struct idheap_node *now, const struct idheap_node *before)
{
    return now->lead == before->lead && now->max == before->max && now->tail == before->tail &&
           !now->any == !before->any;
}

/* Whether all ids of the leaf are of one state. */
static inline bool leaf_is_uniform(const struct idheap_leaf *leaf)
{
    if (leaf->owned)
        return !leaf->owned->node.any;
    return !leaf->node.any || leaf->node.all == LEAF_MASK;
}

/* ---- idheap_leaf.c */

/* A leaf of one state; for IDHEAP_FOREIGN `owned` is a second leaf for its books, else NULL. */
void leaf_start(struct idheap_leaf *leaf, enum idheap_state state, struct idheap_leaf *owned);

/* Ids [from, to) of the leaf become used or free; they are the other.  Summaries follow, exactly if they were exact. */
void leaf_take(struct idheap_leaf *leaf, uint32_t from, uint32_t to);
void leaf_give(struct idheap_leaf *leaf, uint32_t from, uint32_t to);

/* Sets or clears [from, to) and nothing else. */
void leaf_mark(struct idheap_leaf *leaf, uint32_t from, uint32_t to, bool one);

/* Works out lead, max and tail anew. */
void leaf_summarise(struct idheap_leaf *leaf);

/* Where the lowest run of count free ids starts at or above `from`, or LEAF_IDS. */
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

/* Works out what depends on children first..last, which changed. */
void fork_summarise(struct idheap_fork *fork, uint32_t level, uint32_t first, uint32_t last);

/* The same for one child whose ends did not change, only its longest run. */
void fork_summarise_max(struct idheap_fork *fork, uint32_t level, uint32_t i);

/* ---- idheap_tree.c */

/*
 * Makes a node of child i, of the state it has.  Needs a spare node, and a second leaf if the child is a foreign leaf.
 */
void fork_split(struct idheap *heap, struct idheap_fork *fork, uint32_t level, uint32_t i);

/* [from, to), counted from the node's first id, becomes `state`, of which no part of it is; summaries follow. */
void node_set(struct idheap *heap, void *node, uint32_t level, uint64_t from, uint64_t to, enum idheap_state state);

/* The leaf that holds id, made on the way down if need be, and the path to it. */
struct idheap_leaf *path_to(struct idheap *heap, uint64_t id, struct idheap_path *path);

/*
 * Brings the forks above a leaf that changed up to date, from its parent up, as far as the change goes; `before` is
 * what the leaf was.  A leaf of one state goes, unless it is open.
 */
void path_summarise(struct idheap *heap, const struct idheap_path *path, const struct idheap_node *before);

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

bool nodes_ready(const struct idheap *heap, struct idheap_need need);

/* Gives spare nodes back if there are many; the last thing an operation does.  Does nothing in a nested call. */
void nodes_relax(struct idheap *heap);

/* Take a spare node (there is one), and make one spare. */
struct idheap_leaf *leaf_new(struct idheap *heap);
struct idheap_fork *fork_new(struct idheap *heap);
void leaf_drop(struct idheap *heap, struct idheap_leaf *leaf);
void fork_drop(struct idheap *heap, struct idheap_fork *fork);

/* Gives back all spare nodes that are not the pool's. */
void nodes_empty(struct idheap *heap);

/* ---- idheap_one.c */

/* Ends the open leaf's and the loose leaf's being so. */
void open_close(struct idheap *heap);

/* Whether what is known of the leaf's runs are only upper bounds. */
static inline bool is_open(const struct idheap *heap, const void *leaf)
{
    return leaf == heap->open || leaf == heap->loose;
}

/* Whether an open or loose leaf reaches into [from, to). */
static inline bool open_is_in(const struct idheap *heap, uint64_t from, uint64_t to)
{
    return (heap->open && heap->open_base < to && from < heap->open_base + LEAF_IDS) ||
           (heap->loose && heap->loose_base < to && from < heap->loose_base + LEAF_IDS);
}

/* ---- idheap_span.c */

/*
 * Where the lowest run of count free ids at or above `from` starts, or NOWHERE; from the origin, as the tree knows it.
 */
uint64_t tree_find(const struct idheap *heap, uint64_t count, uint64_t from);

/* Changes the state of [from, to), which has another; STATUS_NO_MEMORY. */
enum status heap_change(struct idheap *heap, uint64_t from, uint64_t to, enum idheap_state state);

#endif
