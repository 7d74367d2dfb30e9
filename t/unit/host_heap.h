/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap of host memory for tests of heaps over heaps: any size and alignment, an upper limit, refusals on demand, and
 * books of its own, so that a span given back twice, in part or with another size is found.
 */
#ifndef ACRE_HOST_HEAP_H
#define ACRE_HOST_HEAP_H

#include "tap.h"

#include "runtime/heap.h"

#define HOST_HEAP_SPANS 512u
#define HOST_HEAP_EDGE 16u /* alignment of what asks for none */

struct host_heap {
    struct heap heap;
    struct {
        uint64_t base, size;
    } spans[HOST_HEAP_SPANS];
    uint64_t count, units; /* live */
    uint64_t limit; /* units that may be live; 0: any number */
    uint64_t allocs; /* calls */
    bool refuses_frees;
    bool loses; /* a free is well and yet its units stay counted, as from a heap that loses memory */
    const void *caller; /* whom the last call was for */
    void (*while_allocating)(void *context); /* what a heap's hooks may do while it is asked */
    void *context;
};

static inline enum status host_heap_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct host_heap *host = (struct host_heap *)heap;
    void *p;

    host->allocs++;
    host->caller = heap->caller;
    if (host->while_allocating)
        host->while_allocating(host->context);
    if (host->count == HOST_HEAP_SPANS || (host->limit && host->units + size > host->limit) || size > 1u << 30)
        return STATUS_NOT_FOUND;
    if (posix_memalign(&p, align > HOST_HEAP_EDGE ? align : HOST_HEAP_EDGE, size))
        return STATUS_NOT_FOUND;
    memset(p, 0x5a, size);
    *base = (uintptr_t)p;
    host->spans[host->count].base = *base;
    host->spans[host->count++].size = size;
    host->units += size;
    return STATUS_OK;
}

static inline enum status host_heap_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct host_heap *host = (struct host_heap *)heap;
    uint64_t i = 0;

    host->caller = heap->caller;
    if (host->refuses_frees)
        return STATUS_NO_MEMORY;
    while (i < host->count && host->spans[i].base != base)
        i++;
    if (i == host->count)
        return STATUS_NOT_OWNED;
    if (size != HEAP_ANY_SIZE && size != host->spans[i].size)
        return STATUS_INVALID;
    host->units -= host->loses ? 0 : host->spans[i].size;
    host->spans[i] = host->spans[--host->count];
    free((void *)(uintptr_t)base);
    return STATUS_OK;
}

static inline void host_heap_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct host_heap *host = (const struct host_heap *)heap;

    stats->allocated = host->units;
    stats->objects = host->count;
}

static inline void host_heap_init(struct host_heap *host)
{
    static const struct heap_ops ops = {host_heap_alloc, host_heap_free, host_heap_stats};

    *host = (struct host_heap){.heap = {.ops = &ops, .name = "host"}};
}

#endif
