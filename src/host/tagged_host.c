/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For each tag a general heap over a page heap, and for each region an id heap of places, 64 KiB each, from which the
 * page heaps of its tags take.  A span of pages takes the places that it and one more page touch; so the last place has
 * a page that is not mapped.  The only user of a page heap is the general heap, which names the size of a span when it
 * frees it, always.
 *
 * A place that turns out to be somebody else's mapping stays taken.
 */
#define _GNU_SOURCE
#include "tagged_host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "nodes.h"
#include "x86_64/layout.h"

#define PLACE_SHIFT 16 /* a place is SLAB_ALIGN bytes: the general heap's spans begin at one anyway */

_Static_assert(SLAB_ALIGN == 1 << PLACE_SHIFT, "a slab begins where a place begins");

/* ---- the page heap of a tag */

static struct tagged_host_heap *of_pages(const struct heap *pages)
{
    return (struct tagged_host_heap *)((uintptr_t)pages - offsetof(struct tagged_host_heap, pages));
}

static uint64_t places_for(uint64_t size)
{
    return ((size + LAYOUT_FRAME_SIZE - 1) >> PLACE_SHIFT) + 1;
}

static void give_places_back(struct tagged_host_heap *tag, uint64_t base, uint64_t size)
{
    if (idheap_free_span(tag->places, base >> PLACE_SHIFT, places_for(size)) != STATUS_OK)
        abort(); /* there is no memory for the books of what is no longer mapped: nothing can be told to anybody */
}

/* Maps size bytes at places that are free. */
static enum status map(struct tagged_host_heap *tag, uint64_t size, uint64_t align, uint64_t *base)
{
    struct idheap_request request = {.count = places_for(size), .align = align >> PLACE_SHIFT};
    uint64_t place;
    enum status status;

    for (;;) {
        void *at, *got;

        status = idheap_alloc_span(tag->places, &request, &place);
        if (status != STATUS_OK)
            return status;
        *base = place << PLACE_SHIFT;
        at = (void *)(uintptr_t)*base;
        got = mmap(at, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (got == at)
            return STATUS_OK;
        if (got != MAP_FAILED) /* a kernel before 4.17 takes the address as a hint only */
            munmap(got, size);
        else if (errno != EEXIST) {
            give_places_back(tag, *base, size);
            return STATUS_NO_MEMORY;
        }
    }
}

static enum status pages_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct tagged_host_heap *tag = of_pages(heap);
    uint64_t mapped;
    enum status status = map(tag, size, align, &mapped);

    if (status != STATUS_OK)
        return status;
    tag->mapped += size;
    tag->spans++;
    *base = mapped;
    return STATUS_OK;
}

static enum status pages_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct tagged_host_heap *tag = of_pages(heap);

    munmap((void *)(uintptr_t)base, size);
    give_places_back(tag, base, size);
    tag->mapped -= size;
    tag->spans--;
    return STATUS_OK;
}

static void pages_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct tagged_host_heap *tag = of_pages(heap);

    stats->allocated = tag->mapped;
    stats->objects = tag->spans;
}

static const struct heap_ops pages_ops = {pages_alloc, pages_free, pages_stats};

/* ---- the heap of a tag */

static enum status tag_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct tagged_host_heap *tag = (struct tagged_host_heap *)heap;
    enum status status;

    heap_call_for(&tag->general.heap, heap->caller);
    status = heap_alloc(&tag->general.heap, size, align, base);
    tag->objects += status == STATUS_OK;
    return status;
}

static enum status tag_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct tagged_host_heap *tag = (struct tagged_host_heap *)heap;
    enum status status;

    heap_call_for(&tag->general.heap, heap->caller);
    status = heap_free(&tag->general.heap, base, size);
    if (status == STATUS_OK && !--tag->objects)
        general_reclaim(&tag->general);
    return status;
}

static void tag_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct tagged_host_heap *tag = (const struct tagged_host_heap *)heap;

    heap_stats(&tag->general.heap, stats);
    stats->held = tag->mapped;
    stats->objects = tag->objects;
}

static const struct heap_ops tag_ops = {tag_alloc, tag_free, tag_stats};

/* The places of a region, made if need be; NULL: no memory. */
static struct idheap *places_of(struct tagged_host *host, uint32_t region)
{
    struct idheap *places = &host->places[region];
    uint64_t first = (((uint64_t)region << LAYOUT_USER_TAG_SHIFT) + TAGGED_HOST_OFFSET) >> PLACE_SHIFT;
    struct idheap_config config = {.name = "places", .origin = first, .meta = nodes_from_malloc()};

    if (places->name)
        return places;
    if (idheap_init(places, &config) != STATUS_OK ||
        idheap_add(places, first, TAGGED_HOST_SIZE >> PLACE_SHIFT) != STATUS_OK) {
        idheap_fini(places);
        places->name = NULL;
        return NULL;
    }
    return places;
}

static struct heap *heap_of(struct tagged *tagged, uint32_t tag)
{
    struct tagged_host *host = (struct tagged_host *)tagged; /* which it stands first in */
    struct tagged_host_heap *heap = &host->heaps[tag];

    if (heap->places)
        return &heap->heap;
    heap->places = places_of(host, tag_user_region(tag));
    if (!heap->places)
        return NULL;
    heap->heap = (struct heap){.ops = &tag_ops, .name = tag_name(tag), .parent = &heap->general.heap};
    heap->pages = (struct heap){.ops = &pages_ops, .name = tag_name(tag)};
    general_init(&heap->general, tag_name(tag), &heap->pages, NULL);
    return &heap->heap;
}

void tagged_host_init(struct tagged_host *host)
{
    memset(host, 0, sizeof *host);
    tagged_init(&host->tagged, heap_of);
}

void tagged_host_fini(struct tagged_host *host)
{
    for (uint32_t tag = 0; tag < TAG_COUNT; tag++)
        if (host->heaps[tag].places && general_fini(&host->heaps[tag].general) != STATUS_OK)
            abort(); /* pages_free refuses nothing */
    for (uint32_t region = 0; region <= TAG_USER_SHARED; region++)
        if (host->places[region].name)
            idheap_fini(&host->places[region]);
    tagged_host_init(host);
}
