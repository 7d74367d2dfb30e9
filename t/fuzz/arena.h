/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page heap for harnesses: pages of one block, lowest first, with any alignment.  Naive, and the same on every
 * run.  It refuses beyond its limit, after the reclaim hooks have run; remembers what it refused; and makes pages that
 * are not given out unreadable where AddressSanitizer is there, else fills them.
 */
#ifndef ACRE_ARENA_H
#define ACRE_ARENA_H

#include <string.h>

#include "fuzz.h"
#include "runtime/heap.h"
#include "runtime/reclaim.h"
#include "x86_64/layout.h"

#define ARENA_PAGES 512u
#define ARENA_ALIGN 0x10000 /* of the block: no larger alignment is honoured */

struct arena {
    struct heap heap;
    struct reclaim_list reclaim;
    uint32_t limit, held; /* pages */
    uint64_t refused; /* the smallest size that was refused since the caller set it to UINT64_MAX */
    uint32_t spans[ARENA_PAGES]; /* at the first page of a span: its pages */
    bool used[ARENA_PAGES];
};

/* Aligned here: not every loader does it. */
static uint8_t arena_block[ARENA_PAGES * LAYOUT_FRAME_SIZE + ARENA_ALIGN];
static uint8_t *arena_memory;

extern void __asan_poison_memory_region(const volatile void *, size_t) __attribute__((weak));
extern void __asan_unpoison_memory_region(const volatile void *, size_t) __attribute__((weak));

static inline void arena_open(uint32_t page, uint32_t pages, bool open)
{
    uint8_t *at = arena_memory + (size_t)page * LAYOUT_FRAME_SIZE;

    if (open && __asan_unpoison_memory_region)
        __asan_unpoison_memory_region(at, (size_t)pages * LAYOUT_FRAME_SIZE);
    memset(at, 0xcc, (size_t)pages * LAYOUT_FRAME_SIZE);
    if (!open && __asan_poison_memory_region)
        __asan_poison_memory_region(at, (size_t)pages * LAYOUT_FRAME_SIZE);
}

/* The lowest place, or ARENA_PAGES. */
static inline uint32_t arena_place(const struct arena *arena, uint64_t pages, uint64_t align)
{
    uint64_t step = align > LAYOUT_FRAME_SIZE ? align / LAYOUT_FRAME_SIZE : 1;

    if (align > ARENA_ALIGN || pages > arena->limit || arena->held > arena->limit - pages)
        return ARENA_PAGES;
    for (uint64_t page = 0; page + pages <= ARENA_PAGES; page += step)
        if (!memchr(arena->used + page, true, pages))
            return (uint32_t)page;
    return ARENA_PAGES;
}

static inline enum status arena_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct arena *arena = (struct arena *)heap;
    uint64_t pages = size / LAYOUT_FRAME_SIZE;
    uint32_t page;

    if (size % LAYOUT_FRAME_SIZE)
        fuzz_fail("%llu bytes are asked of a page heap", (unsigned long long)size);
    page = arena_place(arena, pages, align);
    if (page == ARENA_PAGES) {
        arena->refused = size < arena->refused ? size : arena->refused;
        reclaim_run(&arena->reclaim);
        page = arena_place(arena, pages, align);
    }
    if (page == ARENA_PAGES)
        return STATUS_NOT_FOUND;
    memset(arena->used + page, true, pages);
    arena->spans[page] = (uint32_t)pages;
    arena->held += (uint32_t)pages;
    arena_open(page, (uint32_t)pages, true);
    *base = (uintptr_t)arena_memory + (uint64_t)page * LAYOUT_FRAME_SIZE;
    return STATUS_OK;
}

static inline enum status arena_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct arena *arena = (struct arena *)heap;
    uint64_t offset = base - (uintptr_t)arena_memory, page = offset / LAYOUT_FRAME_SIZE;

    if (offset % LAYOUT_FRAME_SIZE || page >= ARENA_PAGES || !arena->spans[page] ||
        (size != HEAP_ANY_SIZE && size != (uint64_t)arena->spans[page] * LAYOUT_FRAME_SIZE))
        fuzz_fail("the page heap gets back what it did not give");
    memset(arena->used + page, false, arena->spans[page]);
    arena->held -= arena->spans[page];
    arena_open((uint32_t)page, arena->spans[page], false);
    arena->spans[page] = 0;
    return STATUS_OK;
}

static inline void arena_stats(const struct heap *heap, struct heap_stats *stats)
{
    *stats = (struct heap_stats){.allocated = ((const struct arena *)heap)->held};
}

static inline void arena_init(struct arena *arena, uint32_t limit)
{
    static const struct heap_ops ops = {arena_alloc, arena_free, arena_stats};

    *arena = (struct arena){.heap = {.ops = &ops, .name = "pages"}, .limit = limit, .refused = UINT64_MAX};
    arena_memory = arena_block + (-(uintptr_t)arena_block & (ARENA_ALIGN - 1));
    if (__asan_poison_memory_region)
        __asan_poison_memory_region(arena_memory, ARENA_PAGES * LAYOUT_FRAME_SIZE);
}

#endif
