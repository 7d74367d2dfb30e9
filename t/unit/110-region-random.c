/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random maps against a model that looks at one frame at a time and shares no code with the product: a frame is usable
 * if nothing but usable entries touches it and they cover it, in 128-bit arithmetic.  The address space is 2 MiB small,
 * so that ranges meet; edges prefer to be near one another and near frame edges; some entries are empty, wrap, or reach
 * to 2^64. Then random takings and givings-back on the same table against an array with one letter a frame.
 *
 * ACRE_SEED=n replays from seed n; ACRE_MAPS=n changes how many maps there are.
 */
#include "tap.h"

#include "region_model.h"

#define MAPS 120000

static uint64_t random_state;

static uint64_t random_next(void)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint32_t random_below(uint32_t limit)
{
    return (uint32_t)((random_next() >> 32) * limit >> 32);
}

/* An address: a frame's edge, near one, near an edge that is there already, the windows' edges, or any. */
static uint64_t random_edge(const struct sample *sample, uint32_t count)
{
    const struct map_entry *other = &sample->entries[count ? random_below(count) : 0];
    uint64_t edge;

    switch (random_below(count ? 8 : 4)) {
    case 0:
        return random_below(1u << BITS);
    case 1:
        return random_below(FRAMES + 2) * (uint64_t)FRAME;
    case 2:
        edge = (uint64_t[]){0, 0x1000, 0x9f000, 0x9fc00, 0xa0000, 0x100000, 1u << BITS}[random_below(7)];
        return edge + random_below(3) - 1;
    case 3:
        return random_below(FRAMES) * (uint64_t)FRAME + random_below(3) - 1;
    case 4:
    case 5:
        return other->base + random_below(3) - 1;
    default:
        return other->base + other->length + random_below(3) - 1;
    }
}

static uint64_t random_length(const struct sample *sample, uint32_t count, uint64_t base)
{
    switch (random_below(12)) {
    case 0:
        return 0;
    case 1:
        return random_next(); /* huge: may wrap */
    case 2:
        return 0 - base - random_below(2); /* up to 2^64 or a byte less */
    case 3:
        return random_below(FRAME);
    case 4:
    case 5:
        return (random_below(16) + 1) * (uint64_t)FRAME;
    case 6:
    case 7:
        return random_below(1u << (BITS - 1));
    default:
        return random_edge(sample, count) - base; /* up to an edge; wraps if that lies below */
    }
}

static uint32_t random_type(void)
{
    static const uint32_t odd[] = {0, 2, 3, 4, 5, 6, 7, 8, 12, 13, 0x100, 0x101, 0xefffffff, 0xf0000000, 0xffffffff};

    return random_below(5) < 3 ? MAP_TYPE_USABLE : odd[random_below(sizeof odd / sizeof odd[0])];
}

static void random_map(struct sample *sample)
{
    uint32_t attributes = random_below(8);

    sample->count = random_below(random_below(4) ? 8 : ENTRIES_MAX + 1);
    sample->low_limit = (0x80 + random_below(0x21)) * (uint64_t)FRAME;
    for (uint32_t i = 0; i < sample->count; i++) {
        struct map_entry *entry = &sample->entries[i];

        if (i && !random_below(16)) {
            *entry = sample->entries[random_below(i)]; /* a duplicate */
            continue;
        }
        entry->base = random_below(24) ? random_edge(sample, i) : random_next();
        entry->length = random_length(sample, i, entry->base);
        if (entry->length > 1u << BITS && random_below(8))
            entry->length = random_below(1u << BITS);
        entry->type = random_type();
        /* One map in eight has all bits clear, one some of them. */
        entry->attributes = attributes == 0 ? 0 : attributes == 1 ? random_below(2) : 1;
    }
}

static void show(const struct sample *sample, uint64_t seed)
{
    tap_note("ACRE_SEED=%" PRIu64 " low_limit 0x%" PRIx64, seed, sample->low_limit);
    for (uint32_t i = 0; i < sample->count; i++)
        tap_note("0x%" PRIx64 " + 0x%" PRIx64 " type %u attributes %u", sample->entries[i].base,
                 sample->entries[i].length, sample->entries[i].type, sample->entries[i].attributes);
}

/* One random taking; false if product and model differ. */
static bool random_alloc(struct region_table *table, char *frames)
{
    struct region_request request = {random_below(20 * FRAME) + 1, 1u << random_below(17), 0, UINT64_MAX,
                                     REGION_OWN + random_below(3)};
    uint32_t count = (uint32_t)((request.bytes + FRAME - 1) / FRAME), place;
    uint64_t base = 0;
    enum status status;

    if (random_below(2)) {
        request.base = random_below(1u << BITS);
        request.limit = request.base + random_below(1u << (BITS - 2));
    }
    place = model_place(frames, count, &request);
    status = region_alloc(table, &request, &base);
    if (status == STATUS_FULL)
        return table->count + 2 > table->capacity;
    if ((status == STATUS_OK) != (place < FRAMES) || (status == STATUS_OK && base != (uint64_t)place * FRAME))
        return false;
    if (status == STATUS_OK)
        memset(frames + place, letter(request.type), count);
    return true;
}

/* One random giving-back of a piece of what is taken. */
static bool random_free(struct region_table *table, char *frames)
{
    const struct region *region = table->count ? &table->regions[random_below(table->count)] : NULL;
    uint64_t from, to;
    enum status status;

    if (!region)
        return true;
    from = region->base / FRAME + random_below((uint32_t)((region->limit - region->base) / FRAME));
    to = from + 1 + random_below((uint32_t)(region->limit / FRAME - from));
    status = region_free(table, from * FRAME, to * FRAME);
    if (frames[from] == '.')
        return status == STATUS_NOT_ALLOCATED;
    if (status == STATUS_OK)
        memset(frames + from, '.', to - from);
    return status == STATUS_OK || (status == STATUS_FULL && table->count + 2 > table->capacity);
}

static bool one_map(struct sample *sample, bool with_allocs)
{
    struct region regions[ENTRIES_MAX + 30];
    uint16_t order[ENTRIES_MAX];
    struct region_table table = {regions, 0, ENTRIES_MAX + 30};
    struct map map = {sample->entries, sample->count, order, false};
    struct region_limits limits;
    char frames[FRAMES];

    region_limits_set(&limits, sample->low_limit, BITS);
    model_build(sample, frames);
    if (region_build(&table, &map, &limits) != STATUS_OK || !agree(&table, frames))
        return false;
    for (uint32_t i = 0; with_allocs && i < 24; i++)
        if (!(random_below(3) ? random_alloc(&table, frames) : random_free(&table, frames)) || !agree(&table, frames))
            return false;
    return true;
}

int main(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 1), maps = tap_number("ACRE_MAPS", MAPS), wrong = 0, entries = 0;
    struct sample sample;

    tap_plan(2);
    for (uint64_t i = 0; i < maps && wrong < 3; i++) {
        random_state = (seed + i) * 0xd1342543de82ef95;
        random_map(&sample);
        entries += sample.count;
        if (!one_map(&sample, (seed + i) % 4 == 0)) {
            wrong++;
            show(&sample, seed + i);
        }
    }
    tap_is_u64(wrong, 0, "%" PRIu64 " random maps make the regions that the model makes", maps);
    tap_ok(entries > maps * 4, "with %" PRIu64 " entries altogether", entries);
    return tap_done();
}
