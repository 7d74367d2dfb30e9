/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id heap: a set of integers below 2^52, each of them free, used, or not the heap's.  Physical frames, pages of
 * address space and table slots are all ids.  Ranges are added at any time; ids are allocated singly in a constant
 * number of steps and in contiguous spans in a logarithmic one, on average; stretches that are wholly free, used or
 * foreign cost nothing however long they are.
 *
 * Memory.  The heap keeps its books in nodes, which it takes from its pool, then from meta.alloc, and gives back to
 * meta.free. meta.alloc and meta.free may themselves allocate single ids from and free ids to this same heap: they are
 * only called while the books are in order, and a call that comes from within them is served from nodes that are kept
 * ready for it. Whatever an operation can need it has before it starts: one that fails with STATUS_NO_MEMORY has
 * changed nothing.
 *
 * Not for several CPUs at once: the caller locks.
 */
#ifndef ACRE_IDHEAP_H
#define ACRE_IDHEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define IDHEAP_LIMIT ((uint64_t)1 << 52) /* ids are below, counted from the origin */
#define IDHEAP_LEVELS 8 /* a leaf's 12 bits and 7 times 6 bits */

/*
 * Where nodes come from.  alloc returns NULL when there is none; the memory is 8-aligned, its contents do not matter.
 */
struct idheap_meta {
    void *(*alloc)(void *context, size_t size);
    void (*free)(void *context, void *p, size_t size);
    void *context;
};

extern const size_t idheap_leaf_size; /* bytes of the smaller kind of node, one for up to 4,096 ids */
extern const size_t idheap_fork_size; /* bytes of the other kind, one for up to 64 nodes */

/*
 * Nodes that a heap with ids up to `ids` (counted from its origin) keeps ready once it is warm, in bytes: what a pool
 * should have if meta.alloc takes its memory from this same heap.  0 while one leaf is enough.
 */
size_t idheap_reserve(uint64_t ids);

/* How a heap starts. */
struct idheap_config {
    const char *name; /* kept, not copied */
    uint64_t origin; /* the lowest id that can ever be added; makes walks shorter where all ids are large */
    struct idheap_meta meta; /* alloc may be NULL: the pool is all there is */
    bool outside; /* meta takes nothing from this very heap: no nodes stand ready for a nested call */
    void *pool; /* 8-aligned memory for the first nodes, or NULL; never given to meta.free */
    size_t pool_size; /* bytes */
};

struct idheap_stats {
    uint64_t total, free, used; /* ids; used + free = total */
    uint64_t leaves, forks; /* nodes in use */
    uint64_t spare_leaves, spare_forks; /* nodes kept ready */
    uint64_t metadata_bytes; /* of all four, pool included */
    uint64_t failures; /* requests refused with STATUS_NOT_FOUND or STATUS_NO_MEMORY */
};

struct idheap_leaf;
struct idheap_fork;

/* Private: only the idheap_ functions look inside. */
struct idheap {
    struct idheap_leaf *open; /* the leaf that single ids are taken from, or NULL; see idheap_one.c */
    uint64_t open_base; /* its first id, from the origin */
    uint32_t open_word; /* where in it the last one was taken */
    uint32_t level; /* of the root */
    const void *const *near; /* forks of level 1, those around the id that was freed last; see idheap_one.c */
    uint64_t near_base; /* their first id */
    uint64_t near_count; /* of their ids; 0 without them */
    struct idheap_leaf *carve; /* the leaf that spans are taken from, or NULL; see idheap_carve.c */
    uint64_t carve_base; /* its first id, or that of the last one */
    void *root; /* a leaf at level 0, else a fork; NULL: no id was ever added */
    uint32_t need_forks, need_leaves; /* what changing any span may need at this level */
    uint32_t spare_fork_count, spare_leaf_count;
    bool outside; /* of the config */
    uint32_t busy; /* meta is at work: a nested call must make do with the spares */
    uint64_t limit; /* ids below it, from the origin, lie under the root */
    uint64_t origin;
    uint64_t total, free;
    void *spare_leaves, *spare_forks;
    uint64_t leaves, forks, failures;
    struct idheap_meta meta;
    uint8_t *pool_base, *pool, *pool_limit;
    const char *name;
};

/* Makes an empty heap.  STATUS_INVALID: a misaligned pool, or an origin of 2^64 - 2^52 or more. */
MUST_USE enum status idheap_init(struct idheap *heap, const struct idheap_config *config);

/*
 * Gives every node back, whatever is still allocated.  The heap is as unusable as before idheap_init.  Not for a heap
 * whose meta.alloc takes from itself: it would free into what is no more.
 */
void idheap_fini(struct idheap *heap);

/*
 * Adds [base, base + count); the ids are free.  STATUS_INVALID: count 0, or not within origin and origin +
 * IDHEAP_LIMIT. STATUS_OVERLAP: one of them is the heap's already.  STATUS_NO_MEMORY.
 */
MUST_USE enum status idheap_add(struct idheap *heap, uint64_t base, uint64_t count);

/*
 * As idheap_add, but the ids are used: somebody has had them since before this heap, and may free them.  Not the same
 * as adding and taking: with these ids free for a moment, the heap's own books might be put there.
 */
MUST_USE enum status idheap_add_used(struct idheap *heap, uint64_t base, uint64_t count);

/* The reverse of add.  STATUS_NOT_OWNED: one is not the heap's.  STATUS_OVERLAP: one is in use.  STATUS_NO_MEMORY. */
MUST_USE enum status idheap_remove(struct idheap *heap, uint64_t base, uint64_t count);

/* Takes one free id: a low one, but not always the lowest.  STATUS_NOT_FOUND: no id is free.  STATUS_NO_MEMORY. */
MUST_USE enum status idheap_alloc(struct idheap *heap, uint64_t *id);

/* What idheap_alloc_span is asked for. */
struct idheap_request {
    uint64_t count; /* ids in a row; not 0 */
    uint64_t align; /* of the first id, a power of two; 0 means 1 */
    uint64_t lower, upper; /* all ids lie in [lower, upper); upper 0 means no upper limit */
};

/*
 * Takes a span of free ids: the lowest that meets the request where that has a limit or an alignment, else one that
 * spares wholly free stretches if that is easy.  A constant number of steps if the span is short and may lie anywhere;
 * else logarithmic in the heap's size, besides a share of what earlier changes put off.  With an alignment, if the heap
 * has a run of count + align - 1 ids within the window; else one step more for each run of count that lies wrongly.
 * STATUS_INVALID: count 0 or a bad align.  STATUS_NOT_FOUND: there is no such span.  STATUS_NO_MEMORY.
 */
MUST_USE enum status idheap_alloc_span(struct idheap *heap, const struct idheap_request *request, uint64_t *base);

/* Takes exactly [base, base + count).  STATUS_INVALID: count 0.  STATUS_NOT_OWNED: one is not the heap's.
 * STATUS_OVERLAP: one is in use.  STATUS_NO_MEMORY. */
MUST_USE enum status idheap_take(struct idheap *heap, uint64_t base, uint64_t count);

/* Frees one id, however it was taken.  STATUS_NOT_OWNED, STATUS_NOT_ALLOCATED, STATUS_NO_MEMORY. */
MUST_USE enum status idheap_free(struct idheap *heap, uint64_t id);

/* Frees [base, base + count), taken in whatever pieces.  STATUS_INVALID: count 0.  STATUS_NOT_OWNED: one is not the
 * heap's. STATUS_NOT_ALLOCATED: one is free.  STATUS_NO_MEMORY. */
MUST_USE enum status idheap_free_span(struct idheap *heap, uint64_t base, uint64_t count);

/* What ids are; a set of them for a span. */
enum idheap_state { IDHEAP_FREE = 1, IDHEAP_USED = 2, IDHEAP_FOREIGN = 4 };

/* The states that occur in [base, base + count), or'ed; 0 for count 0. */
uint32_t idheap_states(const struct idheap *heap, uint64_t base, uint64_t count);

/* A run of ids of one state. */
struct idheap_stretch {
    uint64_t base, limit;
    enum idheap_state state;
};

/*
 * Stores the longest run of one state that starts at id, and returns true; false when no id at or above it is the
 * heap's. Go on with stretch.limit.  The heap may change between two calls: each tells the truth of its moment.
 */
bool idheap_next(const struct idheap *heap, uint64_t id, struct idheap_stretch *stretch);

void idheap_stats(const struct idheap *heap, struct idheap_stats *stats);

/* Ends what is kept only for speed, and gives spare nodes beyond the reserve back to meta.free. */
void idheap_settle(struct idheap *heap);

/* STATUS_CORRUPT if the books contradict themselves.  Looks at every node. */
MUST_USE enum status idheap_check(struct idheap *heap);

#endif
