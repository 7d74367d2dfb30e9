/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The physical heap.
 *
 * Its books lie in memory that it gives out itself, so it starts from a pool in bss with the largest region: that one
 * needs the fewest nodes and gives the frames for the rest.  Then come all other free frames, and only then those that
 * are in use, which need books and give nothing: on a map of one-frame islands the pool lasts until there are enough
 * frames for a page of books and its tables.  Ids are frame numbers.
 */
#include "physical.h"

#include "fail.h"
#include "meta.h"
#include "panic.h"
#include "x86_64/layout.h"

#define POOL_BYTES 0x4000 /* nodes for the first region, and the reserve for nested calls */

static struct idheap heap;
struct reclaim_list physical_hooks;
uint64_t physical_least_free = UINT64_MAX;
static uint64_t pool[POOL_BYTES / sizeof(uint64_t)];

static enum owner owner_of(uint32_t type)
{
    switch (type) {
    case REGION_USABLE:
        return OWNER_FREE;
    case REGION_PAGES:
        return OWNER_TABLES_PT; /* tables_to_ledger puts them under their levels */
    case REGION_KERNEL:
        return OWNER_KERNEL_TEXT; /* sections_to_ledger puts them where they belong */
    case REGION_ARCHIVE:
        return OWNER_FILES;
    default:
        return OWNER_BOOT_LEFTOVERS;
    }
}

static uint64_t frames_of(const struct region *r)
{
    return (r->limit - r->base) >> LAYOUT_FRAME_SHIFT;
}

/* Frames that stage2 has handed out are the heap's as well, as used ones, so that their owners can free them. */
static void add(const struct region *r)
{
    uint64_t base = r->base >> LAYOUT_FRAME_SHIFT;
    enum status status = r->type == REGION_USABLE ? idheap_add(&heap, base, frames_of(r))
                                                  : idheap_add_used(&heap, base, frames_of(r));

    if (status != STATUS_OK)
        panic("physical heap: frames from 0x%lx cannot be added: %s", r->base, status_text(status));
    ledger.frames[owner_of(r->type)] += frames_of(r);
}

static const struct region *largest(const struct region_table *table)
{
    const struct region *found = NULL;

    for (uint32_t i = 0; i < table->count; i++) {
        const struct region *r = &table->regions[i];

        if (r->type == REGION_USABLE && (!found || r->limit - r->base > found->limit - found->base))
            found = r;
    }
    return found;
}

void physical_init(const struct region_table *table)
{
    struct idheap_config config = {
        .name = "physical", .meta = meta_of(&meta_physical), .pool = pool, .pool_size = sizeof pool
    };
    const struct region *first = largest(table);

    if (idheap_init(&heap, &config) != STATUS_OK || !first)
        panic("physical heap: no usable region");
    add(first);
    for (uint32_t i = 0; i < table->count; i++)
        if (table->regions[i].type == REGION_USABLE && &table->regions[i] != first)
            add(&table->regions[i]);
    for (uint32_t i = 0; i < table->count; i++)
        if (table->regions[i].type != REGION_USABLE)
            add(&table->regions[i]);
}

void physical_reclaim(const struct region_table *table, uint32_t type)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->regions[i].type == type)
            physical_free(OWNER_BOOT_LEFTOVERS, phys(table->regions[i].base), frames_of(&table->regions[i]));
}

/* `count` free frames are `owner`'s now. */
static void book(enum owner owner, uint64_t count)
{
    ledger_move(OWNER_FREE, owner, count);
    if (ledger.frames[OWNER_FREE] < physical_least_free)
        physical_least_free = ledger.frames[OWNER_FREE];
}

enum status physical_alloc(enum owner owner, phys_t *frame)
{
    uint64_t id;
    enum status status = fail_due() ? STATUS_NOT_FOUND : idheap_alloc(&heap, &id);

    if (status != STATUS_OK)
        return status;
    book(owner, 1);
    *frame = phys(id << LAYOUT_FRAME_SHIFT);
    return STATUS_OK;
}

enum status physical_alloc_span(enum owner owner, uint64_t count, uint64_t align, uint64_t limit, phys_t *base)
{
    struct idheap_request request = { .count = count,
                                      .align = align >> LAYOUT_FRAME_SHIFT,
                                      .upper = limit >> LAYOUT_FRAME_SHIFT };
    uint64_t id;
    enum status status = fail_due() ? STATUS_NOT_FOUND : idheap_alloc_span(&heap, &request, &id);

    if (status != STATUS_OK)
        return status;
    book(owner, count);
    *base = phys(id << LAYOUT_FRAME_SHIFT);
    return STATUS_OK;
}

enum status physical_take(enum owner owner, phys_t base, uint64_t count)
{
    enum status status = fail_due() ? STATUS_NO_MEMORY : idheap_take(&heap, base.p >> LAYOUT_FRAME_SHIFT, count);

    if (status == STATUS_OK)
        book(owner, count);
    return status;
}

void physical_free(enum owner owner, phys_t base, uint64_t count)
{
    uint64_t id = base.p >> LAYOUT_FRAME_SHIFT;
    enum status status = count == 1 ? idheap_free(&heap, id) : idheap_free_span(&heap, id, count);

    if (status != STATUS_OK)
        panic("physical heap: %lu frames at 0x%lx of %s cannot be freed: %s", count, base.p, owner_name(owner),
              status_text(status));
    ledger_move(owner, OWNER_FREE, count);
}

struct idheap *physical_heap(void)
{
    return &heap;
}

/* ---- as a heap of bytes, one head for each owner */

struct view {
    struct heap heap;
    enum owner owner;
};

static enum status view_alloc(struct heap *h, uint64_t size, uint64_t align, uint64_t *base)
{
    enum owner owner = ((struct view *)h)->owner;
    phys_t frame;
    enum status status = size <= LAYOUT_FRAME_SIZE && align <= LAYOUT_FRAME_SIZE
                             ? physical_alloc(owner, &frame)
                             : physical_alloc_span(owner, physical_frames(size), align, 0, &frame);

    if (status == STATUS_OK)
        *base = frame.p;
    return status;
}

/* A frame does not know with how many others it was given out: without a size it is one. */
static enum status view_free(struct heap *h, uint64_t base, uint64_t size)
{
    uint64_t count = size == HEAP_ANY_SIZE ? 1 : physical_frames(size);
    enum status status = base % LAYOUT_FRAME_SIZE ? STATUS_INVALID
                                                  : idheap_free_span(&heap, base >> LAYOUT_FRAME_SHIFT, count);

    if (status == STATUS_OK)
        ledger_move(((struct view *)h)->owner, OWNER_FREE, count);
    return status;
}

static void view_stats(const struct heap *h, struct heap_stats *stats)
{
    struct idheap_stats all;

    (void)h;
    idheap_stats(&heap, &all);
    stats->objects = all.used;
    stats->allocated = all.used << LAYOUT_FRAME_SHIFT;
    stats->metadata = all.metadata_bytes;
}

static const struct heap_ops view_ops = { view_alloc, view_free, view_stats };
static struct view views[OWNER_COUNT];

struct heap *physical_heap_of(enum owner owner)
{
    views[owner].heap.ops = &view_ops;
    views[owner].heap.name = "physical";
    views[owner].owner = owner;
    return &views[owner].heap;
}
