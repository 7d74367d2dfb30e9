/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory map as firmware tells it, and its reading: which bytes are usable memory.  Nothing about the entries is
 * believed but what ACPI 6.5 chapter 15 says of them: they come in any order, overlap, touch, end beyond 2^64, are
 * empty.
 */
#ifndef ACRE_MAP_H
#define ACRE_MAP_H

#include <stdbool.h>
#include <stdint.h>

#define MAP_TYPE_USABLE 1u /* "AddressRangeMemory"; every other value is memory that must be left alone */
#define MAP_ATTRIBUTE_ENABLED 1u /* ACPI 3.0: an entry with this bit clear is to be ignored */

/* One entry as INT 15h E820 writes it, in 24 bytes. */
struct map_entry {
    uint64_t base; /* first byte */
    uint64_t length; /* bytes; 0 means the entry says nothing */
    uint32_t type;
    uint32_t attributes; /* preset to MAP_ATTRIBUTE_ENABLED, so that 20-byte answers leave it standing */
};

_Static_assert(sizeof(struct map_entry) == 24, "the firmware's layout, in 32 and in 64 bit");

/* Entries to read.  `order` is scratch for `count` numbers; the entries themselves keep the firmware's order. */
struct map {
    const struct map_entry *entries;
    uint32_t count; /* at most 65,535 */
    uint16_t *order;
    bool ignore_attributes; /* they were judged bogus: see region_build */
};

/*
 * Walks over the runs of usable bytes: the union of all usable entries minus the union of all others, lowest first,
 * maximal (touching ones are merged), no two touching.  The stricter type wins wherever two overlap, whatever their
 * order. map_walk_start sorts map->order: few steps more than count for a sorted map, about 20 * count for the worst
 * one of 1,024. The walk takes 3 * count steps altogether.
 */
struct map_walk {
    const struct map *map;
    uint32_t next; /* entries order[next..] start above `at` */
    uint64_t at; /* everything below is done */
    uint64_t usable_limit, other_limit; /* highest ends of usable and of other entries that start at or below `at` */
};

void map_walk_start(struct map_walk *walk, const struct map *map);

/* Stores the next run and returns true; false when there is none. */
bool map_walk_next(struct map_walk *walk, uint64_t *base, uint64_t *limit);

#endif
