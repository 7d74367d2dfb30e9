/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sweep from address 0 upwards over the entries sorted by base.  Of the entries that start at or below the point `at`
 * only two numbers matter: how far the usable ones reach, and how far the others do.  The byte at `at` is usable memory
 * if and only if the first is above `at` and the second is not.  Nothing changes between two of these events: an
 * entry's base, the reach of the usable entries, the reach of the others.
 *
 *   usable     |-----------|      |----|          reaches are maxima, so entries that end before them do not matter
 *   others           |--|       |----|
 *   runs       |-----|  |--|          |-|
 */
#include "map.h"

#include "range.h"

/* Shell's sort with Ciura's gaps: in place, no recursion, and almost nothing to do on a sorted map. */
static void sort_by_base(const struct map *map)
{
    static const uint16_t gaps[] = {1750, 701, 301, 132, 57, 23, 10, 4, 1};
    const struct map_entry *entries = map->entries;
    uint16_t *order = map->order;

    for (uint32_t g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
        uint32_t gap = gaps[g];

        for (uint32_t i = gap; i < map->count; i++) {
            uint16_t moving = order[i];
            uint32_t to = i;

            for (; to >= gap && entries[order[to - gap]].base > entries[moving].base; to -= gap)
                order[to] = order[to - gap];
            order[to] = moving;
        }
    }
}

void map_walk_start(struct map_walk *walk, const struct map *map)
{
    for (uint32_t i = 0; i < map->count; i++)
        map->order[i] = (uint16_t)i;
    sort_by_base(map);
    walk->map = map;
    walk->next = 0;
    walk->at = 0;
    walk->usable_limit = 0;
    walk->other_limit = 0;
}

static bool counts(const struct map *map, const struct map_entry *entry)
{
    return (entry->attributes & MAP_ATTRIBUTE_ENABLED) || map->ignore_attributes;
}

static const struct map_entry *next_entry(const struct map_walk *walk)
{
    return &walk->map->entries[walk->map->order[walk->next]];
}

/*
 * Takes in the entries that start at or below the point.  An empty one reaches no further than that and so changes
 * nothing.
 */
static void absorb(struct map_walk *walk)
{
    for (; walk->next < walk->map->count; walk->next++) {
        const struct map_entry *entry = next_entry(walk);
        uint64_t *reach = entry->type == MAP_TYPE_USABLE ? &walk->usable_limit : &walk->other_limit;

        if (entry->base > walk->at)
            return;
        if (counts(walk->map, entry))
            *reach = range_max(*reach, range_limit(entry->base, entry->length));
    }
}

/* Moves the point to the next event, or to the end if there is none; false when it is there already. */
static bool advance(struct map_walk *walk)
{
    uint64_t to = UINT64_MAX;

    if (walk->at == UINT64_MAX)
        return false;
    if (walk->next < walk->map->count)
        to = next_entry(walk)->base;
    if (walk->usable_limit > walk->at)
        to = range_min(to, walk->usable_limit);
    if (walk->other_limit > walk->at)
        to = range_min(to, walk->other_limit);
    walk->at = to;
    return true;
}

bool map_walk_next(struct map_walk *walk, uint64_t *base, uint64_t *limit)
{
    bool inside = false;

    do {
        bool usable;

        absorb(walk);
        usable = walk->usable_limit > walk->at && walk->other_limit <= walk->at;
        if (usable && !inside)
            *base = walk->at;
        if (!usable && inside) {
            *limit = walk->at;
            return true;
        }
        inside = usable;
    } while (advance(walk));
    return false;
}
