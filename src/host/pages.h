/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page heap of a host process, over mmap: what the kernel's backed heap is there.  Sizes are multiples of
 * LAYOUT_FRAME_SIZE, any alignment is honoured, and what is free is not mapped.  Behind every span lies a page that is
 * never mapped, so a write past the end faults.
 *
 * A wrong free is refused as heap.h says; a span that was freed is remembered until the same address is used again.
 */
#ifndef ACRE_PAGES_H
#define ACRE_PAGES_H

#include <stdint.h>

#include "heap.h"
#include "keytree.h"
#include "reclaim.h"

/* Private, but for `heap`, `limit` and `reclaim`. */
struct pages {
    struct heap heap;
    struct reclaim_list reclaim; /* run before a request is refused */
    uint64_t limit; /* bytes that may be held at a time; may change at any time */
    uint64_t held, spans;
    struct keytree_node *books;
};

/* A heap of up to `limit` bytes. */
void pages_init(struct pages *pages, const char *name, uint64_t limit);

/* Unmaps everything, whatever is in use. */
void pages_fini(struct pages *pages);

#endif
