/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A span of n pages takes n + 1 addresses: the last is the guard.  What cannot be had is asked for once more after the
 * hooks of physical_hooks have given back what they could.
 *
 * Most spans have one page.  So the addresses of a few freed ones are kept, used in virtual_page's eyes, and given out
 * again, the last first: its tables are most likely still there.
 */
#include "backed.h"

#include "fail.h"
#include "mapped.h"
#include "meta.h"
#include "panic.h"
#include "physical.h"
#include "virtual.h"

#define SPARE_MAX 16

struct backed backed;

static struct {
    uint64_t base[SPARE_MAX]; /* addresses of spans of one page and its guard, with nothing mapped there */
    uint32_t count;
} spare;

static enum status address_take(uint64_t pages, uint64_t align, uint64_t *base)
{
    struct idheap_request request = { .count = pages + 1, .align = align >> LAYOUT_FRAME_SHIFT };
    uint64_t id;
    enum status status;

    if (fail_due())
        return STATUS_NOT_FOUND;
    if (pages == 1 && align <= LAYOUT_FRAME_SIZE && spare.count) {
        *base = spare.base[--spare.count];
        return STATUS_OK;
    }
    status = idheap_import_alloc(&virtual_import, &request, &id);
    if (status == STATUS_OK)
        *base = id << LAYOUT_FRAME_SHIFT;
    return status;
}

static void address_free(uint64_t base, uint64_t pages)
{
    enum status status = idheap_import_free(&virtual_import, base >> LAYOUT_FRAME_SHIFT, pages + 1);

    if (status != STATUS_OK)
        panic("virtual_page heap: 0x%lx cannot be given back: %s", base, status_text(status));
}

static void address_give(uint64_t base, uint64_t pages)
{
    if (pages == 1 && spare.count < SPARE_MAX)
        spare.base[spare.count++] = base;
    else
        address_free(base, pages);
}

bool backed_settle(void)
{
    bool any = spare.count > 0;

    while (spare.count)
        address_free(spare.base[--spare.count], 1);
    return any;
}

static enum status try_alloc(struct backed *b, uint64_t pages, uint64_t align, uint64_t *base)
{
    uint64_t address;
    enum status status = address_take(pages, align, &address);

    if (status != STATUS_OK)
        return status;
    status = mapped_make(virt(address), pages, b->owner);
    if (status == STATUS_OK)
        *base = address;
    else
        address_give(address, pages);
    return status;
}

static enum status backed_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct backed *b = (struct backed *)heap;
    uint64_t pages = physical_frames(size);
    enum status status;

    if (fail_due())
        return STATUS_NO_MEMORY;
    status = try_alloc(b, pages, align, base);

    if ((status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY) && reclaim_run(&physical_hooks))
        status = try_alloc(b, pages, align, base);
    if (status == STATUS_OK) {
        b->pages += pages;
        b->spans++;
        if (b->pages > b->peak)
            b->peak = b->pages;
    }
    return status;
}

static enum status backed_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct backed *b = (struct backed *)heap;
    uint64_t pages = physical_frames(size);
    enum status status = STATUS_OK;

    if (base < LAYOUT_META_LIMIT || base >= LAYOUT_TAG1_BASE)
        return STATUS_NOT_OWNED;
    if (pages != 1 || !mapped_drop_one(virt(base), b->owner)) {
        status = mapped_find(virt(base), &pages, b->owner);
        if (status != STATUS_OK)
            return status;
        mapped_drop(virt(base), pages, b->owner);
    }
    address_give(base, pages);
    b->pages -= pages;
    b->spans--;
    meta_tidy();
    return STATUS_OK;
}

static void backed_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct backed *b = (const struct backed *)heap;

    stats->allocated = stats->held = b->pages << LAYOUT_FRAME_SHIFT;
    stats->peak_held = b->peak << LAYOUT_FRAME_SHIFT;
    stats->objects = b->spans;
}

static const struct heap_ops ops = { backed_alloc, backed_free, backed_stats };

void backed_init(struct backed *b, const char *name, enum owner owner)
{
    *b = (struct backed){ .heap = { .ops = &ops, .name = name, .parent = physical_heap_of(owner) }, .owner = owner };
}
