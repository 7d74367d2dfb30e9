/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of two sizes (an id heap's two kinds of node) cut from pages; freed ones wait in a list of their size.  The
 * pages' addresses come from a plain counter, not from an id heap: that one would need this.
 *
 * Getting a page takes a frame and perhaps page tables, and the physical heap may need pieces for its books before it
 * gives either.  So next_page can be entered again from within: an address is claimed before anything is mapped there,
 * and what was cut meanwhile is kept.
 */
#include "meta.h"

#include "physical.h"
#include "tables.h"
#include "x86_64/layout.h"

struct piece {
    struct piece *next;
};

static struct {
    struct piece *leaves, *forks;
    uint64_t cut, cut_limit; /* what is left of the newest page */
    uint64_t claimed; /* pages that have an address */
    uint64_t pages; /* pages that are mapped */
} meta;

static struct piece **list_of(size_t size)
{
    return size == idheap_leaf_size ? &meta.leaves : &meta.forks;
}

static void put(size_t size, void *p)
{
    struct piece **list = list_of(size), *piece = p;

    piece->next = *list;
    *list = piece;
}

/* Cuts from another page from now on; the rest of the old one becomes pieces of the smaller size. */
static void cut_from(uint64_t address)
{
    for (; meta.cut_limit - meta.cut >= idheap_leaf_size; meta.cut += idheap_leaf_size)
        put(idheap_leaf_size, (void *)meta.cut);
    meta.cut = address;
    meta.cut_limit = address + LAYOUT_FRAME_SIZE;
}

static bool next_page(void)
{
    uint64_t address;
    phys_t frame;

    if (physical_alloc(OWNER_HEAP_METADATA, &frame) != STATUS_OK)
        return false;
    address = LAYOUT_META_BASE + (meta.claimed++ << LAYOUT_FRAME_SHIFT);
    if (address >= LAYOUT_META_LIMIT ||
        tables_map(virt(address), frame, LAYOUT_FRAME_SIZE, PT_WRITE | PT_NX | PT_GLOBAL) != STATUS_OK) {
        physical_free(OWNER_HEAP_METADATA, frame, 1);
        return false;
    }
    meta.pages++;
    cut_from(address);
    return true;
}

static void *meta_alloc(void *context, size_t size)
{
    struct piece **list = list_of(size), *piece = *list;

    (void)context;
    if (piece) {
        *list = piece->next;
        return piece;
    }
    if (meta.cut_limit - meta.cut < size && !next_page())
        return NULL;
    piece = (struct piece *)meta.cut;
    meta.cut += size;
    return piece;
}

static void meta_free(void *context, void *p, size_t size)
{
    (void)context;
    put(size, p);
}

const struct idheap_meta meta_source = { meta_alloc, meta_free, NULL };

uint64_t meta_pages(void)
{
    return meta.pages;
}
