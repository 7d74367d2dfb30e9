/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The general heap: objects of any size from a page heap.  Up to GENERAL_SLAB_MAX they come from slabs of 36 sizes
 * (four in each power of two), larger ones are spans of the page heap.  An object is aligned to 16 bytes, and to what
 * is asked for where that is more.  Contents are undefined.
 *
 * A free may name the size or not.  A wrong one is refused: for a span of pages any but the one asked for, for an
 * object of a slab one that this object cannot have been asked for.  Double frees are seen as slabs.h says.
 *
 * When the page heap refuses, the heap gives its own empty slabs back and tries once more; what is refused then has
 * changed nothing.
 *
 * Not for several CPUs at once: the caller locks.
 */
#ifndef ACRE_GENERAL_H
#define ACRE_GENERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"
#include "keytree.h"
#include "reclaim.h"
#include "slabs.h"

#define GENERAL_CLASSES 36
#define GENERAL_SLAB_MAX 16384u /* bytes of the largest objects in slabs */

/* Private, but for `heap`: this heap behind the common interface. */
struct general {
    struct heap heap;
    struct keytree_node *large; /* spans of pages by address */
    uint64_t large_count, large_bytes, large_held;
    struct reclaim reclaim;
    struct reclaim_list *list;
    struct slabs classes[GENERAL_CLASSES];
};

/*
 * Makes an empty heap over a page heap: one whose sizes are multiples of LAYOUT_FRAME_SIZE and that honours any
 * alignment.  Takes no memory yet.  From now on `reclaim` runs general_reclaim; NULL: nobody does.  The name is kept,
 * not copied.
 */
void general_init(struct general *general, const char *name, struct heap *pages, struct reclaim_list *reclaim);

/*
 * Gives all memory back, whatever is in use.  The status of the page heap if it refuses a span: what was not given back
 * is still the heap's, and it may be called again.
 */
MUST_USE enum status general_fini(struct general *general);

/* `size` bytes aligned to 16, or NULL where the heap cannot have them, or size is 0. */
void *general_new(struct general *general, uint64_t size);

/*
 * Takes an object back; size is what was asked for, or HEAP_ANY_SIZE.  STATUS_NOT_OWNED: it is not of this heap.
 * STATUS_INVALID: p is no object's start, or the size is wrong.  STATUS_NOT_ALLOCATED: it is free.  An address that is
 * no heap's may fault instead: its 64 KiB are looked at.
 */
MUST_USE enum status general_delete(struct general *general, void *p, uint64_t size);

/* Gives every empty slab back; whether there was one. */
bool general_reclaim(struct general *general);

#endif
