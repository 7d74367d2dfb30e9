/* SPDX-License-Identifier: Apache-2.0 */
#include "idheap_view.h"

#include "bits.h"

static struct idheap_view *view_of(struct heap *heap)
{
    return (struct idheap_view *)heap;
}

/* Units that hold so many bytes. */
static uint64_t units(const struct idheap_view *view, uint64_t bytes)
{
    return (bytes >> view->shift) + !!(bytes & (bit_mask(view->shift) - 1));
}

static enum status view_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct idheap_view *view = view_of(heap);
    struct idheap_request request = {.count = units(view, size),
                                     .align = align >> view->shift,
                                     .upper = (UINT64_MAX >> view->shift) + 1}; /* bytes are below 2^64 */
    enum status status;
    uint64_t id;

    status = view->import ? idheap_import_alloc(view->import, &request, &id)
                          : idheap_alloc_span(view->ids, &request, &id);
    if (status != STATUS_OK)
        return status;
    view->allocated += request.count << view->shift;
    view->objects++;
    *base = id << view->shift;
    return STATUS_OK;
}

static enum status view_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct idheap_view *view = view_of(heap);
    uint64_t count = units(view, size);
    enum status status;

    if (size == HEAP_ANY_SIZE || base & (bit_mask(view->shift) - 1))
        return STATUS_INVALID;
    status = view->import ? idheap_import_free(view->import, base >> view->shift, count)
                          : idheap_free_span(view->ids, base >> view->shift, count);
    if (status != STATUS_OK)
        return status;
    view->allocated -= count << view->shift;
    view->objects--;
    return STATUS_OK;
}

static void view_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct idheap_view *view = (const struct idheap_view *)heap;
    struct idheap_stats ids;

    idheap_stats(view->ids, &ids);
    stats->allocated = view->allocated;
    stats->objects = view->objects;
    stats->held = view->import ? ids.total << view->shift : 0;
    stats->metadata = ids.metadata_bytes;
}

static const struct heap_ops view_ops = {view_alloc, view_free, view_stats};

void idheap_view_init(struct idheap_view *view, const char *name, struct idheap *ids, uint32_t shift)
{
    *view = (struct idheap_view){.heap = {.ops = &view_ops, .name = name}, .ids = ids, .shift = shift};
}

void idheap_view_init_importing(struct idheap_view *view, const char *name, struct idheap_import *import,
                                uint32_t shift)
{
    idheap_view_init(view, name, import->child, shift);
    view->import = import;
}
