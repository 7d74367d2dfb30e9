/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tagged(t): for each tag a general heap whose memory lies in the tag's PML4 slot, so that an address tells the tag.
 *
 *   slot of a tag, 512 GiB, taken whole from virtual_huge
 *   |== pages ==|g ... |== pages ==|g ... |          spans of 64 KiB places; g and what is left of a place: unmapped
 *
 * A heap is made at its first use and goes with its last object: then its page tables are given back, its slot and its
 * books.
 */
#ifndef ACRE_TAGHEAP_H
#define ACRE_TAGHEAP_H

#include "runtime/heap.h"
#include "runtime/tag.h"

/* The heap of a tag, "tagged(NAME)", made if need be; NULL if there is no memory for that.  tag is one of TAG_LIST. */
struct heap *tagheap_of(uint32_t tag);

/* The same if it is there; else NULL. */
struct heap *tagheap_known(uint32_t tag);

/* A pointer for each tag number, to the struct heap of tagheap_known, or NULL: for who has only a dump. */
const void *tagheap_table(void);

/* Pages that the tag's heap has mapped, by its own books; 0 if there is none. */
uint64_t tagheap_pages(uint32_t tag);

/* Ends the heaps in which no object is left; whether there was one. */
bool tagheap_settle(void);

#endif
