/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table and its one changing operation, region_retype.  Invariants, which region_check looks at:
 *
 * I1  every region is frame-aligned and not empty
 * I2  a region ends at or below the base of the next one
 * I3  two regions that touch differ in type
 */
#include "region.h"

#include <stddef.h>

#include "bytes.h"
#include "range.h"
#include "x86_64/layout.h"

static const char *const own_names[REGION_TYPE_LIMIT - REGION_OWN] = {
    [REGION_PAGES - REGION_OWN] = "page-tables", [REGION_KERNEL - REGION_OWN] = "kernel",
    [REGION_STACK - REGION_OWN] = "stack",       [REGION_HANDOFF - REGION_OWN] = "handoff",
    [REGION_STAGE2 - REGION_OWN] = "stage2",     [REGION_RESERVED - REGION_OWN] = "reserved",
    [REGION_ARCHIVE - REGION_OWN] = "archive",
};

const char *region_type_name(uint32_t type)
{
    if (type == REGION_USABLE)
        return "usable";
    return type >= REGION_OWN && type < REGION_TYPE_LIMIT ? own_names[type - REGION_OWN] : "unknown";
}

/*@ assigns \nothing;
    ensures \result <==> base < limit && base % LAYOUT_FRAME_SIZE == 0 && limit % LAYOUT_FRAME_SIZE == 0; */
static bool is_span(uint64_t base, uint64_t limit)
{
    return base < limit && !(base & (LAYOUT_FRAME_SIZE - 1)) && !(limit & (LAYOUT_FRAME_SIZE - 1));
}

const struct region *region_find(const struct region_table *table, uint64_t address)
{
    for (uint32_t i = 0; i < table->count; i++)
        if (table->regions[i].base <= address && address < table->regions[i].limit)
            return &table->regions[i];
    return NULL;
}

uint64_t region_total(const struct region_table *table, uint32_t type, uint64_t base, uint64_t limit)
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < table->count; i++) {
        const struct region *region = &table->regions[i];
        uint64_t from = range_max(region->base, base), to = range_min(region->limit, limit);

        if (region->type == type && from < to)
            total += to - from;
    }
    return total;
}

enum status region_check(const struct region_table *table)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct region *region = &table->regions[i];

        if (!is_span(region->base, region->limit))
            return STATUS_CORRUPT; /* I1 */
        if (i && region[-1].limit > region->base)
            return STATUS_CORRUPT; /* I2 */
        if (i && region[-1].limit == region->base && region[-1].type == region->type)
            return STATUS_CORRUPT; /* I3 */
    }
    return table->count <= table->capacity ? STATUS_OK : STATUS_CORRUPT;
}

static bool touches(const struct region *left, const struct region *right)
{
    return left->limit == right->base && left->type == right->type;
}

/* What takes the place of the regions from `first` to just before `last`. */
struct edit {
    uint32_t first, last;
    uint32_t count;
    struct region parts[3];
};

static enum status apply(struct region_table *table, const struct edit *edit)
{
    struct region *regions = table->regions;
    uint32_t count = table->count - (edit->last - edit->first) + edit->count;

    if (count > table->capacity)
        return STATUS_FULL;
    bytes_move(&regions[edit->first + edit->count], &regions[edit->last],
               (table->count - edit->last) * sizeof *regions);
    bytes_copy(&regions[edit->first], edit->parts, edit->count * sizeof *regions);
    table->count = count;
    return STATUS_OK;
}

/*
 * The span, a part of the region at index, gets its own type.  What is left of the region on either side stays as it
 * was; where nothing is left, the neighbour may be of the span's type, and then becomes one with it:
 *
 *   before  |........|   |........|   |........|   |........|   |ttt|....|   |....|ttt|   |ttt|..|ttt|
 *   after   |tt|.....|   |..|ttt|.|   |.....|tt|   |tttttttt|   |ttttt|..|   |..|ttttt|   |tttttttttt|
 */
static enum status retype_within(struct region_table *table, uint32_t index, struct region span)
{
    const struct region *old = &table->regions[index];
    struct edit edit = {.first = index, .last = index + 1};

    if (old->type == span.type)
        return STATUS_OK;
    if (span.base > old->base)
        edit.parts[edit.count++] = (struct region){old->base, span.base, old->type, 0};
    else if (index && touches(old - 1, &span))
        span.base = table->regions[--edit.first].base;
    if (span.limit == old->limit && edit.last < table->count && touches(&span, old + 1))
        span.limit = table->regions[edit.last++].limit;
    edit.parts[edit.count++] = span;
    if (span.limit < old->limit)
        edit.parts[edit.count++] = (struct region){span.limit, old->limit, old->type, 0};
    return apply(table, &edit);
}

enum status region_retype(struct region_table *table, uint64_t base, uint64_t limit, uint32_t type)
{
    const struct region *region = region_find(table, base);

    if (!is_span(base, limit))
        return STATUS_INVALID;
    if (!region || limit > region->limit)
        return STATUS_NOT_FOUND;
    return retype_within(table, (uint32_t)(region - table->regions), (struct region){base, limit, type, 0});
}

enum status region_free(struct region_table *table, uint64_t base, uint64_t limit)
{
    const struct region *region = region_find(table, base);

    if (region && region->type == REGION_USABLE)
        return STATUS_NOT_ALLOCATED;
    return region_retype(table, base, limit, REGION_USABLE);
}
