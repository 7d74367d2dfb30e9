/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idheap_check finds books that contradict themselves.  The heap is always the same; each case spoils one thing in it,
 * as a stray write or a mistake of ours would, and names what it is that must not go unseen.
 *
 *   level 2   root   0: fork        1: wholly free   2: fork        3: fork, used but for one id   4.. foreign
 *   level 1          3: leaf, mixed                  0: leaf with books of owned ids
 */
#include "tap.h"

#include <unistd.h>

#include "runtime/idheap_node.h"

#define LEAF 4096ull
#define FORK (LEAF * 64)

struct books {
    struct idheap heap;
    struct idheap_fork *root, *fork; /* fork: the root's child 0 */
    struct idheap_leaf *mixed, *partly; /* partly: with books of owned ids */
};

static struct idheap_fork *used_fork(struct books *b)
{
    return fork_node(b->root, 3);
}

static struct idheap_leaf *loose(struct books *b)
{
    return fork_node(used_fork(b), 63);
}

static uint64_t pool[4096];

static bool make_books(struct books *books)
{
    struct idheap_config config = {.pool = pool, .pool_size = sizeof pool};
    struct idheap *heap = &books->heap;

    if (idheap_init(heap, &config) != STATUS_OK || idheap_add(heap, 0, 2 * FORK) != STATUS_OK ||
        idheap_take(heap, 3 * LEAF + 5, 70) != STATUS_OK || idheap_add(heap, 2 * FORK + 10, 100) != STATUS_OK ||
        idheap_add_used(heap, 3 * FORK, FORK) != STATUS_OK || idheap_free(heap, 4 * FORK - 1) != STATUS_OK)
        return false;
    books->root = heap->root;
    books->fork = fork_node(books->root, 0);
    books->mixed = fork_node(books->fork, 3);
    books->partly = fork_node(fork_node(books->root, 2), 0);
    return heap->level == 2 && books->partly->owned && loose(books)->node.loose && idheap_check(heap) == STATUS_OK;
}

/* ---- leaves: words and masks (I1, I2, I4) */

static void ones_without_any(struct books *b)
{
    b->mixed->any &= ~bit_mask(9);
}

static void full_without_all(struct books *b)
{
    b->mixed->all &= ~bit_mask(9);
}

static void all_without_full(struct books *b)
{
    b->mixed->all |= bit_mask(0);
}

static void word_before(struct books *b)
{
    b->mixed->bits[0] = 0;
}

static void word_behind(struct books *b)
{
    b->mixed->bits[LEAF_WORDS + 1] = 1;
}

static void leaf_is_free(struct books *b)
{
    leaf_start(b->mixed, IDHEAP_FREE, NULL);
}

static void owned_is_all(struct books *b)
{
    leaf_start(b->partly->owned, IDHEAP_FREE, NULL);
}

static void owned_is_none(struct books *b)
{
    leaf_start(b->partly->owned, IDHEAP_USED, NULL);
}

static void free_but_foreign(struct books *b)
{
    b->partly->bits[41] = 1;
}

/* ---- leaves: what is known of them (I5, I8) */

static void leaf_lead(struct books *b)
{
    b->mixed->node.lead++;
}

static void leaf_max(struct books *b)
{
    b->mixed->node.max--;
}

static void leaf_tail(struct books *b)
{
    b->mixed->node.tail++;
}

static void leaf_poor(struct books *b)
{
    b->mixed->node.poor++;
}

static void leaf_at(struct books *b)
{
    b->mixed->node.at = 1;
}

static void leaf_fast(struct books *b)
{
    b->mixed->node.fast++;
}

static void loose_lead(struct books *b)
{
    loose(b)->node.lead--;
}

static void loose_max(struct books *b)
{
    loose(b)->node.max--;
}

static void loose_tail(struct books *b)
{
    loose(b)->node.tail--;
}

static void loose_fast(struct books *b)
{
    loose(b)->node.fast--;
}

static void loose_is_used(struct books *b)
{
    leaf_mark_used(loose(b), LEAF - 1, LEAF);
    loose(b)->node.poor = RICH;
    b->heap.free--;
}

/* ---- forks: masks (I3, I4) */

static void used_in_any(struct books *b)
{
    used_fork(b)->any |= bit_mask(7);
}

static void used_in_rich(struct books *b)
{
    used_fork(b)->rich |= bit_mask(7);
}

static void free_not_in_any(struct books *b)
{
    b->fork->any &= ~bit_mask(7);
}

static void free_not_in_rich(struct books *b)
{
    b->fork->rich &= ~bit_mask(7);
}

static void free_not_owned(struct books *b)
{
    b->fork->owned &= ~bit_mask(7);
}

static void split_and_all(struct books *b)
{
    b->fork->all |= bit_mask(3);
}

static void node_not_in_any(struct books *b)
{
    b->fork->any &= ~bit_mask(3);
}

static void node_not_in_rich(struct books *b)
{
    b->fork->rich &= ~bit_mask(3);
}

static void stretch_has_node(struct books *b)
{
    b->fork->child[7] = b->mixed;
}

static void fork_is_free(struct books *b)
{
    fork_start(b->fork, 1, IDHEAP_FREE);
}

/* ---- forks: sums (I5, I6) */

static void child_best(struct books *b)
{
    b->fork->best[3]++;
}

static void child_class(struct books *b)
{
    b->fork->classes[CLASSES - 1] ^= bit_mask(3);
}

static void class_not_in_has(struct books *b)
{
    b->fork->has ^= 1u << (CLASSES - 1);
}

static void fork_max(struct books *b)
{
    b->root->node.max++;
}

static void fork_lead(struct books *b)
{
    b->fork->node.lead--;
}

static void fork_tail(struct books *b)
{
    b->fork->node.tail--;
}

static void fork_poor(struct books *b)
{
    b->fork->node.poor = 1;
}

/* ---- the head (I7, counts) */

static void open_is_empty(struct books *b)
{
    uint64_t id;

    if (idheap_alloc(&b->heap, &id) == STATUS_OK)
        b->heap.open->node.poor = RICH;
}

static void one_leaf_more(struct books *b)
{
    b->heap.leaves++;
}

static void one_fork_less(struct books *b)
{
    b->heap.forks--;
}

static void one_id_more(struct books *b)
{
    b->heap.total++;
}

static void one_free_less(struct books *b)
{
    b->heap.free--;
}

static const struct {
    const char *what;
    void (*spoil)(struct books *books);
} cases[] = {
    {"a word has ones, and `any` does not know", ones_without_any},
    {"a word is full, and `all` does not know", full_without_all},
    {"a word is not full, and `all` says so", all_without_full},
    {"the word before a leaf's own is not of ones", word_before},
    {"the word behind them", word_behind},
    {"a leaf is wholly free and yet a node", leaf_is_free},
    {"books of owned ids are kept where all are", owned_is_all},
    {"or where none is", owned_is_none},
    {"an id is free and not the heap's", free_but_foreign},
    {"a leaf's run at the start is wrong", leaf_lead},
    {"its longest run", leaf_max},
    {"its run at the end", leaf_tail},
    {"the number of its free ids", leaf_poor},
    {"the place of its longest run", leaf_at},
    {"what may be freed there without a word", leaf_fast},
    {"a loose leaf's run at the start is not as large as can be", loose_lead},
    {"nor its longest run", loose_max},
    {"nor its run at the end", loose_tail},
    {"what may be freed there without a word", loose_fast},
    {"a loose leaf has no free id", loose_is_used},
    {"a used stretch has free ids", used_in_any},
    {"a used stretch is rich", used_in_rich},
    {"a free one has none", free_not_in_any},
    {"a free one is poor", free_not_in_rich},
    {"a free one is not the heap's", free_not_owned},
    {"a child is a node and a stretch", split_and_all},
    {"a node has free ids and its parent does not know", node_not_in_any},
    {"a node is rich and its parent does not know", node_not_in_rich},
    {"a stretch has a node", stretch_has_node},
    {"a fork is wholly free and yet a node", fork_is_free},
    {"the longest run that starts in a child is wrong", child_best},
    {"its class", child_class},
    {"whether a class has children", class_not_in_has},
    {"a fork's longest run", fork_max},
    {"its run at the start", fork_lead},
    {"its run at the end", fork_tail},
    {"whether it is rich", fork_poor},
    {"the open leaf has no free id", open_is_empty},
    {"a leaf more is counted than there are", one_leaf_more},
    {"a fork less", one_fork_less},
    {"an id more", one_id_more},
    {"a free id less", one_free_less},
};

#define CASES (sizeof cases / sizeof cases[0])

int main(void)
{
    static struct books books;

    tap_plan(CASES + 1);
    alarm(60); /* a check that does not end is red too */
    for (unsigned i = 0; i < CASES; i++) {
        bool made = make_books(&books);

        cases[i].spoil(&books);
        tap_ok(made && idheap_check(&books.heap) == STATUS_CORRUPT, "found: %s", cases[i].what);
    }
    tap_ok(make_books(&books), "and nothing is wrong with what is not spoilt");
    return tap_done();
}
