/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A span of n pages takes n + 1 addresses: the last is the guard.  What cannot be had is asked for once more after the
 * hooks of physical_hooks have given back what they could.
 */
#include "backed.h"

#include "mapped.h"
#include "meta.h"
#include "panic.h"
#include "physical.h"
#include "virtual.h"

struct backed backed;

static enum status try_alloc(struct backed *b, uint64_t pages, uint64_t align, uint64_t *base)
{
    struct idheap_request request = { .count = pages + 1, .align = align >> LAYOUT_FRAME_SHIFT };
    uint64_t id;
    enum status status = idheap_alloc_span(&virtual_page, &request, &id);

    if (status != STATUS_OK)
        return status;
    status = mapped_make(virt(id << LAYOUT_FRAME_SHIFT), pages, b->owner);
    if (status == STATUS_OK)
        *base = id << LAYOUT_FRAME_SHIFT;
    else if (idheap_free_span(&virtual_page, id, pages + 1) != STATUS_OK)
        panic("%s heap: 0x%lx cannot be given back", b->heap.name, id << LAYOUT_FRAME_SHIFT);
    return status;
}

static enum status backed_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct backed *b = (struct backed *)heap;
    uint64_t pages = mapped_pages(size);
    enum status status = try_alloc(b, pages, align, base);

    if ((status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY) && reclaim_run(&physical_hooks))
        status = try_alloc(b, pages, align, base);
    if (status == STATUS_OK) {
        b->pages += pages;
        b->spans++;
    }
    return status;
}

static enum status backed_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct backed *b = (struct backed *)heap;
    uint64_t pages = mapped_pages(size);
    enum status status = STATUS_NOT_OWNED;

    if (base >= LAYOUT_META_LIMIT && base < LAYOUT_TAG1_BASE)
        status = mapped_find(virt(base), &pages, b->owner);
    if (status != STATUS_OK)
        return status;
    mapped_drop(virt(base), pages, b->owner);
    if (idheap_free_span(&virtual_page, base >> LAYOUT_FRAME_SHIFT, pages + 1) != STATUS_OK)
        panic("%s heap: no memory for books to free 0x%lx", heap->name, base);
    b->pages -= pages;
    b->spans--;
    meta_settle(META_KEEP);
    return STATUS_OK;
}

static void backed_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct backed *b = (const struct backed *)heap;

    stats->allocated = stats->held = b->pages << LAYOUT_FRAME_SHIFT;
    stats->objects = b->spans;
}

static const struct heap_ops ops = { backed_alloc, backed_free, backed_stats };

void backed_init(struct backed *b, const char *name, enum owner owner)
{
    *b = (struct backed){ .heap = { .ops = &ops, .name = name, .parent = physical_heap_of(owner) }, .owner = owner };
}
