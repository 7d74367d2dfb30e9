/* SPDX-License-Identifier: Apache-2.0 */
/* Page tables, looked at: the leaf of an address, all leaves of a range, the number of tables, entries that carry
 * slots. */
#include "pagetable_level.h"

#define SLOT_LOW_MASK ((1u << PT_SLOT_LOW_BITS) - 1)
#define SLOT_HIGH_MASK ((1u << (LAYOUT_PAGES_SLOT_BITS - PT_SLOT_LOW_BITS)) - 1)

uint64_t pagetable_link(uint32_t slot, phys_t frame)
{
    return frame.p | PT_PRESENT | PT_WRITE | (uint64_t)(slot & SLOT_LOW_MASK) << PT_SLOT_LOW_SHIFT |
           (uint64_t)(slot >> PT_SLOT_LOW_BITS) << PT_SLOT_HIGH_SHIFT;
}

uint32_t pagetable_slot(uint64_t entry)
{
    return (uint32_t)(entry >> PT_SLOT_LOW_SHIFT & SLOT_LOW_MASK) |
           (uint32_t)(entry >> PT_SLOT_HIGH_SHIFT & SLOT_HIGH_MASK) << PT_SLOT_LOW_BITS;
}

bool pagetable_walk(const struct pagetable *pt, virt_t address, struct mapping *leaf)
{
    uint64_t *table = table_in(pt, pt->root), allowed = ~0ull;

    for (int level = PT_LEVELS; level >= 1; level--) {
        uint64_t entry = table[level_index(address.v, level)];

        if (!(entry & PT_PRESENT))
            return false;
        if (is_leaf(entry, level)) {
            *leaf = leaf_at(address.v & ~(level_bytes(level) - 1), entry, level, allowed);
            return true;
        }
        allowed &= entry;
        table = table_of(pt, entry);
    }
    return false;
}

struct each {
    const struct pagetable *pt;
    bool (*f)(void *context, struct mapping leaf);
    void *context;
};

/* The first entry from `index` to `limit` that is not 0; limit if all are.  Most are, and nearly all of a walk is here:
   so four a step. */
static uint32_t next_entry(const uint64_t *table, uint32_t index, uint32_t limit)
{
    while (index + 4 <= limit && !(table[index] | table[index + 1] | table[index + 2] | table[index + 3]))
        index += 4;
    while (index < limit && !table[index])
        index++;
    return index;
}

static bool each_level(const struct each *e, const uint64_t *table, int level, uint64_t at, uint64_t last,
                       uint64_t allowed)
{
    uint64_t bytes = level_bytes(level), start = at & ~(bytes * PT_ENTRIES - 1);
    uint32_t limit = level_index(last, level) + 1;

    for (uint32_t i = level_index(at, level); (i = next_entry(table, i, limit)) < limit; i++) {
        uint64_t base = start + i * bytes;

        if (is_leaf(table[i], level)) {
            if (!e->f(e->context, leaf_at(base, table[i], level, allowed)))
                return false;
        } else if (!each_level(e, table_of(e->pt, table[i]), level - 1, base > at ? base : at,
                               part_last(base, last, level), allowed & table[i])) {
            return false;
        }
    }
    return true;
}

void pagetable_each(const struct pagetable *pt, virt_t base, virt_t limit,
                    bool (*f)(void *context, struct mapping leaf), void *context)
{
    struct each e = { pt, f, context };
    uint64_t last = limit.v - 1;

    /* The two halves are gone through apart: the hole between them has no entries, and its addresses none of ours. */
    if (base.v < CANONICAL_HOLE_BASE) {
        uint64_t end = last < CANONICAL_HOLE_BASE ? last : CANONICAL_HOLE_BASE - 1;

        if (!each_level(&e, table_in(pt, pt->root), PT_LEVELS, base.v, end, ~0ull))
            return;
    }
    if (last >= CANONICAL_HOLE_LIMIT)
        each_level(&e, table_in(pt, pt->root), PT_LEVELS,
                   base.v > CANONICAL_HOLE_LIMIT ? base.v : CANONICAL_HOLE_LIMIT, last, ~0ull);
}

static uint64_t count_level(const struct pagetable *pt, const uint64_t *table, int level, int wanted)
{
    uint64_t tables = wanted == 0 || wanted == level;

    if (level == 1 || level == wanted)
        return tables;
    for (int i = 0; i < PT_ENTRIES; i++)
        if (table[i] && !(table[i] & PT_LARGE))
            tables += count_level(pt, table_of(pt, table[i]), level - 1, wanted);
    return tables;
}

uint64_t pagetable_count(const struct pagetable *pt, int level)
{
    return count_level(pt, table_in(pt, pt->root), PT_LEVELS, level);
}
