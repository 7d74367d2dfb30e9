/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A span is mapped with room for its alignment and its guard page, without access; then what lies before and behind is
 * unmapped, and all but the guard page is made accessible.  The books are in malloc's memory: one record for each
 * address that was ever given out, in a tree.
 */
#define _GNU_SOURCE
#include "pages.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "range.h"
#include "x86_64/layout.h"

struct book {
    struct keytree_node node; /* by the base */
    uint64_t size; /* 0: freed */
};

/* The books of an address, made if there are none; NULL if malloc refuses. */
static struct book *book_at(struct pages *pages, uint64_t base)
{
    struct keytree_node **link = keytree_link(&pages->books, base);

    if (!*link) {
        struct book *book = calloc(1, sizeof *book);

        if (!book)
            return NULL;
        book->node.key = base;
        *link = &book->node;
    }
    return (struct book *)*link;
}

/* Maps size bytes at a multiple of align, and an inaccessible page behind; NULL if the system refuses. */
static uint8_t *map(uint64_t size, uint64_t align)
{
    uint64_t whole = size + LAYOUT_FRAME_SIZE, room = whole + align - LAYOUT_FRAME_SIZE;
    uint8_t *at = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    uint64_t before, behind;

    if (at == MAP_FAILED)
        return NULL;
    before = range_align_up((uintptr_t)at, align) - (uintptr_t)at;
    behind = room - whole - before;
    if (before)
        munmap(at, before);
    if (behind)
        munmap(at + before + whole, behind);
    at += before;
    if (!mprotect(at, size, PROT_READ | PROT_WRITE))
        return at;
    munmap(at, whole);
    return NULL;
}

static enum status pages_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct pages *pages = (struct pages *)heap; /* the head stands first */
    struct book *book;
    uint8_t *at = NULL;

    if (size % LAYOUT_FRAME_SIZE)
        return STATUS_INVALID;
    align = range_max(align, LAYOUT_FRAME_SIZE);
    if (!range_fits(pages->held, pages->limit, size))
        reclaim_run(&pages->reclaim);
    if (range_fits(pages->held, pages->limit, size) && align < (uint64_t)1 << LAYOUT_USER_TAG_SHIFT)
        at = map(size, align);
    if (!at)
        return STATUS_NOT_FOUND;
    book = book_at(pages, (uintptr_t)at);
    if (!book) {
        munmap(at, size + LAYOUT_FRAME_SIZE);
        return STATUS_NO_MEMORY;
    }
    book->size = size;
    pages->held += size;
    pages->spans++;
    *base = (uintptr_t)at;
    return STATUS_OK;
}

static enum status pages_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct pages *pages = (struct pages *)heap;
    struct book *book = (struct book *)*keytree_link(&pages->books, base);

    if (!book)
        return STATUS_NOT_OWNED;
    if (!book->size)
        return STATUS_NOT_ALLOCATED;
    if (size != HEAP_ANY_SIZE && size != book->size)
        return STATUS_INVALID;
    munmap((void *)(uintptr_t)base, book->size + LAYOUT_FRAME_SIZE);
    pages->held -= book->size;
    pages->spans--;
    book->size = 0;
    return STATUS_OK;
}

static void pages_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct pages *pages = (const struct pages *)heap;

    *stats = (struct heap_stats){.allocated = pages->held, .objects = pages->spans};
}

static const struct heap_ops pages_ops = {pages_alloc, pages_free, pages_stats};

void pages_init(struct pages *pages, const char *name, uint64_t limit)
{
    *pages = (struct pages){.heap = {.ops = &pages_ops, .name = name}, .limit = limit};
}

void pages_fini(struct pages *pages)
{
    while (pages->books) {
        struct book *book = (struct book *)pages->books;

        if (book->size)
            munmap((void *)(uintptr_t)book->node.key, book->size + LAYOUT_FRAME_SIZE);
        keytree_remove(&pages->books);
        free(book);
    }
    pages->held = pages->spans = 0;
}
