/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four-level page tables.
 *
 * Map and unmap go down recursively, one level a call, over the part of the range that one entry covers:
 *
 *   level 4   |----------------512 GiB----------------|
 *   level 3   |--1 GiB--|--1 GiB--|         ...            1 GiB leaf, or a table
 *   level 2   |2M|2M|2M|  ...                              2 MiB leaf, or a table
 *   level 1   4 KiB leaves
 *
 * A table that a map call took and a later step of the same call could not use is given back: map undoes itself by
 * unmapping what it did.  Permissions live in the leaves; upper levels allow everything the half may have (PT13).
 */
#include "pagetable.h"

#include <stddef.h>

#include "pagetable_level.h"
#include "runtime/range.h"

struct walk {
    struct pagetable *pt;
    uint64_t flags;
    uint64_t offset; /* physical minus virtual address */
    bool large;
    void (*gone)(void *context, struct mapping leaf);
    void *context;
};

static bool is_empty(const uint64_t *table)
{
    for (int i = 0; i < PT_ENTRIES; i += 8)
        if (table[i] | table[i + 1] | table[i + 2] | table[i + 3] | table[i + 4] | table[i + 5] | table[i + 6] |
            table[i + 7])
            return false;
    return true;
}

static enum status check_range(uint64_t base, uint64_t bytes)
{
    if (bytes == 0 || ((base | bytes) & (LAYOUT_FRAME_SIZE - 1)) || !range_fits(base, UINT64_MAX, bytes - 1))
        return STATUS_INVALID;
    if (base < CANONICAL_HOLE_LIMIT && base + (bytes - 1) >= CANONICAL_HOLE_BASE)
        return STATUS_INVALID;
    return STATUS_OK;
}

/* A table for an empty entry; user pages need the user bit on the way down.  Taking one may allocate a frame, and that
 * may map pages for the allocator's books through this very code: if that has filled the entry meanwhile, its table is
 * the one. */
enum status pagetable_take_table(struct pagetable *pt, uint64_t *entry, int level, uint64_t user)
{
    uint32_t slot;
    phys_t frame;
    enum status status = pt->take(pt->context, level, &slot, &frame);

    if (status != STATUS_OK)
        return status;
    if (*entry) {
        pt->give(pt->context, level, slot, frame);
        return STATUS_OK;
    }
    pt->tables++;
    *entry = pagetable_link(slot, frame) | user;
    return STATUS_OK;
}

static void give_table(struct pagetable *pt, uint64_t *entry, int level)
{
    uint64_t old = *entry;

    *entry = 0;
    pt->near_table = NULL; /* pagetable_page.c: it may be this one */
    pt->tables--;
    pt->give(pt->context, level, pagetable_slot(old), phys(old & PT_FRAME));
}

static bool fits_large(const struct walk *w, uint64_t at, uint64_t last, int level)
{
    uint64_t mask = level_bytes(level) - 1;

    if (level == 1)
        return true;
    return w->large && level <= (w->pt->page1g ? 3 : 2) && !((at | (at + w->offset)) & mask) && last - at >= mask;
}

static enum status map_level(struct walk *w, uint64_t *table, int level, uint64_t at, uint64_t last);

/* The part [at, last] that one entry covers. */
static enum status map_entry_part(struct walk *w, uint64_t *entry, int level, uint64_t at, uint64_t last)
{
    enum status status;

    if (!*entry && fits_large(w, at, last, level)) {
        *entry = leaf_entry(at + w->offset, w->flags, level);
        return STATUS_OK;
    }
    if (*entry && is_leaf(*entry, level))
        return STATUS_OVERLAP;
    if (!*entry) {
        status = pagetable_take_table(w->pt, entry, level - 1, w->flags & PT_USER);
        if (status != STATUS_OK)
            return status;
    }
    *entry |= w->flags & PT_USER;
    return map_level(w, table_of(w->pt, *entry), level - 1, at, last);
}

static enum status map_level(struct walk *w, uint64_t *table, int level, uint64_t at, uint64_t last)
{
    for (;;) {
        uint64_t end = part_last(at, last, level);
        enum status status = map_entry_part(w, &table[level_index(at, level)], level, at, end);

        if (status != STATUS_OK || end == last)
            return status;
        at = end + 1;
    }
}

static bool found_one(void *context, struct mapping leaf)
{
    (void)leaf;
    *(bool *)context = true;
    return false;
}

/* True if anything in [base, last] is mapped. */
static bool any_mapped(const struct pagetable *pt, uint64_t base, uint64_t last)
{
    bool found = false;

    pagetable_each(pt, virt(base), virt(last + 1), found_one, &found);
    return found;
}

enum status pagetable_map(struct pagetable *pt, virt_t base, phys_t to, uint64_t bytes, uint64_t flags, bool large)
{
    struct walk w = { .pt = pt, .flags = pt->nx ? flags : flags & ~PT_NX, .offset = to.p - base.v, .large = large };
    enum status status = check_range(base.v, bytes);

    if (status != STATUS_OK || (flags & ~PT_FLAGS) || (to.p & (LAYOUT_FRAME_SIZE - 1)) ||
        !range_fits(to.p, pt->phys_limit, bytes))
        return STATUS_INVALID;
    if (any_mapped(pt, base.v, base.v + bytes - 1))
        return STATUS_OVERLAP;
    status = map_level(&w, table_in(pt, pt->root), PT_LEVELS, base.v, base.v + bytes - 1);
    if (status != STATUS_OK)
        pagetable_unmap(pt, base, bytes, NULL,
                        NULL); /* nothing was mapped there before, so this undoes exactly our part */
    return status;
}

/* Replaces a large leaf at `level` by a table of the next smaller pages with the same flags. */
enum status pagetable_split(struct pagetable *pt, uint64_t *entry, int level)
{
    uint64_t old = *entry, step = level_bytes(level - 1), *table;
    uint64_t keep = (old & ~(uint64_t)PT_LARGE) | (level > 2 ? PT_LARGE : 0);
    uint32_t slot;
    phys_t frame;
    enum status status = pt->take(pt->context, level - 1, &slot, &frame);

    if (status != STATUS_OK)
        return status;
    pt->tables++;
    table = table_in(pt, slot);
    for (int i = 0; i < PT_ENTRIES; i++)
        table[i] = keep + (uint64_t)i * step;
    /* A leaf that translates nothing is a user's, whatever it says: its parts may be opened later. */
    *entry = pagetable_link(slot, frame) | (old & PT_PRESENT ? old & PT_USER : PT_USER);
    return STATUS_OK;
}

static void remove_leaf(struct walk *w, uint64_t *entry, int level, uint64_t at)
{
    struct mapping leaf = leaf_at(at & ~(level_bytes(level) - 1), *entry, level, ~0ull);

    *entry = 0;
    if (w->pt->invalidate)
        w->pt->invalidate(w->pt->context, leaf.base);
    if (w->gone)
        w->gone(w->context, leaf);
}

static enum status unmap_level(struct walk *w, uint64_t *table, int level, uint64_t at, uint64_t last);

static enum status unmap_entry_part(struct walk *w, uint64_t *entry, int level, uint64_t at, uint64_t last)
{
    enum status status = STATUS_OK;
    uint64_t *below;

    if (!*entry)
        return STATUS_OK;
    if (is_leaf(*entry, level)) {
        if (last - at == level_bytes(level) - 1) {
            remove_leaf(w, entry, level, at);
            return STATUS_OK;
        }
        status = pagetable_split(w->pt, entry, level);
        if (status != STATUS_OK)
            return status;
        if (w->pt->invalidate)
            w->pt->invalidate(w->pt->context, virt(at));
    }
    below = table_of(w->pt, *entry);
    status = unmap_level(w, below, level - 1, at, last);
    if (is_empty(below))
        give_table(w->pt, entry, level - 1);
    return status;
}

/* In a table of the lowest level; most entries of it may be empty. */
static void unmap_pages(struct walk *w, uint64_t *table, uint64_t at, uint64_t last)
{
    const uint64_t *end = &table[level_index(last, 1)];

    for (uint64_t *entry = &table[level_index(at, 1)]; entry <= end; entry++)
        if (*entry)
            remove_leaf(w, entry, 1, at + ((uint64_t)(entry - &table[level_index(at, 1)]) << LAYOUT_FRAME_SHIFT));
}

static enum status unmap_level(struct walk *w, uint64_t *table, int level, uint64_t at, uint64_t last)
{
    if (level == 1) {
        unmap_pages(w, table, at, last);
        return STATUS_OK;
    }
    for (;;) {
        uint64_t end = part_last(at, last, level);
        enum status status = unmap_entry_part(w, &table[level_index(at, level)], level, at, end);

        if (status != STATUS_OK || end == last)
            return status;
        at = end + 1;
    }
}

enum status pagetable_unmap(struct pagetable *pt, virt_t base, uint64_t bytes,
                            void (*gone)(void *context, struct mapping leaf), void *context)
{
    struct walk w = { .pt = pt, .gone = gone, .context = context };
    enum status status = check_range(base.v, bytes);

    if (status != STATUS_OK)
        return status;
    return unmap_level(&w, table_in(pt, pt->root), PT_LEVELS, base.v, base.v + bytes - 1);
}
