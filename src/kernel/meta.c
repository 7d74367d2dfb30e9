/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page of pieces starts with its own books:
 *
 *   |meta_page| piece | piece |   ...   | rest |        7 leaves or 3 forks of an id heap
 *
 * Getting a page takes a frame and perhaps page tables, and the physical heap may need pieces of its own source before
 * it gives either.  So a page's address is claimed before anything is mapped there.  One source is never asked again
 * from within itself: a nested call of the physical heap makes do with the nodes it has ready (idheap.h).
 *
 * A page that holds nothing stays until meta_settle: pieces are freed in the middle of an id heap's operation, and that
 * in the middle of a change of the page tables.
 */
#include "meta.h"

#include "fail.h"
#include "physical.h"
#include "tables.h"
#include "x86_64/layout.h"

struct piece {
    struct piece *next;
};

struct meta_page {
    struct meta_page *next, *previous; /* in with_room or empty */
    struct piece *free;
    uint32_t used, kind; /* pieces out; which of the two sizes */
};

struct meta meta_physical = { .owner = OWNER_METADATA_PHYSICAL };
struct meta meta_virtual = { .owner = OWNER_METADATA_VIRTUAL };
struct meta meta_tagged = { .owner = OWNER_METADATA_TAGGED };
uint32_t meta_empty;

static struct meta *const sources[] = { &meta_physical, &meta_virtual, &meta_tagged };

#define SOURCES (sizeof sources / sizeof *sources)

static uint64_t next_claim = LAYOUT_META_BASE; /* no claim is made below before the end has been reached once */

static size_t size_of(uint32_t kind)
{
    return kind ? idheap_fork_size : idheap_leaf_size;
}

static void link(struct meta_page **list, struct meta_page *page)
{
    page->next = *list;
    page->previous = NULL;
    if (page->next)
        page->next->previous = page;
    *list = page;
}

static void unlink(struct meta_page **list, struct meta_page *page)
{
    if (page->previous)
        page->previous->next = page->next;
    else
        *list = page->next;
    if (page->next)
        page->next->previous = page->previous;
}

/* Cuts an empty page into pieces of the kind. */
static void cut(struct meta_page *page, uint32_t kind)
{
    uint64_t at = (uint64_t)(page + 1), size = size_of(kind);

    page->kind = kind;
    page->used = 0;
    page->free = NULL;
    for (; at + size <= (uint64_t)page + LAYOUT_FRAME_SIZE; at += size) {
        struct piece *piece = (struct piece *)at;

        piece->next = page->free;
        page->free = piece;
    }
}

static bool is_mapped(uint64_t address)
{
    struct mapping leaf;

    return pagetable_walk(&kernel_tables, virt(address), &leaf);
}

/* An address for a page; LAYOUT_META_LIMIT if none is left. */
static uint64_t claim(void)
{
    while (next_claim < LAYOUT_META_LIMIT && is_mapped(next_claim))
        next_claim += LAYOUT_FRAME_SIZE;
    if (next_claim == LAYOUT_META_LIMIT)
        return LAYOUT_META_LIMIT;
    next_claim += LAYOUT_FRAME_SIZE;
    return next_claim - LAYOUT_FRAME_SIZE;
}

static struct meta_page *new_page(struct meta *source)
{
    uint64_t address;
    phys_t frame;

    if (physical_alloc(source->owner, &frame) != STATUS_OK)
        return NULL;
    address = claim();
    if (address == LAYOUT_META_LIMIT ||
        tables_map_page(virt(address), frame, PT_WRITE | PT_NX | PT_GLOBAL, source->owner) != STATUS_OK) {
        physical_free(source->owner, frame, 1);
        return NULL;
    }
    source->pages++;
    return (struct meta_page *)address;
}

static struct meta_page *page_with_room(struct meta *source, uint32_t kind)
{
    struct meta_page *page = source->with_room[kind];

    if (page)
        return page;
    if (source->empty) {
        page = source->empty;
        unlink(&source->empty, page);
        source->empty_count--;
        meta_empty--;
    } else {
        page = new_page(source);
    }
    if (page) {
        cut(page, kind);
        link(&source->with_room[kind], page);
    }
    return page;
}

static void *meta_alloc(void *context, size_t size)
{
    struct meta *source = context;
    struct meta_page *page = fail_due() ? NULL : page_with_room(source, size == idheap_fork_size);
    struct piece *piece;

    if (!page)
        return NULL;
    piece = page->free;
    page->free = piece->next;
    page->used++;
    source->pieces++;
    if (!page->free)
        unlink(&source->with_room[page->kind], page);
    return piece;
}

static void meta_free(void *context, void *p, size_t size)
{
    struct meta *source = context;
    struct meta_page *page = (struct meta_page *)((uint64_t)p & ~(uint64_t)(LAYOUT_FRAME_SIZE - 1));
    struct piece *piece = p;

    (void)size;
    if (!page->free)
        link(&source->with_room[page->kind], page);
    piece->next = page->free;
    page->free = piece;
    source->pieces--;
    if (--page->used)
        return;
    unlink(&source->with_room[page->kind], page);
    link(&source->empty, page);
    source->empty_count++;
    meta_empty++;
}

struct idheap_meta meta_of(struct meta *source)
{
    return (struct idheap_meta){ meta_alloc, meta_free, source };
}

static void give_back(struct meta *source)
{
    struct meta_page *page = source->empty;

    unlink(&source->empty, page);
    source->empty_count--;
    meta_empty--;
    source->pages--;
    if ((uint64_t)page < next_claim)
        next_claim = (uint64_t)page;
    physical_free(source->owner, tables_unmap_page(virt((uint64_t)page)), 1);
}

bool meta_settle(uint32_t keep)
{
    bool any = false;

    for (uint32_t i = 0; i < SOURCES; i++)
        for (; sources[i]->empty_count > keep; any = true)
            give_back(sources[i]);
    return any;
}

uint64_t meta_pieces(enum owner owner)
{
    for (uint32_t i = 0; i < SOURCES; i++)
        if (sources[i]->owner == owner)
            return sources[i]->pieces;
    return 0;
}

uint64_t meta_pages(void)
{
    uint64_t pages = 0;

    for (uint32_t i = 0; i < SOURCES; i++)
        pages += sources[i]->pages;
    return pages;
}
