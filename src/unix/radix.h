/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A map from 64-bit indices to items, in order: the pages of a file, the names of a directory in the order of their
 * making.  An item is any address but NULL, and is not the map's.
 */
#ifndef ACRE_RADIX_H
#define ACRE_RADIX_H

#include <stdint.h>

#include "runtime/status.h"

struct radix {
    void *root; /* NULL: empty */
    uint32_t height; /* levels of nodes; 0: root is the item of index 0 */
};

/* The item; NULL if there is none. */
void *radix_get(const struct radix *radix, uint64_t index);

/* Stores an item where there may be one already.  STATUS_NO_MEMORY: nothing has changed for radix_get. */
MUST_USE enum status radix_set(struct radix *radix, uint64_t index, void *item);

/* Takes the item out; NULL if there was none. */
void *radix_take(struct radix *radix, uint64_t index);

/* The first item at or above *index, which becomes its index; NULL if there is none. */
void *radix_next(const struct radix *radix, uint64_t *index);

/* The lowest index at or above `index` that has no item. */
uint64_t radix_hole(const struct radix *radix, uint64_t index);

#endif
