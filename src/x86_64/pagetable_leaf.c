/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Leaves one at a time, for who keeps his own: the user half.  Large pages are 2 MiB there.
 */
#include <stddef.h>

#include "pagetable_level.h"

enum status pagetable_cut(struct pagetable *pt, virt_t address)
{
    uint64_t *table = table_in(pt, pt->root);

    for (int level = PT_LEVELS; level > 1 && address.v & (level_bytes(level) - 1); level--) {
        uint64_t *entry = &table[level_index(address.v, level)];

        if (!*entry)
            return STATUS_OK;
        if (is_leaf(*entry, level)) {
            enum status status = pagetable_split(pt, entry, level);

            if (status != STATUS_OK)
                return status;
            if (pt->invalidate)
                pt->invalidate(pt->context, address);
            pt->near_table = NULL;
        }
        table = table_of(pt, *entry);
    }
    return STATUS_OK;
}

enum status pagetable_prepare(struct pagetable *pt, virt_t address, int level, uint64_t **entry)
{
    uint64_t *table = table_in(pt, pt->root);

    for (int at = PT_LEVELS; at > level; at--) {
        uint64_t *above = &table[level_index(address.v, at)];

        if (*above && is_leaf(*above, at))
            return STATUS_OVERLAP;
        if (!*above) {
            enum status status = pagetable_take_table(pt, above, at - 1, PT_USER);

            if (status != STATUS_OK)
                return status;
        }
        *above |= PT_USER;
        table = table_of(pt, *above);
    }
    *entry = &table[level_index(address.v, level)];
    return STATUS_OK;
}

/* In the table of `level` and below; nothing is known to be there. */
static uint64_t *next_level(struct pagetable *pt, uint64_t *table, int *level, uint64_t *address, uint64_t last)
{
    int here = *level;

    for (uint64_t at = *address;;) {
        uint64_t *entry = &table[level_index(at, here)], end = part_last(at, last, here);

        if (*entry && is_leaf(*entry, here)) {
            *address = at & ~(level_bytes(here) - 1);
            return entry;
        }
        if (*entry) {
            uint64_t *found;

            *address = at;
            *level = here - 1;
            found = next_level(pt, table_of(pt, *entry), level, address, end);
            if (found)
                return found;
            *level = here;
        }
        if (end == last)
            return NULL;
        at = end + 1;
    }
}

uint64_t *pagetable_next(struct pagetable *pt, uint64_t *address, uint64_t limit, int *level)
{
    uint64_t last = *address | (level_bytes(2) - 1), *entry;

    if (*address >= limit)
        return NULL;
    /* Mostly it is in the table of the last one. */
    for (entry = pagetable_entry(pt, virt(*address)); entry && *address < limit; entry++) {
        if (*entry) {
            *level = 1;
            return entry;
        }
        *address += LAYOUT_FRAME_SIZE;
        if (*address > last)
            break;
    }
    if (*address >= limit)
        return NULL;
    *level = PT_LEVELS;
    return next_level(pt, table_in(pt, pt->root), level, address, limit - 1);
}

void pagetable_join(struct pagetable *pt, virt_t address, uint64_t value)
{
    uint64_t *entry = table_in(pt, pt->root), old;

    for (int level = PT_LEVELS; level > 2; level--)
        entry = table_of(pt, entry[level_index(address.v, level)]);
    entry += level_index(address.v, 2);
    old = *entry;
    *entry = value;
    pt->near_table = NULL;
    pt->tables--;
    pt->give(pt->context, 1, pagetable_slot(old), phys(old & PT_FRAME));
    for (uint64_t at = 0; pt->invalidate && at < level_bytes(2); at += LAYOUT_FRAME_SIZE)
        pt->invalidate(pt->context, virt(address.v + at));
}

void pagetable_store(struct pagetable *pt, virt_t address, uint64_t *entry, uint64_t value)
{
    *entry = value;
    if (pt->invalidate)
        pt->invalidate(pt->context, address);
}

/* ---- moving */

struct move {
    struct pagetable *pt;
    uint64_t from, to, limit; /* limit: of the source */
    bool commit; /* else only tables are made, and large pages split that do not fit at the new place */
};

static void move_entries(const struct move *m, uint64_t *source, uint64_t *target, uint64_t count)
{
    void (*invalidate)(void *context, virt_t address) = m->pt->invalidate;
    void *context = m->pt->context;
    uint64_t at = m->from;

    for (uint64_t *end = source + count; source < end; source++, target++, at += LAYOUT_FRAME_SIZE) {
        uint64_t value = *source;

        if (!value)
            continue;
        *target = value;
        *source = 0;
        if (invalidate)
            invalidate(context, virt(at));
    }
}

/* Leaves of one source table, as far as they lie in one table of the target, too. */
static enum status move_run(struct move *m, uint64_t *source)
{
    uint64_t to = m->to, room = level_bytes(2) - (m->from & (level_bytes(2) - 1)), bytes = m->limit - m->from, *target;
    enum status status = pagetable_prepare(m->pt, virt(to), 1, &target);

    if (status != STATUS_OK)
        return status;
    bytes = bytes < room ? bytes : room;
    room = level_bytes(2) - (to & (level_bytes(2) - 1));
    bytes = bytes < room ? bytes : room;
    if (m->commit)
        move_entries(m, source, target, bytes >> LAYOUT_FRAME_SHIFT);
    m->from += bytes;
    m->to += bytes;
    return STATUS_OK;
}

static enum status move_large(struct move *m, uint64_t *source)
{
    uint64_t *target;
    enum status status;

    if ((m->from ^ m->to) & (level_bytes(2) - 1)) /* it does not fit there */
        return pagetable_cut(m->pt, virt(m->from + LAYOUT_FRAME_SIZE));
    status = pagetable_prepare(m->pt, virt(m->to), 2, &target);
    if (status != STATUS_OK)
        return status;
    if (m->commit) {
        *target = *source;
        pagetable_store(m->pt, virt(m->from), source, 0);
    }
    m->from += level_bytes(2);
    m->to += level_bytes(2);
    return STATUS_OK;
}

static enum status move_all(struct move m)
{
    enum status status = STATUS_OK;

    while (status == STATUS_OK && m.from < m.limit) {
        uint64_t *source = pagetable_entry(m.pt, virt(m.from)), at = m.from;
        int level;

        if (source) {
            status = move_run(&m, source);
            continue;
        }
        source = pagetable_next(m.pt, &at, m.limit, &level);
        if (!source)
            break;
        m.to += at - m.from;
        m.from = at;
        if (level > 1)
            status = move_large(&m, source);
    }
    return status;
}

enum status pagetable_move(struct pagetable *pt, virt_t from, virt_t to, uint64_t bytes)
{
    struct move m = { .pt = pt, .from = from.v, .to = to.v, .limit = from.v + bytes };
    enum status status = move_all(m);

    m.commit = true;
    if (status == STATUS_OK)
        return move_all(m);
    (void)!pagetable_unmap(pt, to, bytes, NULL, NULL); /* tables, no leaves */
    return status;
}
