/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel heap memory in whole pages: addresses from an id heap of pages, frames from the physical heap, mapped rw-,
 * with an unmapped guard page behind each allocation.
 *
 *   KMEM_BASE |-- metadata, 1 GiB --|== pages ==|g|== pages ==|g|   ...   end of tag 0
 */
#ifndef ACRE_KMEM_H
#define ACRE_KMEM_H

#include "runtime/idheap.h"
#include "x86_64/address.h"

void kmem_init(void);

/* `pages` pages, zeroed.  STATUS_INVALID: 0 pages.  STATUS_NOT_FOUND, STATUS_NO_MEMORY: then nothing is taken. */
MUST_USE enum status kmem_alloc(uint64_t pages, virt_t *base);

/* Gives back what kmem_alloc gave, whole.  Panics if it did not. */
void kmem_free(virt_t base, uint64_t pages);

/* The heap of page addresses (ids are page numbers), for statistics and self-checks. */
struct idheap *kmem_heap(void);

#endif
