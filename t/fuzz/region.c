/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The region table.  The bytes are a map of up to 40 entries, then operations on the table made of it.
 *
 * In a small address space (2 MiB) every frame is compared with the naive model's after each step, and each status is
 * worked out from the model's letters.  In a wide one (up to 52 bits) the table alone is compared, at the frames where
 * anything can change: those at the edges of entries and windows, and at the edges of regions.
 */
#include "fuzz.h"

#include <stdlib.h>

#include "unit/region_model.h"

#define OPERATIONS_MAX 64u
#define EDGES_MAX (2 * ENTRIES_MAX + 8)

struct run {
    struct fuzz_input input;
    struct sample sample;
    struct region_table table;
    char frames[FRAMES];
};

/* ---- the map */

static uint64_t take_base(struct run *run, uint32_t kind)
{
    const struct map_entry *other = &run->sample.entries[0];

    switch (kind) {
    case 0:
        return (uint64_t)fuzz_below(&run->input, FRAMES + 2) * FRAME;
    case 1:
        return (uint64_t)fuzz_below(&run->input, FRAMES + 2) * FRAME + fuzz_below(&run->input, 3) - 1;
    case 2:
        return fuzz_number(&run->input, 8);
    default:
        other += run->sample.count ? fuzz_below(&run->input, run->sample.count) : 0;
        return other->base + other->length + fuzz_below(&run->input, 3) - 1;
    }
}

static uint64_t take_length(struct run *run, uint32_t kind, uint64_t base)
{
    switch (kind) {
    case 0:
        return (uint64_t)fuzz_number(&run->input, 1) * FRAME;
    case 1:
        return fuzz_number(&run->input, 3);
    case 2:
        return fuzz_number(&run->input, 8);
    default:
        return 0 - base - fuzz_below(&run->input, 3);
    }
}

static void take_map(struct run *run)
{
    uint64_t ebda = fuzz_number(&run->input, 2) << 4;
    uint32_t count = fuzz_below(&run->input, ENTRIES_MAX + 1);

    run->sample.low_limit = (ebda >= 0x80000 && ebda < 0xa0000 ? ebda : 0x9fc00) / FRAME * FRAME;
    if (region_low_limit((uint16_t)(ebda >> 4)) != run->sample.low_limit)
        fuzz_fail("low limit of EBDA 0x%llx", (unsigned long long)ebda);
    for (uint32_t i = 0; i < count; i++, run->sample.count++) {
        struct map_entry *entry = &run->sample.entries[i];
        uint32_t kind = (uint32_t)fuzz_number(&run->input, 1);

        entry->base = take_base(run, kind & 3);
        entry->length = take_length(run, kind >> 2 & 3, entry->base);
        entry->type = (kind >> 4 & 3) == 3 ? (uint32_t)fuzz_number(&run->input, 4) : 1 + (kind >> 5 & 1);
        entry->attributes = kind >> 6 == 3 ? 0 : 1;
    }
}

/* ---- a wide address space */

static uint32_t add_edge(uint64_t *edges, uint32_t count, uint64_t edge)
{
    edges[count] = edge / FRAME * FRAME;
    edges[count + 1] = (edge + FRAME - 1) / FRAME * FRAME;
    return count + 2;
}

static uint32_t find_edges(const struct sample *sample, const struct region_limits *limits, uint64_t *edges)
{
    uint32_t count = add_edge(edges, 0, 0x1000);

    count = add_edge(edges, count, limits->low_limit);
    count = add_edge(edges, count, 0x100000);
    for (uint32_t i = 0; i < sample->count; i++) {
        count = add_edge(edges, count, sample->entries[i].base);
        count = add_edge(edges, count, sample->entries[i].base + sample->entries[i].length);
    }
    return count;
}

/* The state of the frame, and of the one before it; false where the CPU cannot address it. */
static bool wide_usable(const struct run *run, bool believe, uint64_t frame, uint64_t limit)
{
    return frame < limit && model_usable(&run->sample, believe, frame);
}

static void compare_frame(const struct run *run, bool believe, uint64_t frame, uint64_t limit)
{
    bool want = wide_usable(run, believe, frame, limit), got = region_find(&run->table, frame) != NULL;

    if (got != want)
        fuzz_fail("frame 0x%llx is %s", (unsigned long long)frame, got ? "not usable" : "usable and missing");
}

static void compare_wide(struct run *run, const struct region_limits *limits)
{
    uint64_t edges[2 * EDGES_MAX], limit = limits->high_limit;
    uint32_t count = find_edges(&run->sample, limits, edges);
    bool believe = false;

    /* The lowest usable frame, if there is one, is at an edge: so without one at an edge there is none at all. */
    for (uint32_t i = 0; i < count; i++)
        believe |= wide_usable(run, true, edges[i], limit);
    for (uint32_t i = 0; i < count; i++) {
        compare_frame(run, believe, edges[i], limit);
        compare_frame(run, believe, edges[i] - FRAME, limit);
    }
    for (uint32_t i = 0; i < run->table.count; i++) {
        const struct region *region = &run->table.regions[i];

        compare_frame(run, believe, region->base, limit);
        compare_frame(run, believe, region->base - FRAME, limit);
        compare_frame(run, believe, region->limit - FRAME, limit);
        compare_frame(run, believe, region->limit, limit);
    }
    fuzz_outcome(!run->table.count ? "wide, empty" : believe ? "wide" : "wide, attributes not believed");
}

/* ---- operations in the small one */

/* A span in frames: at a region's edges or within it, or anywhere in the model's space or a little beyond. */
static void take_span(struct run *run, uint64_t *base, uint64_t *limit)
{
    uint32_t how = (uint32_t)fuzz_number(&run->input, 1);

    if (how < 0xa0 && run->table.count) {
        const struct region *region = &run->table.regions[fuzz_below(&run->input, run->table.count)];

        *base = region->base + (how & 1 ? (uint64_t)fuzz_number(&run->input, 1) * FRAME : 0);
        *limit = how & 2 ? region->limit : *base + (uint64_t)fuzz_number(&run->input, 1) * FRAME;
        return;
    }
    *base = (uint64_t)fuzz_below(&run->input, FRAMES) * FRAME;
    *limit = *base + (uint64_t)fuzz_number(&run->input, 1) * FRAME;
    *base += how == 0xff;
    *limit -= how == 0xfe;
}

static uint32_t take_type(struct run *run)
{
    static const uint32_t types[] = {REGION_OWN, REGION_OWN, REGION_OWN + 1, REGION_OWN + 2, 2, REGION_USABLE};

    return types[fuzz_below(&run->input, sizeof types / sizeof types[0])];
}

/* Frames from base on that are as the first one is, up to limit; 0 where that is nothing of the table's. */
static bool is_in_one(const struct run *run, uint64_t base, uint64_t limit)
{
    uint64_t first = base / FRAME;

    for (uint64_t f = first; f < limit / FRAME; f++)
        if (f >= FRAMES || run->frames[f] == ' ' || run->frames[f] != run->frames[first])
            return false;
    return true;
}

static void expect(const struct run *run, const char *what, enum status got, enum status want)
{
    fuzz_outcome_of(what, status_text(got));
    if (got == STATUS_FULL && want == STATUS_OK && run->table.count + 2 > run->table.capacity)
        return;
    if (got != want)
        fuzz_fail("%s: %s, expected %s", what, status_text(got), status_text(want));
}

static void do_alloc(struct run *run)
{
    struct region_request request = {.limit = UINT64_MAX};
    uint32_t how = (uint32_t)fuzz_number(&run->input, 1), count, place = FRAMES;
    uint64_t base = 0;
    enum status status, want = STATUS_NOT_FOUND;

    request.bytes = how & 1 ? fuzz_number(&run->input, 3) : (uint64_t)fuzz_below(&run->input, 32) * FRAME;
    request.align = how < 0xf0 ? (uint64_t)1 << fuzz_below(&run->input, 22) : fuzz_number(&run->input, 2);
    request.type = take_type(run);
    if (how & 4)
        take_span(run, &request.base, &request.limit);
    if (how >= 0xe0 && how & 8)
        request.bytes = 0 - request.bytes;
    status = region_alloc(&run->table, &request, &base);
    count = (uint32_t)((request.bytes + FRAME - 1) / FRAME);
    if (!request.bytes || request.bytes > UINT64_MAX - (FRAME - 1) || request.type < REGION_OWN || !request.align ||
        request.align & (request.align - 1))
        want = STATUS_INVALID;
    else if (request.bytes <= (uint64_t)FRAMES * FRAME &&
             (place = model_place(run->frames, count, &request)) < FRAMES)
        want = STATUS_OK;
    expect(run, "alloc", status, want);
    if (status != STATUS_OK)
        return;
    if (base != (uint64_t)place * FRAME)
        fuzz_fail("alloc: 0x%llx is not the lowest place", (unsigned long long)base);
    memset(run->frames + place, letter(request.type), count);
}

static void do_retype(struct run *run)
{
    uint32_t type = take_type(run);
    uint64_t base, limit;
    enum status status, want = STATUS_OK;

    take_span(run, &base, &limit);
    status = region_retype(&run->table, base, limit, type);
    if (base >= limit || (base | limit) % FRAME)
        want = STATUS_INVALID;
    else if (!is_in_one(run, base, limit))
        want = STATUS_NOT_FOUND;
    expect(run, "retype", status, want);
    if (status == STATUS_OK)
        memset(run->frames + base / FRAME, letter(type), (limit - base) / FRAME);
}

static void do_free(struct run *run)
{
    uint64_t base, limit;
    enum status status, want = STATUS_OK;

    take_span(run, &base, &limit);
    status = region_free(&run->table, base, limit);
    if (base / FRAME < FRAMES && run->frames[base / FRAME] == '.')
        want = STATUS_NOT_ALLOCATED;
    else if (base >= limit || (base | limit) % FRAME)
        want = STATUS_INVALID;
    else if (!is_in_one(run, base, limit))
        want = STATUS_NOT_FOUND;
    expect(run, "free", status, want);
    if (status == STATUS_OK)
        memset(run->frames + base / FRAME, '.', (limit - base) / FRAME);
}

/* What was done before the table was full is the table's to say: but only usable frames of the span may be taken. */
static void learn_claimed(struct run *run, uint64_t first, uint64_t last, uint32_t type)
{
    for (uint64_t f = first; f < last; f++) {
        const struct region *region = region_find(&run->table, f * FRAME);

        if (run->frames[f] == '.' && region && region->type == type)
            run->frames[f] = letter(type);
    }
}

static void do_claim(struct run *run)
{
    uint32_t type = take_type(run);
    uint64_t base, limit, first, last;
    enum status status;

    take_span(run, &base, &limit);
    if (fuzz_below(&run->input, 16) == 15)
        limit = UINT64_MAX - fuzz_below(&run->input, 256);
    status = region_claim(&run->table, base, limit, type);
    expect(run, "claim", status, base >= limit || type < REGION_OWN ? STATUS_INVALID : STATUS_OK);
    if (status == STATUS_INVALID)
        return;
    first = base / FRAME;
    last = limit / FRAME < FRAMES ? (limit + FRAME - 1) / FRAME : FRAMES;
    if (status == STATUS_FULL)
        learn_claimed(run, first, last, type);
    for (uint64_t f = first; status == STATUS_OK && f < last; f++)
        if (run->frames[f] == '.')
            run->frames[f] = letter(type);
}

static void do_total(struct run *run)
{
    uint32_t type = take_type(run);
    uint64_t base, limit, want = 0;

    take_span(run, &base, &limit);
    for (uint64_t at = base; at < limit && at < (uint64_t)FRAMES * FRAME; at = (at / FRAME + 1) * FRAME) {
        uint64_t end = (at / FRAME + 1) * FRAME;

        want += run->frames[at / FRAME] == letter(type) ? (end < limit ? end : limit) - at : 0;
    }
    if (region_total(&run->table, type, base, limit) != want)
        fuzz_fail("total of type %u in [0x%llx, 0x%llx)", type, (unsigned long long)base, (unsigned long long)limit);
}

static void work(struct run *run)
{
    static void (*const operations[])(struct run *) = {do_alloc, do_alloc, do_retype, do_free, do_claim, do_total};

    for (uint32_t i = 0; i < OPERATIONS_MAX && fuzz_left(&run->input); i++) {
        operations[fuzz_below(&run->input, sizeof operations / sizeof operations[0])](run);
        if (!agree(&run->table, run->frames))
            fuzz_fail("the table differs from the model after operation %u", i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = {.input = {data, data + size}};
    uint32_t kind = (uint32_t)fuzz_number(&run.input, 1), spare = fuzz_below(&run.input, 32);
    uint32_t bits = kind & 1 ? BITS + kind / 2 % 36 : BITS; /* up to 56: more than the table takes for true */
    struct region_limits limits;
    uint16_t order[ENTRIES_MAX];
    struct map map = {run.sample.entries, 0, order, false};
    enum status status;

    take_map(&run);
    map.count = run.sample.count;
    run.table.capacity = spare >= 8 ? run.sample.count + 1 + spare : spare;
    run.table.regions = malloc((run.table.capacity + !run.table.capacity) * sizeof *run.table.regions);
    region_limits_set(&limits, run.sample.low_limit, bits);
    status = region_build(&run.table, &map, &limits);
    fuzz_outcome_of("build", status_text(status));
    if (status != STATUS_OK && (status != STATUS_FULL || run.table.count || run.table.capacity > run.sample.count))
        fuzz_fail("build: %s", status_text(status));
    if (status == STATUS_OK && bits == BITS) {
        model_build(&run.sample, run.frames);
        if (!agree(&run.table, run.frames))
            fuzz_fail("the table differs from the model");
        work(&run);
    } else if (status == STATUS_OK) {
        compare_wide(&run, &limits);
    }
    free(run.table.regions);
    return 0;
}
