/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's own heap: "general", objects of any size in untagged memory, over a backed heap of its own.  And the
 * strength of all heaps of objects: with the option heap=debug each has a debugheap before it, whose faults are panics
 * that name the heap, the address, the tag and who allocated it.
 */
#ifndef ACRE_KHEAP_H
#define ACRE_KHEAP_H

#include "runtime/debugheap.h"
#include "runtime/heap.h"

void kheap_init(void);

/* As heap_new and heap_delete of that heap. */
void *kheap_new(uint64_t size);
MUST_USE enum status kheap_delete(void *p, uint64_t size);

struct heap *kheap(void);

/* The heap of pages under it. */
struct heap *kheap_pages(void);

/* Gives back what all heaps keep only for speed, and what waits in quarantine. */
void kheap_settle(void);

/* What stands before a heap of objects. */
struct kheap_strength {
    struct debugheap debug;
    bool on;
};

/* The heap to use instead of `heap`: itself, or a debugheap before it. */
struct heap *kheap_strengthen(struct kheap_strength *strength, struct heap *heap);

/* Lets what is kept back in quarantine go; and the same for good. */
void kheap_strength_settle(struct kheap_strength *strength);
void kheap_strength_end(struct kheap_strength *strength);

#endif
