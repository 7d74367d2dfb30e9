/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slabs: objects of one size, cut from spans of pages.  What the object caches and the general heap have in common; no
 * heap of its own.  Objects that came back wait in a list of the set, and are checked at once: whether they are
 * objects of this set, and not free already.
 *
 * A double free goes unseen where the object was written to after its first free; debugheap.h sees that as well.
 */
#ifndef ACRE_SLABS_H
#define ACRE_SLABS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "heap.h"
#include "ring.h"
#include "status.h"

#define SLAB_ALIGN 0x10000 /* every slab's base is a multiple; no slab is larger */
#define SLABS_OBJECT_MIN 16u /* bytes: a free object holds a link and a mark */
#define SLABS_OBJECT_MAX 0x4000u /* bytes: what the arithmetic in slabs.c allows */

/* The head of a slab, at its base. */
struct slab {
    struct ring link; /* in its set's list */
    struct slabs *set;
    struct heap *heap; /* whose it is */
    struct slab_object *free; /* objects here that are not in the set's list */
    uint32_t first; /* low half of the first object's address */
    uint32_t bound; /* what object numbers, multiplied, are below: see slabs_put */
    uint32_t taken; /* objects in use or in the set's list */
    uint32_t carved; /* objects that were ever free */
    uint32_t count; /* objects there is room for */
    uint32_t bytes; /* of the slab, this head included */
};

/* A free object. */
struct slab_object {
    struct slab_object *next;
    struct slab *mark; /* the slab's own address: no user of the object has it */
};

/* Private: only the slabs_ functions look inside. */
struct slabs {
    struct slab_object *free; /* what is allocated next */
    struct ring list; /* the slabs with something free in front */
    struct heap *heap;
    int32_t room; /* frees more than allocations until some objects go back into their slabs */
    int32_t cached; /* objects in `free`, plus room */
    uint32_t size; /* bytes from one object to the next */
    uint32_t inverse; /* 2^32 / size + 1 */
    uint32_t pages; /* of all slabs */
    uint16_t align, colour, step;
    uint8_t batch; /* objects that are moved at a time */
    bool padded; /* some objects were asked for as smaller ones */
};

struct slabs_stats {
    uint64_t objects; /* in use */
    uint64_t slabs, pages;
};

/*
 * Makes an empty set for `heap`, whose parent must be a page heap: sizes are multiples of LAYOUT_FRAME_SIZE, any
 * alignment is honoured.  size is SLABS_OBJECT_MIN..SLABS_OBJECT_MAX and a multiple of align, a power of two up to
 * LAYOUT_FRAME_SIZE.  step is the caller's; it and `padded` are not looked at here.
 */
void slabs_init(struct slabs *set, struct heap *heap, uint32_t size, uint32_t align);

/* Gives all slabs back, whatever is in use; the parent's status if it refuses one, and then it may be called again. */
MUST_USE enum status slabs_fini(struct slabs *set);

/* Makes set->free not NULL, for which it must be NULL; else the status with which the parent refused. */
MUST_USE enum status slabs_refill(struct slabs *set);

/* Puts what waits in the set's list into the slabs, and gives empty slabs back; whether there was one. */
bool slabs_reclaim(struct slabs *set);

void slabs_stats(const struct slabs *set, struct slabs_stats *stats);

/* For slabs_put.  Moves a batch from the set's list into the slabs, then the object to the list; STATUS_OK always. */
enum status slabs_put_flushing(struct slab *slab, struct slab_object *object);

/* For slabs_put.  Why the address is refused: STATUS_INVALID or STATUS_NOT_ALLOCATED. */
enum status slabs_refusal(const struct slab *slab, const void *p);

/* For slabs_put.  The same for an object that bears the mark, which may be its user's doing. */
enum status slabs_put_marked(struct slab *slab, struct slab_object *object);

/* The slab that an object lies in.  Any other address leads to any other memory. */
static inline struct slab *slab_of(void *p)
{
    return (struct slab *)((uintptr_t)p & ~(uintptr_t)(SLAB_ALIGN - 1));
}

/* Takes an object that waits; NULL if slabs_refill must be called first. */
static inline void *slabs_take(struct slabs *set)
{
    struct slab_object *object = set->free;

    if (!object)
        return NULL;
    set->free = object->next;
    object->mark = NULL;
    set->room++;
    return object;
}

/*
 * Takes an object back; p is any address in the slab, which is the set's.  STATUS_INVALID: it is the start of no
 * object.  STATUS_NOT_ALLOCATED: the object is free.
 */
static inline enum status slabs_put(struct slabs *set, struct slab *slab, void *p)
{
    struct slab_object *object = p;

    if (((uint32_t)(uintptr_t)p - slab->first) * set->inverse >= slab->bound)
        return slabs_refusal(slab, p);
    if (object->mark == slab)
        return slabs_put_marked(slab, object);
    object->mark = slab;
    if (--set->room < 0)
        return slabs_put_flushing(slab, object);
    object->next = set->free;
    set->free = object;
    return STATUS_OK;
}

#endif
