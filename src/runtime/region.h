/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions: runs of frames with one type, sorted by address, disjoint, frame-aligned, none empty, in a table of fixed
 * size that the caller gives.  region_build makes them from the firmware's map; region_alloc takes from the usable ones
 * before there is any heap, and the table remembers what was taken as what.  No function allocates, recurses, or
 * divides.
 *
 *   usable        |...............................|          region_alloc of [b, l) as REGION_STACK
 *   afterwards    |.......|SSSSSSSSSS|............|
 *                         b          l
 */
#ifndef ACRE_REGION_H
#define ACRE_REGION_H

#include <stdbool.h>
#include <stdint.h>

#include "map.h"
#include "status.h"

/* Types of regions.  Below REGION_OWN they would be firmware's; only usable memory gets into a table. */
enum region_type {
    REGION_USABLE = 1,
    REGION_OWN = 0x100, /* values from here are Acre's */
    REGION_PAGES = 0x100, /* page tables */
    REGION_KERNEL, /* kernel image */
    REGION_STACK, /* a stack */
    REGION_HANDOFF, /* stage2's record for stage3 */
    REGION_STAGE2, /* stage2's own code and data */
    REGION_RESERVED, /* usable memory that must be left alone for now */
    REGION_ARCHIVE, /* the program's files, as the image carries them */
    REGION_TYPE_LIMIT
};

/* "usable", "page-tables", "kernel", "stack", "handoff", "stage2", "reserved", "archive"; else "unknown". */
const char *region_type_name(uint32_t type);

struct region {
    uint64_t base; /* first byte, frame-aligned */
    uint64_t limit; /* first byte after, frame-aligned, above base */
    uint32_t type; /* enum region_type */
    uint32_t flags; /* 0; fills the record up to 24 bytes in 32 and in 64 bit */
};

_Static_assert(sizeof(struct region) == 24, "the same record in stage2 and in the kernel");

struct region_table {
    struct region *regions;
    uint32_t count; /* in use */
    uint32_t capacity; /* there is room for */
};

/*
 * Where usable memory may lie.  The four are multiples of the frame size, low_base <= low_limit <= high_base <=
 * high_limit.
 */
struct region_limits {
    uint64_t low_base, low_limit; /* below 1 MiB: from the second frame to where the BIOS's own memory starts */
    uint64_t high_base, high_limit; /* above: from 1 MiB to the end of what the CPU can address */
};

/*
 * Fills limits for this machine: [second frame, low_limit) and [1 MiB, 2^phys_bits).  low_limit is rounded down to a
 * frame and cut at LAYOUT_LOWMEM_LIMIT; phys_bits is CPUID's, cut at 52 (SDM vol. 3A 4.1.4).
 */
/*@ requires \valid(limits);
    assigns *limits;
    ensures limits->low_base == LAYOUT_FRAME_SIZE && limits->high_base == LAYOUT_HIMEM_BASE;
    ensures limits->low_base <= limits->low_limit <= LAYOUT_LOWMEM_LIMIT <= limits->high_base <= limits->high_limit;
    ensures limits->low_limit <= \max(low_limit, LAYOUT_FRAME_SIZE);
    ensures limits->low_limit % LAYOUT_FRAME_SIZE == 0;
    ensures limits->high_limit % LAYOUT_FRAME_SIZE == 0;
    ensures limits->high_limit <= 1 << 52;
    ensures 20 <= phys_bits <= 52 ==> limits->high_limit == 1 << phys_bits; */
void region_limits_set(struct region_limits *limits, uint64_t low_limit, uint32_t phys_bits);

/*
 * Where the BIOS's own memory starts, from the word at LAYOUT_BDA_EBDA_BASE: the frame of the EBDA's first byte, or of
 * LAYOUT_EBDA_DEFAULT_BASE if the word points outside [LAYOUT_EBDA_BASE, LAYOUT_LOWMEM_LIMIT).
 */
/*@ assigns \nothing;
    ensures \result % LAYOUT_FRAME_SIZE == 0;
    ensures LAYOUT_EBDA_BASE - LAYOUT_FRAME_SIZE < \result < LAYOUT_LOWMEM_LIMIT; */
uint32_t region_low_limit(uint16_t ebda_segment);

/*
 * Makes the table from the firmware's map: each run of usable bytes (see map.h), clipped to the limits, trimmed inwards
 * to frames; the table is sorted and its regions are maximal.  Entries whose attributes say so are ignored, unless that
 * would leave no usable frame at all: then the attributes are bogus, and map->ignore_attributes is set and they are not
 * looked at. Needs map->order.  An empty table is STATUS_OK: whether that is enough is the caller's question.
 * STATUS_FULL, and an empty table, if it has no room; map->count + 1 regions are always enough.
 */
MUST_USE enum status region_build(struct region_table *table, struct map *map, const struct region_limits *limits);

/* What region_alloc is asked for. */
struct region_request {
    uint64_t bytes; /* rounded up to frames; not 0 */
    uint64_t align; /* of the first byte, a power of two; less than a frame means a frame */
    uint64_t base, limit; /* the window: no byte of the span lies outside [base, limit) */
    uint32_t type; /* what the span becomes: an own type */
};

/*
 * Takes the lowest span of usable frames that fits, shrinks the region it lies in (or splits or deletes it) and records
 * the span as a region of its type, merged with touching ones of that type.  Stores its first byte: never 0.
 * STATUS_INVALID: bytes, align or type out of range.  STATUS_NOT_FOUND: no usable region has room within the window.
 * STATUS_FULL: it would need more regions than the table has; capacity for 2 more than count is always enough.
 */
MUST_USE enum status region_alloc(struct region_table *table, const struct region_request *request, uint64_t *base);

/*
 * Gives every frame of [base, limit) a new type, any type, and merges it with what it touches.  The span must lie
 * within one region, of whatever type.  STATUS_INVALID: empty or not frame-aligned.  STATUS_NOT_FOUND: it does not lie
 * within one region. STATUS_FULL as in region_alloc.
 */
MUST_USE enum status region_retype(struct region_table *table, uint64_t base, uint64_t limit, uint32_t type);

/*
 * Makes a span that region_alloc gave usable again; STATUS_NOT_ALLOCATED if it is usable already, else as
 * region_retype.
 */
MUST_USE enum status region_free(struct region_table *table, uint64_t base, uint64_t limit);

/*
 * Takes [base, limit), of which any part may be in the table or not, out of the usable memory: every usable frame in it
 * gets the type.  base and limit are rounded outwards to frames.  STATUS_FULL if the table has no room: then part may
 * be done.
 */
MUST_USE enum status region_claim(struct region_table *table, uint64_t base, uint64_t limit, uint32_t type);

/* Bytes of this type within [base, limit). */
uint64_t region_total(const struct region_table *table, uint32_t type, uint64_t base, uint64_t limit);

/* The region that holds the byte at address, or NULL. */
const struct region *region_find(const struct region_table *table, uint64_t address);

/* STATUS_CORRUPT if the table is not sorted, disjoint, frame-aligned and maximal, or has an empty region. */
MUST_USE enum status region_check(const struct region_table *table);

#endif
