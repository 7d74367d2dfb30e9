/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory in whole pages: addresses of virtual_page, a frame of physical behind each page, mapped rw-, an unmapped guard
 * page behind every span.  One frame is never mapped twice.  What is freed is unmapped at once: touching it faults.
 *
 *   KMEM_BASE |-- metadata, 1 GiB --|== pages ==|g|== pages ==|g|   ...   end of the untagged slot
 *
 * Contents are undefined.  A size that is no multiple of a page is rounded up.  free without a size finds the guard.
 */
#ifndef ACRE_BACKED_H
#define ACRE_BACKED_H

#include "ledger.h"
#include "runtime/heap.h"

/* A heap whose pages the ledger books under one owner.  All share the addresses; one must not free another's. */
struct backed {
    struct heap heap;
    enum owner owner;
    uint64_t pages, spans;
    uint64_t peak; /* the most pages ever */
};

/* For everything that wants pages of the kernel: "backed". */
extern struct backed backed;

/* Gives the addresses that are kept for the next spans back to virtual_page; whether there were any. */
bool backed_settle(void);

void backed_init(struct backed *b, const char *name, enum owner owner);

#endif
