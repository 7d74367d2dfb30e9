/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the firmware's map to the table.  Runs of usable bytes are merged before they are trimmed to frames, so that a
 * frame made of two usable halves counts; one byte of anything else in a frame takes the frame out.
 */
#include "range.h"
#include "region.h"
#include "x86_64/layout.h"

#define PHYS_BITS_MAX 52 /* SDM vol. 3A 4.1.4: no CPU has more, and entries of page tables have no room for more */

uint32_t region_low_limit(uint16_t ebda_segment)
{
    uint32_t ebda = (uint32_t)ebda_segment << 4;

    if (ebda < LAYOUT_EBDA_BASE || ebda >= LAYOUT_LOWMEM_LIMIT)
        ebda = LAYOUT_EBDA_DEFAULT_BASE;
    return (uint32_t)range_align_down(ebda, LAYOUT_FRAME_SIZE);
}

void region_limits_set(struct region_limits *limits, uint64_t low_limit, uint32_t phys_bits)
{
    uint64_t phys_limit = (uint64_t)1 << (phys_bits < PHYS_BITS_MAX ? phys_bits : PHYS_BITS_MAX);

    low_limit = range_align_down(range_min(low_limit, LAYOUT_LOWMEM_LIMIT), LAYOUT_FRAME_SIZE);
    limits->low_base = LAYOUT_FRAME_SIZE;
    limits->low_limit = range_max(low_limit, limits->low_base);
    limits->high_base = LAYOUT_HIMEM_BASE;
    limits->high_limit = range_max(phys_limit, limits->high_base);
}

/* Cuts the run to [lower, upper), trimmed inwards to frames; false if no frame is left, and then it is as it was. */
/*@ requires \valid(run);
    assigns run->base, run->limit;
    ensures \result ==> run->base < run->limit;
    ensures \result ==> run->base % LAYOUT_FRAME_SIZE == 0 && run->limit % LAYOUT_FRAME_SIZE == 0;
    ensures \result ==> lower <= run->base && run->limit <= upper;
    ensures \result ==> \old(run->base) <= run->base && run->limit <= \old(run->limit);
    ensures \result ==> run->base < \max(\old(run->base), lower) + LAYOUT_FRAME_SIZE;
    ensures \result ==> run->limit > \min(\old(run->limit), upper) - LAYOUT_FRAME_SIZE;
    ensures !\result ==> run->base == \old(run->base) && run->limit == \old(run->limit);
    ensures !\result ==> \let last = \min(run->limit, upper);
        \max(run->base, lower) > last - last % LAYOUT_FRAME_SIZE - LAYOUT_FRAME_SIZE; */
static bool clip(struct region *run, uint64_t lower, uint64_t upper)
{
    uint64_t base = range_max(run->base, lower);
    uint64_t limit = range_align_down(range_min(run->limit, upper), LAYOUT_FRAME_SIZE);

    if (base >= limit)
        return false;
    base = range_align_up(base, LAYOUT_FRAME_SIZE); /* at most the limit, which is aligned and was above */
    if (base == limit)
        return false;
    run->base = base;
    run->limit = limit;
    return true;
}

/* Adds what of the run lies within [lower, upper), trimmed to frames, if that is anything. */
/*@ requires \valid(table) && \valid(table->regions + (0 .. table->capacity - 1));
    requires \separated(table, table->regions + (0 .. table->capacity - 1));
    requires table->count <= table->capacity;
    assigns table->count, table->regions[\old(table->count)];
    ensures table->count <= table->capacity;
    ensures table->count == \old(table->count) || table->count == \old(table->count) + 1;
    ensures \result == STATUS_OK || \result == STATUS_FULL;
    ensures \result == STATUS_FULL ==> table->count == \old(table->count) == table->capacity;
    ensures table->count > \old(table->count) ==> \let added = table->regions[table->count - 1];
        \max(run.base, lower) <= added.base < added.limit <= \min(run.limit, upper) &&
        added.base % LAYOUT_FRAME_SIZE == 0 && added.limit % LAYOUT_FRAME_SIZE == 0; */
static enum status add_clipped(struct region_table *table, struct region run, uint64_t lower, uint64_t upper)
{
    if (!clip(&run, lower, upper))
        return STATUS_OK;
    if (table->count == table->capacity)
        return STATUS_FULL;
    table->regions[table->count++] = run;
    return STATUS_OK;
}

static enum status build(struct region_table *table, const struct map *map, const struct region_limits *limits)
{
    struct map_walk walk;
    struct region run = {.type = REGION_USABLE};
    enum status status = STATUS_OK;

    table->count = 0;
    map_walk_start(&walk, map);
    while (status == STATUS_OK && map_walk_next(&walk, &run.base, &run.limit)) {
        status = add_clipped(table, run, limits->low_base, limits->low_limit);
        if (status == STATUS_OK)
            status = add_clipped(table, run, limits->high_base, limits->high_limit);
    }
    if (status != STATUS_OK)
        table->count = 0;
    return status;
}

static bool any_is_disabled(const struct map *map)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (!(map->entries[i].attributes & MAP_ATTRIBUTE_ENABLED))
            return true;
    return false;
}

enum status region_build(struct region_table *table, struct map *map, const struct region_limits *limits)
{
    enum status status;

    map->ignore_attributes = false;
    status = build(table, map, limits);
    if (status != STATUS_OK || table->count || !any_is_disabled(map))
        return status;
    /* Seen on real firmware: 24 bytes returned, attributes all 0 (the zoo's BI10). */
    map->ignore_attributes = true;
    return build(table, map, limits);
}
