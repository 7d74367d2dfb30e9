/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The naive model of the region table: one letter a frame, in an address space of 2 MiB.  A frame is usable if nothing
 * but usable entries touches it and they cover it, in 128-bit arithmetic.  It shares no code with the product.
 */
#ifndef ACRE_REGION_MODEL_H
#define ACRE_REGION_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "runtime/region.h"

#define FRAME 0x1000u
#define BITS 21
#define FRAMES ((1u << BITS) / FRAME)
#define ENTRIES_MAX 40

typedef unsigned __int128 wide;

/* A map, and where the BIOS's own memory starts. */
struct sample {
    struct map_entry entries[ENTRIES_MAX];
    uint32_t count;
    uint64_t low_limit;
};

static inline bool ignored(const struct map_entry *entry, bool believe)
{
    return believe && !(entry->attributes & 1);
}

/* Whether anything that is not usable memory touches [from, to). */
static inline bool model_spoiled(const struct sample *sample, bool believe, uint64_t from, uint64_t to)
{
    for (uint32_t i = 0; i < sample->count; i++) {
        const struct map_entry *e = &sample->entries[i];

        if (e->type != 1 && e->length && !ignored(e, believe) && e->base < to && (wide)e->base + e->length > from)
            return true;
    }
    return false;
}

/* Whether usable entries cover [from, to). */
static inline bool model_covered(const struct sample *sample, bool believe, wide from, wide to)
{
    while (from < to) {
        wide reach = from;

        for (uint32_t i = 0; i < sample->count; i++) {
            const struct map_entry *e = &sample->entries[i];
            wide end = (wide)e->base + e->length;

            if (e->type == 1 && !ignored(e, believe) && e->base <= from && end > reach)
                reach = end;
        }
        if (reach == from)
            return false;
        from = reach;
    }
    return true;
}

/* Whether the frame at `from` is usable, where the CPU can address it. */
static inline bool model_usable(const struct sample *sample, bool believe, uint64_t from)
{
    uint64_t to = from + FRAME;

    if (from < 0x1000 || (to > sample->low_limit && from < 0x100000))
        return false;
    return !model_spoiled(sample, believe, from, to) && model_covered(sample, believe, from, to);
}

/* Fills frames and returns how many are usable. */
static inline uint32_t model_frames(const struct sample *sample, bool believe, char *frames)
{
    uint32_t usable = 0;

    for (uint32_t f = 0; f < FRAMES; f++) {
        frames[f] = model_usable(sample, believe, (uint64_t)f * FRAME) ? '.' : ' ';
        usable += frames[f] == '.';
    }
    return usable;
}

static inline void model_build(const struct sample *sample, char *frames)
{
    if (!model_frames(sample, true, frames))
        model_frames(sample, false, frames);
}

/* ---- the comparison */

static inline char letter(uint32_t type)
{
    return type == REGION_USABLE ? '.' : (char)('a' + type % 26);
}

/* Whether the table says of every frame what the model says. */
static inline bool agree(const struct region_table *table, const char *frames)
{
    char got[FRAMES];

    if (region_check(table) != STATUS_OK)
        return false;
    memset(got, ' ', FRAMES);
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->regions[i].limit > (uint64_t)FRAMES * FRAME)
            return false;
        for (uint64_t f = table->regions[i].base / FRAME; f < table->regions[i].limit / FRAME; f++)
            got[f] = letter(table->regions[i].type);
    }
    return !memcmp(got, frames, FRAMES);
}

/*
 * The lowest place in frames for `count` at `align` within [base, limit), or FRAMES; byte by byte arithmetic is the
 * model's.
 */
static inline uint32_t model_place(const char *frames, uint32_t count, const struct region_request *request)
{
    for (uint32_t f = 1; f + count <= FRAMES; f++) {
        uint64_t from = (uint64_t)f * FRAME;
        uint32_t n = 0;

        if (from % request->align || from < request->base || from + (uint64_t)count * FRAME > request->limit)
            continue;
        while (n < count && frames[f + n] == '.')
            n++;
        if (n == count)
            return f;
    }
    return FRAMES;
}

#endif
