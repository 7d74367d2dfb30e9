/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tagged memory of a Linux program: the runtime's values, at addresses with user tags (tag.h), in pages from mmap.
 *
 *   region of a user tag, 16 TiB from tag << LAYOUT_USER_TAG_SHIFT
 *   |        | == pages == g ... == pages == g ...         |             |
 *            +8 TiB  the window, 1 TiB                     +9 TiB
 *
 * The window is where no program, loader, stack or sanitizer of x86-64 Linux puts anything; what is mapped there all
 * the same is gone around.  Spans begin at multiples of 64 KiB; behind each lies at least one page that is not mapped
 * (g).  A tag's heap is made at its first use, and when its last object goes, so do its pages.
 *
 *   static struct tagged_host host;
 *
 *   tagged_host_init(&host);
 *   value_fault_hook = ...;
 *   struct string_value *hello = string_from(&host.tagged, "hello");
 *
 * One host at a time uses the regions of a process; not for several threads at once.
 */
#ifndef ACRE_TAGGED_HOST_H
#define ACRE_TAGGED_HOST_H

#include "general.h"
#include "idheap.h"
#include "tagged.h"

#define TAGGED_HOST_OFFSET ((uint64_t)8 << 40) /* of the window in its region */
#define TAGGED_HOST_SIZE ((uint64_t)1 << 40) /* of the window */

/* A tag's heap.  Private, but for heap_stats of `heap`. */
struct tagged_host_heap {
    struct heap heap; /* what users see */
    struct heap pages; /* the parent of `general` */
    struct general general;
    struct idheap *places; /* its region's; shared by the tags that share that */
    uint64_t mapped, spans, objects;
};

struct tagged_host {
    struct tagged tagged; /* what values are made with */
    struct idheap places[TAG_USER_SHARED + 1]; /* of each region's window, 64 KiB each */
    struct tagged_host_heap heaps[TAG_COUNT];
};

/* Makes it ready; nothing is mapped yet. */
void tagged_host_init(struct tagged_host *host);

/* Unmaps everything, values, symbols and all; none may be used any more.  It may be made ready again. */
void tagged_host_fini(struct tagged_host *host);

#endif
