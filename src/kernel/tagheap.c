/* SPDX-License-Identifier: Apache-2.0 */
#include "tagheap.h"

#include "fail.h"
#include "kheap.h"
#include "mapped.h"
#include "meta.h"
#include "panic.h"
#include "physical.h"
#include "runtime/fmt.h"
#include "runtime/general.h"
#include "runtime/reclaim.h"
#include "virtual.h"
#include "x86_64/layout.h"

#define PLACE_SHIFT 16 /* a place is SLAB_ALIGN bytes: general's spans begin at one anyway */
#define PLACE_PAGES (1u << (PLACE_SHIFT - LAYOUT_FRAME_SHIFT))
#define PLACE(address) ((address) >> PLACE_SHIFT)
#define NAME_SIZE 24

_Static_assert(SLAB_ALIGN == 1 << PLACE_SHIFT, "a slab begins where a place begins");

struct tagheap {
    struct heap heap; /* what users see; counts objects */
    struct heap pages; /* the general heap's parent */
    struct idheap places;
    struct general general;
    struct heap *inner; /* general, or what stands before it */
    struct kheap_strength strength;
    uint64_t page_count, span_count, objects;
    uint32_t tag;
    char name[NAME_SIZE];
};

_Static_assert(!offsetof(struct tagheap, heap), "tagheap_table points to heaps");

static struct tagheap *heaps[TAG_COUNT];
static uint64_t peaks[TAG_COUNT]; /* the most pages that a tag's heaps ever had: a heap goes with its last object */

/* ---- the page heap of a slot */

static struct tagheap *of_pages(const struct heap *pages)
{
    return (struct tagheap *)((uint64_t)pages - offsetof(struct tagheap, pages));
}

static uint64_t places_for(uint64_t pages)
{
    return (pages + 1 + PLACE_PAGES - 1) / PLACE_PAGES;
}

static void places_free(struct tagheap *t, uint64_t base, uint64_t pages)
{
    enum status status = idheap_free_span(&t->places, PLACE(base), places_for(pages));

    if (status != STATUS_OK)
        panic("%s heap: the place at 0x%lx cannot be freed: %s", t->name, base, status_text(status));
}

static enum status try_pages(struct tagheap *t, uint64_t pages, uint64_t align, uint64_t *base)
{
    struct idheap_request request = { .count = places_for(pages), .align = align >> PLACE_SHIFT };
    uint64_t id;
    enum status status = fail_due() ? STATUS_NOT_FOUND : idheap_alloc_span(&t->places, &request, &id);

    if (status != STATUS_OK)
        return status;
    status = mapped_make(virt(id << PLACE_SHIFT), pages, owner_of_tag(t->tag));
    if (status == STATUS_OK)
        *base = id << PLACE_SHIFT;
    else
        places_free(t, id << PLACE_SHIFT, pages);
    return status;
}

static enum status pages_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct tagheap *t = of_pages(heap);
    uint64_t pages = physical_frames(size);
    enum status status = try_pages(t, pages, align, base);

    if ((status == STATUS_NOT_FOUND || status == STATUS_NO_MEMORY) && reclaim_run(&physical_hooks))
        status = try_pages(t, pages, align, base);
    if (status == STATUS_OK) {
        t->page_count += pages;
        t->span_count++;
        if (t->page_count > peaks[t->tag])
            peaks[t->tag] = t->page_count;
    }
    return status;
}

static enum status pages_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct tagheap *t = of_pages(heap);
    uint64_t pages = physical_frames(size);
    enum status status = STATUS_NOT_OWNED;

    if (base >= tag_base(t->tag) && base < tag_limit(t->tag))
        status = mapped_find(virt(base), &pages, owner_of_tag(t->tag));
    if (status != STATUS_OK)
        return status;
    mapped_drop(virt(base), pages, owner_of_tag(t->tag));
    places_free(t, base, pages);
    t->page_count -= pages;
    t->span_count--;
    return STATUS_OK;
}

static void pages_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct tagheap *t = of_pages(heap);

    stats->allocated = stats->held = t->page_count << LAYOUT_FRAME_SHIFT;
    stats->objects = t->span_count;
}

static const struct heap_ops pages_ops = { pages_alloc, pages_free, pages_stats };

/* ---- the heap of a tag */

static enum status tagheap_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct tagheap *t = (struct tagheap *)heap;
    enum status status;

    if (fail_due())
        return STATUS_NO_MEMORY;
    t->objects++; /* before: a hook that is run meanwhile must not take this heap for an empty one */
    heap_call_for(t->inner, heap->caller);
    status = heap_alloc(t->inner, size, align, base);
    if (status != STATUS_OK)
        t->objects--;
    return status;
}

static enum status tagheap_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct tagheap *t = (struct tagheap *)heap;
    enum status status;

    heap_call_for(t->inner, heap->caller);
    status = heap_free(t->inner, base, size);
    if (status != STATUS_OK)
        return status;
    t->objects--;
    if (!t->objects) { /* what is kept for the next ones is not worth its page tables */
        kheap_strength_settle(&t->strength);
        general_reclaim(&t->general);
        meta_tidy();
    }
    return STATUS_OK;
}

static void tagheap_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct tagheap *t = (const struct tagheap *)heap;
    struct idheap_stats places;

    heap_stats(t->inner, stats);
    idheap_stats(&t->places, &places);
    stats->held = t->page_count << LAYOUT_FRAME_SHIFT;
    stats->peak_held = peaks[t->tag] << LAYOUT_FRAME_SHIFT;
    stats->objects = t->objects;
    stats->metadata = places.metadata_bytes;
}

static const struct heap_ops ops = { tagheap_alloc, tagheap_free, tagheap_stats };

static void init_heads(struct tagheap *t, uint32_t tag)
{
    *t = (struct tagheap){ .tag = tag };
    fmt_text(t->name, sizeof t->name, "tagged(%s)", tag_name(tag));
    t->heap = (struct heap){ .ops = &ops, .name = t->name, .parent = &t->general.heap };
    t->pages = (struct heap){ .ops = &pages_ops, .name = t->name, .parent = physical_heap_of(owner_of_tag(tag)) };
    general_init(&t->general, t->name, &t->pages, &physical_hooks);
    t->inner = kheap_strengthen(&t->strength, &t->general.heap);
}

static enum status init_places(struct tagheap *t)
{
    uint64_t first = PLACE(tag_base(t->tag));
    struct idheap_config config = { .name = t->name, .origin = first, .meta = meta_of(&meta_tagged), .outside = true };
    enum status status = idheap_init(&t->places, &config);

    return status == STATUS_OK ? idheap_add(&t->places, first, PLACE(tag_limit(t->tag)) - first) : status;
}

/* Undoes init_heads and init_places, when nothing is mapped. */
static void end(struct tagheap *t)
{
    kheap_strength_end(&t->strength);
    if (general_fini(&t->general) != STATUS_OK)
        panic("%s heap: it cannot be ended", t->name);
    idheap_fini(&t->places);
    heaps[t->tag] = NULL;
    if (kheap_delete(t, sizeof *t) != STATUS_OK)
        panic("tagged heap: its books cannot be freed");
}

struct heap *tagheap_of(uint32_t tag)
{
    struct tagheap *t = heaps[tag];
    uint64_t slot = tag_base(tag) >> VIRTUAL_HUGE_SHIFT;

    if (t)
        return &t->heap;
    t = kheap_new(sizeof *t);
    if (!t)
        return NULL;
    init_heads(t, tag);
    if (init_places(t) != STATUS_OK || fail_due() ||
        idheap_take(&virtual_huge, slot, VIRTUAL_SLOT_SPANS) != STATUS_OK) {
        end(t);
        return NULL;
    }
    heaps[tag] = t;
    return &t->heap;
}

struct heap *tagheap_known(uint32_t tag)
{
    return heaps[tag] ? &heaps[tag]->heap : NULL;
}

const void *tagheap_table(void)
{
    return heaps;
}

uint64_t tagheap_pages(uint32_t tag)
{
    return heaps[tag] ? heaps[tag]->page_count : 0;
}

bool tagheap_settle(void)
{
    bool any = false;

    for (uint32_t tag = 1; tag < TAG_COUNT; tag++) {
        struct tagheap *t = heaps[tag];
        uint64_t slot = tag_base(tag) >> VIRTUAL_HUGE_SHIFT;

        if (!t || t->objects)
            continue;
        end(t);
        if (idheap_free_span(&virtual_huge, slot, VIRTUAL_SLOT_SPANS) != STATUS_OK)
            panic("virtual_huge heap: the slot of tag 0x%x cannot be given back", tag);
        any = true;
    }
    return any;
}
