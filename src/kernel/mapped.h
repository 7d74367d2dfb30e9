/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans of mapped pages, for the heaps that give them out: frames of the physical heap, one a page, mapped rw-, under
 * one owner.  The page before a span and the one after it are never mapped; that is how a span's ends are told.
 */
#ifndef ACRE_MAPPED_H
#define ACRE_MAPPED_H

#include <stdbool.h>

#include "ledger.h"
#include "runtime/status.h"
#include "x86_64/address.h"

/* Maps `pages` pages from `base`, where nothing is mapped.  STATUS_NOT_FOUND, STATUS_NO_MEMORY: then nothing is. */
MUST_USE enum status mapped_make(virt_t base, uint64_t pages, enum owner owner);

/*
 * Whether a span of the owner starts at `base`, and has *pages pages; if *pages is 0, it is stored how many it has.
 * STATUS_NOT_ALLOCATED: nothing is mapped there.  STATUS_NOT_OWNED: it is another's.  STATUS_INVALID: base is no start
 * of a span, or it has another number of pages.
 */
MUST_USE enum status mapped_find(virt_t base, uint64_t *pages, enum owner owner);

/*
 * Unmaps the one page at `base` and frees its frame, if it is plain to see that it is a span of one page of the owner:
 * then mapped_find and mapped_drop need not be asked.  false: nothing was done.
 */
bool mapped_drop_one(virt_t base, enum owner owner);

/* Unmaps the span, which mapped_find has found, and frees its frames. */
void mapped_drop(virt_t base, uint64_t pages, enum owner owner);

#endif
