/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An id heap as a struct heap: each id is a unit of 2^shift bytes, so that heaps of frames and of pages can be parents
 * of heaps that know only bytes.
 *
 * Sizes are rounded up to units.  An id heap does not know where a span ends that it gave: heap_free needs the size,
 * HEAP_ANY_SIZE is STATUS_INVALID, and a wrong one is found out only where it takes in ids that are free or foreign.
 */
#ifndef ACRE_IDHEAP_VIEW_H
#define ACRE_IDHEAP_VIEW_H

#include "heap.h"
#include "idheap.h"
#include "idheap_import.h"

struct idheap_view {
    struct heap heap;
    struct idheap *ids;
    struct idheap_import *import; /* or NULL */
    uint32_t shift;
    uint64_t allocated, objects; /* through this view: bytes, rounded, and spans */
};

/* ids outlives the view; shift is below 64.  Several views of one id heap are well, each counts its own. */
void idheap_view_init(struct idheap_view *view, const char *name, struct idheap *ids, uint32_t shift);

/* The same for a heap that imports what it lacks. */
void idheap_view_init_importing(struct idheap_view *view, const char *name, struct idheap_import *import,
                                uint32_t shift);

#endif
