/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: values in a row, which grow.  A vector does not own its items (value.h). */
#ifndef ACRE_VECTOR_H
#define ACRE_VECTOR_H

#include <stdbool.h>

#include "value.h"

struct vector_value {
    struct value head;
    struct value **items; /* NULL while it has no memory; none of the items is NULL */
    uint32_t count; /* items */
    uint32_t capacity; /* items there is room for */
};

/* An empty one, which has no memory beside its head yet; NULL: no memory. */
struct vector_value *vector_create(struct tagged *tagged);

/*
 * Adds an item at the end.  STATUS_NO_MEMORY, also for an item NULL: so the result of a creation may be pushed without
 * a look.  After a pop or a removal that left an item, one push cannot fail.
 */
MUST_USE enum status vector_push(struct tagged *tagged, struct vector_value *vector, struct value *item);

/* The item at a position; NULL from count on. */
struct value *vector_get(const struct vector_value *vector, uint32_t position);

/* Replaces an item.  STATUS_NOT_FOUND: position is not below count.  STATUS_NO_MEMORY: the item is NULL. */
MUST_USE enum status vector_set(struct vector_value *vector, uint32_t position, struct value *item);

/*
 * Takes an item out and returns it; those behind it move down by one.  NULL from count on.  The memory is given back
 * when the last item goes.
 */
struct value *vector_remove(struct tagged *tagged, struct vector_value *vector, uint32_t position);

/* Takes the last item out; NULL: there is none. */
struct value *vector_pop(struct tagged *tagged, struct vector_value *vector);

/* Makes it empty and frees its memory. */
void vector_clear(struct tagged *tagged, struct vector_value *vector);

/*
 * A walk is a position, so it survives every change of the vector but its end.  It gives what stands at positions 0, 1,
 * 2, ... at the time: items added or set in front of it are seen, also those added during the walk.  An item that is
 * removed behind it, at a position it has passed, makes it miss one; vector_walk_remove does not.
 */
struct vector_walk {
    struct vector_value *vector;
    uint32_t next;
};

void vector_walk_start(struct vector_walk *walk, struct vector_value *vector);

/* The next item; NULL at the end, where the walk goes on if there are more later. */
struct value *vector_walk_next(struct vector_walk *walk);

/* Takes the item out that the walk gave last, which must still be there, and returns it; the walk misses none. */
struct value *vector_walk_remove(struct tagged *tagged, struct vector_walk *walk);

#endif
