/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An id heap over a parent: what the child lacks is imported from the parent, 2^shift of the child's ids for each of
 * the parent's, and goes back when it is wholly free.  Id p of the parent is ids [p << shift, (p + 1) << shift) of the
 * child.  virtual_page over virtual_huge is one: pages in spans of 2^32 bytes.
 *
 *   parent   |used| p  |p+1 |used|            what the child has imported is used here
 *   child         |===..=====|                and free or used there
 *
 * The child may have ids of its own besides (idheap_add); those stay, as long as no parent's id lies wholly in them.
 */
#ifndef ACRE_IDHEAP_IMPORT_H
#define ACRE_IDHEAP_IMPORT_H

#include "idheap.h"

struct idheap_import {
    struct idheap *child, *parent; /* made by the owner, with idheap_init */
    uint32_t shift;
    uint64_t lower, upper; /* parent's ids that may be imported lie in [lower, upper); upper 0: no upper limit */
    uint64_t imported; /* parent's ids that the child has */
};

/*
 * As idheap_alloc_span of the child, which it asks first.  An import is as many of the parent's ids in a row as the
 * request needs.  STATUS_NOT_FOUND and STATUS_NO_MEMORY may be the parent's; then the child is as it was.
 */
MUST_USE enum status idheap_import_alloc(struct idheap_import *import, const struct idheap_request *request,
                                         uint64_t *base);

/*
 * As idheap_free_span of the child; then each of the parent's ids of which no part is in use any more goes back.  One
 * for which there is no memory in the child's books or the parent's stays, free, until the next time.
 */
MUST_USE enum status idheap_import_free(struct idheap_import *import, uint64_t base, uint64_t count);

#endif
