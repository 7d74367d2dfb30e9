/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocations that are refused on purpose (option fail=), to see what becomes of the kernel then.
 *
 * Whatever can be refused asks here first, from the kernel's first allocation on, and all are counted in one row:
 *
 *   objects    kheap_new, a tag's heap
 *   pages      backed heaps
 *   addresses  for pages, for a tag's slot, for the archive
 *   books      nodes of the id heaps (meta.c)
 *   frames     physical_alloc and the like
 *
 * A request that goes down through several of these is counted at each.  So every layer meets a refusal of the one
 * below it, whether or not that would have had to ask further down this time.
 */
#ifndef ACRE_FAIL_H
#define ACRE_FAIL_H

#include <stdbool.h>
#include <stdint.h>

extern uint64_t fail_left; /* private: allocations until one is refused, modulo 2^64; 0 at first, so never */

/* Allocations that have been refused on purpose. */
extern uint64_t fail_refused;

/* Private: says PROTO_FAILING and who asked, the first time. */
bool fail_reached(void);

/* Whether this allocation is to be refused.  Without the option that is one subtraction, and no. */
static inline bool fail_due(void)
{
    return --fail_left == 0 && fail_reached();
}

/* For options_read: K, the K-th allocation is refused, counted from 1; K-, it and all after it; 0, none.  false: the
 * value is none of these.  Before the first allocation. */
bool fail_read(const char *value);

/* Says PROTO_ALLOCATIONS if the option was given. */
void fail_report(void);

#endif
