/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one interface of every heap: something that gives out spans [base, base + size) of 64-bit numbers and takes them
 * back.  A base is an address (physical, virtual) or a plain id; size counts the same units.  A heap is made over a
 * parent, from which it takes what it gives, and does not know whether it is in a kernel or in a host process.
 *
 * Whatever a heap refuses has a status, leaves the heap as it was, and is counted in its statistics.
 *
 * Not for several CPUs at once: the caller locks.
 */
#ifndef ACRE_HEAP_H
#define ACRE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define HEAP_ANY_SIZE 0 /* to free: the caller does not know the size */

struct heap;

struct heap_stats {
    uint64_t allocated; /* units given out and not given back, as asked for where the heap knows it, else rounded */
    uint64_t objects; /* spans given out and not given back */
    uint64_t held; /* units taken from the parent and not given back; 0 for a heap without one */
    uint64_t metadata; /* bytes of the heap's own books, wherever they lie; 0 if they lie in `held` */
    uint64_t failures; /* requests refused for lack of memory or room */
    uint64_t peak_objects; /* the most spans that were ever out at once, of those given by heap_alloc */
    uint64_t peak_held; /* the most that was ever held; 0: the heap does not know */
};

/* What a kind of heap does.  align is a power of two, never 0; size is not 0 for alloc. */
struct heap_ops {
    enum status (*alloc)(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base);
    enum status (*free)(struct heap *heap, uint64_t base, uint64_t size); /* size may be HEAP_ANY_SIZE */
    void (*stats)(const struct heap *heap, struct heap_stats *stats);
};

/* The head of every heap; a kind's own struct starts with it. */
struct heap {
    const struct heap_ops *ops;
    const char *name; /* kept, not copied */
    struct heap *parent; /* NULL: none */
    uint64_t failures;
    uint64_t live, peak; /* spans that heap_alloc gave and heap_free has not taken, and the most of them ever */
    const void *caller; /* whom the next call is made for, for faults to name; NULL: who makes it */
};

/*
 * Gives a span of `size` units whose base is a multiple of `align` (a power of two; 1 is whatever suits the heap).
 * Contents of memory are undefined.  STATUS_INVALID: size 0, a bad align, or a size beyond what any heap of the kind
 * can have.  STATUS_NOT_FOUND: nothing is left that meets the request.  STATUS_NO_MEMORY: no memory for the books.
 */
MUST_USE enum status heap_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base);

/*
 * Takes a span back, whole.  size is what was asked for, or HEAP_ANY_SIZE.  STATUS_NOT_OWNED: the heap never had it.
 * STATUS_NOT_ALLOCATED: it is free already.  STATUS_INVALID: base is no start of a span, or the size is wrong.
 */
MUST_USE enum status heap_free(struct heap *heap, uint64_t base, uint64_t size);

/* The same for memory that is addressed: NULL where heap_alloc has another status than STATUS_OK. */
void *heap_new(struct heap *heap, uint64_t size);
MUST_USE enum status heap_delete(struct heap *heap, void *p, uint64_t size);

void heap_stats(const struct heap *heap, struct heap_stats *stats);

/*
 * The next call of the functions above is made for `caller`, an address in somebody's code.  Who wraps them says whom
 * it works for by __builtin_return_address(0), and a heap over a heap hands on its own `caller`.
 */
static inline void heap_call_for(struct heap *heap, const void *caller)
{
    heap->caller = caller;
}

#endif
