/* SPDX-License-Identifier: Apache-2.0 */
/* Taking spans out of the usable regions: lowest fit, and the table itself remembers what was taken. */
#include "range.h"
#include "region.h"
#include "x86_64/layout.h"

/* Stores the lowest fit of request in region; false if there is none, and then what it stores means nothing. */
/*@ requires \valid_read(region) && \valid_read(request) && \valid(base);
    requires \separated(base, region) && \separated(base, request);
    requires request->align > 0;
    assigns *base;
    ensures \result ==> region->type == REGION_USABLE;
    ensures \result ==> region->base <= *base && *base + request->bytes <= region->limit;
    ensures \result ==> request->base <= *base && *base + request->bytes <= request->limit;
    ensures \result ==> (*base & (request->align - 1)) == 0;
    ensures \result ==> *base < region->base + request->align || *base < request->base + request->align; */
static bool fit(const struct region *region, const struct region_request *request, uint64_t *base)
{
    uint64_t lower = range_max(region->base, request->base), upper = range_min(region->limit, request->limit);

    if (region->type != REGION_USABLE || !range_can_align_up(lower, request->align))
        return false;
    *base = range_align_up(lower, request->align);
    return range_fits(*base, upper, request->bytes);
}

/* The request in whole frames, and never the frame at 0; false if it is out of range. */
/*@ requires \valid(request);
    assigns request->bytes, request->align, request->base;
    ensures \result ==> request->type >= REGION_OWN;
    ensures \result ==> request->bytes > 0 && request->bytes % LAYOUT_FRAME_SIZE == 0;
    ensures \result ==> \old(request->bytes) <= request->bytes < \old(request->bytes) + LAYOUT_FRAME_SIZE;
    ensures \result ==> request->align == \max(\old(request->align), LAYOUT_FRAME_SIZE);
    ensures \result ==> (request->align & (request->align - 1)) == 0;
    ensures \result ==> request->base == \max(\old(request->base), LAYOUT_FRAME_SIZE);
    ensures !\result ==> \old(request->bytes) == 0 || \old(request->bytes) > UINT64_MAX - (LAYOUT_FRAME_SIZE - 1) ||
        request->type < REGION_OWN || \old(request->align) == 0 ||
        (\old(request->align) & (\old(request->align) - 1)) != 0; */
static bool normalise(struct region_request *request)
{
    if (!request->bytes || !range_can_align_up(request->bytes, LAYOUT_FRAME_SIZE) || request->type < REGION_OWN)
        return false;
    request->bytes = range_align_up(request->bytes, LAYOUT_FRAME_SIZE);
    if (!range_is_power(request->align))
        return false;
    request->align = range_max(request->align, LAYOUT_FRAME_SIZE);
    request->base = range_max(request->base, LAYOUT_FRAME_SIZE);
    return true;
}

enum status region_alloc(struct region_table *table, const struct region_request *request, uint64_t *base)
{
    struct region_request in_frames = *request;
    enum status status = STATUS_NOT_FOUND;
    uint64_t found;

    if (!normalise(&in_frames))
        return STATUS_INVALID;
    for (uint32_t i = 0; i < table->count; i++)
        if (fit(&table->regions[i], &in_frames, &found)) {
            status = region_retype(table, found, found + in_frames.bytes, in_frames.type);
            break;
        }
    if (status == STATUS_OK)
        *base = found;
    return status;
}

/* The lowest usable region that overlaps [base, limit), cut to it; false if there is none. */
static bool first_usable(const struct region_table *table, uint64_t base, uint64_t limit, struct region *piece)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const struct region *region = &table->regions[i];

        *piece = (struct region){range_max(region->base, base), range_min(region->limit, limit), region->type, 0};
        if (piece->type == REGION_USABLE && piece->base < piece->limit)
            return true;
    }
    return false;
}

enum status region_claim(struct region_table *table, uint64_t base, uint64_t limit, uint32_t type)
{
    struct region piece;

    if (base >= limit || type < REGION_OWN)
        return STATUS_INVALID;
    base = range_align_down(base, LAYOUT_FRAME_SIZE);
    limit = range_can_align_up(limit, LAYOUT_FRAME_SIZE) ? range_align_up(limit, LAYOUT_FRAME_SIZE) : UINT64_MAX;
    while (first_usable(table, base, limit, &piece)) {
        enum status status = region_retype(table, piece.base, piece.limit, type);

        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}
