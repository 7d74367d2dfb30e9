/* SPDX-License-Identifier: Apache-2.0 */
/* What pagetable.c and pagetable_walk.c share: levels, entries, leaves.  For nobody else. */
#ifndef ACRE_PAGETABLE_LEVEL_H
#define ACRE_PAGETABLE_LEVEL_H

#include "layout.h"
#include "pagetable.h"

#define CANONICAL_HOLE_BASE LAYOUT_USER_LIMIT /* first address that 48 bits cannot tell */
#define CANONICAL_HOLE_LIMIT LAYOUT_KMEM_BASE /* first address after those */

/*@ predicate is_level(integer level) = 1 <= level <= PT_LEVELS;
    logic integer bytes_at(integer level) =
        level == 1 ? 0x1000 : level == 2 ? 0x200000 : level == 3 ? 0x40000000 : 0x8000000000; */

/*@ requires is_level(level);
    assigns \nothing;
    ensures \result == LAYOUT_FRAME_SHIFT + 9 * (level - 1); */
static inline uint32_t level_shift(int level)
{
    return LAYOUT_FRAME_SHIFT + 9 * (uint32_t)(level - 1);
}

/*@ requires is_level(level);
    assigns \nothing;
    ensures \result == bytes_at(level); */
static inline uint64_t level_bytes(int level)
{
    return 1ull << level_shift(level);
}

/*@ requires is_level(level);
    assigns \nothing;
    ensures \result < PT_ENTRIES;
    ensures \result == (address >> LAYOUT_FRAME_SHIFT + 9 * (level - 1)) % PT_ENTRIES; */
static inline uint32_t level_index(uint64_t address, int level)
{
    return (uint32_t)(address >> level_shift(level)) & (PT_ENTRIES - 1);
}

static inline uint64_t *table_in(const struct pagetable *pt, uint32_t slot)
{
    return pt->window ? pt->window + (uint64_t)slot * PT_ENTRIES : pt->table(pt->context, slot);
}

static inline uint64_t *table_of(const struct pagetable *pt, uint64_t entry)
{
    return table_in(pt, pagetable_slot(entry));
}

static inline bool is_leaf(uint64_t entry, int level)
{
    return level == 1 || (entry & PT_LARGE);
}

/* The first address after what the entry for `at` covers, or `last` + 1 if that comes first: returned as the last
 * address. */
/*@ requires is_level(level) && at <= last;
    assigns \nothing;
    ensures at <= \result <= last; */
static inline uint64_t part_last(uint64_t at, uint64_t last, int level)
{
    uint64_t end = at | (level_bytes(level) - 1);

    return end < last ? end : last;
}

/* The entry of a leaf: frame is aligned to the level's bytes, flags are of PT_FLAGS. */
/*@ requires is_level(level) && is_frame(frame) && (flags & PT_FLAGS) == flags;
    assigns \nothing;
    ensures \result == frame + PT_PRESENT + flags + (level > 1 ? PT_LARGE : 0);
    ensures (\result & PT_FRAME) == frame;
    ensures (\result & PT_FLAGS) == flags;
    ensures (\result & PT_PRESENT) != 0;
    ensures (\result & PT_LARGE) != 0 <==> level > 1; */
static inline uint64_t leaf_entry(uint64_t frame, uint64_t flags, int level)
{
    return frame | PT_PRESENT | flags | (level > 1 ? PT_LARGE : 0);
}

/* What an entry that is a leaf says; allowed are the bits that all entries above it have in common. */
/*@ requires is_level(level);
    assigns \nothing;
    ensures \result.base.v == base;
    ensures \result.phys.p == (entry & PT_FRAME) - (entry & PT_FRAME) % bytes_at(level);
    ensures \result.bytes == bytes_at(level);
    ensures \result.flags == (entry & PT_FLAGS & (allowed | (uint64_t)~(PT_WRITE | PT_USER))); */
static inline struct mapping leaf_at(uint64_t base, uint64_t entry, int level, uint64_t allowed)
{
    uint64_t frame = entry & PT_FRAME & ~(level_bytes(level) - 1);

    return (struct mapping){ virt(base), phys(frame), level_bytes(level),
                             (entry & (PT_FLAGS & ~(PT_WRITE | PT_USER))) | (entry & allowed & (PT_WRITE | PT_USER)) };
}

/* pagetable.c: a table of `level` for an empty entry, open to users if `user` is PT_USER; and a large leaf at `level`
 * replaced by a table of the next smaller pages with the same flags. */
enum status pagetable_take_table(struct pagetable *pt, uint64_t *entry, int level, uint64_t user);
enum status pagetable_split(struct pagetable *pt, uint64_t *entry, int level);

#endif
