/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From maps to regions: one case for each shape of map that has broken a kernel.  Names in brackets are rows of the bug
 * zoo.  Each case lists the entries as firmware returns them and the regions they must become.
 */
#include "tap.h"

#include "runtime/region.h"

#define ENTRIES 24
#define REGIONS 12
#define LOW 0x9f000
#define BITS 40
#define M 0x100000ull
#define ALL_BITS UINT64_MAX

struct span {
    uint64_t base, limit;
};

struct shape {
    const char *name;
    struct map_entry entries[ENTRIES]; /* up to the first with base, length and type 0; attributes 0 become 1 */
    struct span regions[REGIONS]; /* up to the first with limit 0 */
    uint32_t bits; /* of physical addresses; 0 means BITS */
    uint32_t keep_attributes; /* attributes are as they stand */
};

/* What every PC has, for maps that are about something else. */
#define PC {0, 0x9fc00, 1, 0}, {0x9fc00, 0x400, 2, 0}, {0xf0000, 0x10000, 2, 0}
#define PC_LOW {0x1000, LOW}

static const struct shape shapes[] = {
    {"a plain PC [MC01]: frame 0 and the BIOS's memory stay out",
     {PC, {M, 63 * M, 1, 0}},
     {PC_LOW, {M, 64 * M}}, 0, 0},
    {"640K-1M called RAM [MC02]",
     {{0, M, 1, 0}, {M, 15 * M, 1, 0}},
     {PC_LOW, {M, 16 * M}}, 0, 0},
    {"usable up to 0xf0000, RAM from 2 MiB [MC03]",
     {{0, 0xf0000, 1, 0}, {2 * M, 6 * M, 1, 0}},
     {PC_LOW, {2 * M, 8 * M}}, 0, 0},
    {"RAM from 0 in one piece, as a virtual machine has it [MC47]",
     {{0, 64 * M, 1, 0}},
     {PC_LOW, {M, 64 * M}}, 0, 0},
    {"last KiB of base memory undescribed [MC05]",
     {{0, 0x9fc00, 1, 0}, {M, M, 1, 0}},
     {PC_LOW, {M, 2 * M}}, 0, 0},
    {"low range ends at an odd byte [MC06]: only its last frame goes",
     {{0, 0x9dfff, 1, 0}, {M, M, 1, 0}},
     {{0x1000, 0x9d000}, {M, 2 * M}}, 0, 0},
    {"unaligned ranges [MC08, MC10]: trimmed inwards, not dropped",
     {{0x200123, 0x10000, 1, 0}, {0x7fe41810, 0xee7f0, 1, 0}},
     {{0x201000, 0x210000}, {0x7fe42000, 0x7ff30000}}, 0, 0},
    {"RAM split at byte edges [MC09]: merged before it is trimmed",
     {PC, {M, 0xc018, 1, 0}, {M + 0xc018, 0xae40, 1, 0}, {M + 0x16e58, 0x91a8, 1, 0}},
     {PC_LOW, {M, 0x120000}}, 0, 0},
    {"zero length in the middle [MC11]: does not split",
     {{M, M, 1, 0}, {0x180000, 0, 2, 0}, {0x181000, 0, 1, 0}},
     {{M, 2 * M}}, 0, 0},
    {"zero length at zero [MC12]",
     {{0, 0, 2, 0}, {M, M, 1, 0}},
     {{M, 2 * M}}, 0, 0},
    {"first entry is not RAM [MC13]",
     {{0xf0000, 0x10000, 2, 0}, {M, M, 1, 0}},
     {{M, 2 * M}}, 0, 0},
    {"reserved ranges overlap each other [MC14]",
     {{M, 16 * M, 1, 0}, {4 * M, 4 * M, 2, 0}, {6 * M, 4 * M, 3, 0}, {9 * M, 2 * M, 4, 0}},
     {{M, 4 * M}, {11 * M, 17 * M}}, 0, 0},
    {"reserved inside usable [MC15]: split in two",
     {{M, 511 * M, 1, 0}, {64 * M, 8 * M, 2, 0}},
     {{M, 64 * M}, {72 * M, 512 * M}}, 0, 0},
    {"reserved listed but not cut from usable [MC16]",
     {{M, 0x1ff00000, 1, 0}, {0x1fe80000, 0x180000, 2, 0}},
     {{M, 0x1fe80000}}, 0, 0},
    {"many fragments under one reserved range [MC17]: each is cut",
     {{2 * M, M, 1, 0}, {4 * M, M, 1, 0}, {6 * M, M, 1, 0}, {8 * M, M, 1, 0}, {10 * M, 2 * M, 1, 0},
      {3 * M, 8 * M, 2, 0}},
     {{2 * M, 3 * M}, {11 * M, 12 * M}}, 0, 0},
    {"nested overlap [MC18]: both remains stay",
     {{M, 127 * M, 1, 0}, {64 * M, 3 * M, 3, 0}},
     {{M, 64 * M}, {67 * M, 128 * M}}, 0, 0},
    {"usable overlapping usable [MC19]: counted once",
     {{M, 16 * M, 1, 0}, {M, 16 * M, 1, 0}, {8 * M, 16 * M, 1, 0}},
     {{M, 24 * M}}, 0, 0},
    {"unknown types [MC20]: reserved",
     {{M, 8 * M, 1, 0}, {2 * M, M, 2954887168u, 0}, {4 * M, M, 13, 0}, {6 * M, M, 0xf0000000u, 0}, {8 * M, M, 0, 0}},
     {{M, 2 * M}, {3 * M, 4 * M}, {5 * M, 6 * M}, {7 * M, 8 * M}}, 0, 0},
    {"our own region types in the map [MC21]: reserved like all others",
     {{M, 4 * M, 1, 0}, {2 * M, M, REGION_PAGES, 0}, {4 * M, M, REGION_STAGE2, 0}},
     {{M, 2 * M}, {3 * M, 4 * M}}, 0, 0},
    {"reserved range at 1 TiB [MC28]: says nothing about RAM",
     {{M, 63 * M, 1, 0}, {0xfd00000000, 0x300000000, 2, 0}},
     {{M, 64 * M}}, 0, 0},
    {"RAM above what the CPU addresses [MC29]: left out",
     {{M, 63 * M, 1, 0}, {1ull << 40, 1024 * M, 1, 0}},
     {{M, 64 * M}}, 0, 0},
    {"last frame below MAXPHYADDR [MC30]: usable; the next is not",
     {{M, M, 1, 0}, {(1ull << 40) - 0x1000, 0x2000, 1, 0}},
     {{M, 2 * M}, {(1ull << 40) - 0x1000, 1ull << 40}}, 0, 0},
    {"entry crosses 4 GiB [MC31]: all of it counts",
     {{2048 * M, 3072 * M, 1, 0}},
     {{2048 * M, 5120 * M}}, 0, 0},
    {"entry crosses the end of a 36-bit CPU: clipped, not dropped",
     {{M, 0x1fffff00000, 1, 0}},
     {{M, 1ull << 36}}, 36, 0},
    {"64-bit base and length [MC32]",
     {{0x100000000, 0x100000000, 1, 0}},
     {{0x100000000, 0x200000000}}, 0, 0},
    {"a 4 GiB guest [MC33, MC36]: the PCI hole is no RAM",
     {PC, {M, 0xbfee0000, 1, 0}, {0xbffe0000, 0x20000, 2, 0}, {0xfffc0000, 0x40000, 2, 0},
      {0x100000000, 0x40000000, 1, 0}},
     {PC_LOW, {M, 0xbffe0000}, {0x100000000, 0x140000000}}, 0, 0},
    {"RAM ends at 4 GiB exactly [MC38]",
     {{M, M, 1, 0}, {0xfffff000, 0x1000, 1, 0}},
     {{M, 2 * M}, {0xfffff000, 0x100000000}}, 0, 0},
    {"usable up to 2^64 exactly, and wrapping [MC39]",
     {{M, M, 1, 0}, {0xfffffffffffff000, 0x1000, 1, 0}, {0xffffffffffffe000, 0x10000, 1, 0}},
     {{M, 2 * M}}, 0, 0},
    {"reserved wrapping round 2^64 [MC39]: takes nothing at the bottom",
     {{M, 63 * M, 1, 0}, {0xfffffffffff00000, 0x5000000, 2, 0}},
     {{M, 64 * M}}, 0, 0},
    {"usable of length 2^64-1 from 1 MiB, on a 52-bit CPU [MC39]",
     {{M, ALL_BITS, 1, 0}},
     {{M, 1ull << 52}}, 60, 0},
    {"everything reserved over all 2^64 bytes",
     {{M, 63 * M, 1, 0}, {0, ALL_BITS, 2, 0}},
     {{0, 0}}, 0, 0},
    {"defective single pages [MC40]: holes of one frame",
     {{0x20000000, 0x200000, 1, 0}, {0x20050000, 0x1000, 5, 0}, {0x20110000, 0x1000, 5, 0}, {0x20130000, 0x1000, 5, 0}},
     {{0x20000000, 0x20050000}, {0x20051000, 0x20110000}, {0x20111000, 0x20130000}, {0x20131000, 0x20200000}}, 0, 0},
    {"RAM not at exactly 1 MiB [MC41]",
     {{M, 0x10000, 1, 0}, {0x1000000, 0x100000, 1, 0}},
     {{M, 0x110000}, {0x1000000, 0x1100000}}, 0, 0},
    {"adjacent is not overlapping [MC45]: touching usable ranges are one",
     {{M, M, 1, 0}, {2 * M, M, 1, 0}, {3 * M, M, 2, 0}, {4 * M, M, 1, 0}},
     {{M, 3 * M}, {4 * M, 5 * M}}, 0, 0},
    {"unsorted [MC46]",
     {{6 * M, M, 1, 0}, {4 * M, M, 1, 0}, {2 * M, M, 2, 0}, {M, 4 * M, 1, 0}},
     {{M, 2 * M}, {3 * M, 5 * M}, {6 * M, 7 * M}}, 0, 0},
    {"types 3 to 7 and 12 are no RAM [MC48, MC49]",
     {{M, M, 3, 0}, {2 * M, M, 4, 0}, {3 * M, M, 5, 0}, {4 * M, M, 6, 0}, {5 * M, M, 7, 0}, {6 * M, M, 12, 0},
      {7 * M, M, 1, 0}},
     {{7 * M, 8 * M}}, 0, 0},
    {"a reserved blob with byte edges [AL24]: its frames go, outward",
     {{M, 127 * M, 1, 0}, {0x5000123, 0x333, 2, 0}},
     {{M, 0x5000000}, {0x5001000, 128 * M}}, 0, 0},
    {"one reserved byte takes one frame",
     {{M, M, 1, 0}, {0x180fff, 1, 2, 0}},
     {{M, 0x180000}, {0x181000, 2 * M}}, 0, 0},
    {"a hole of one byte between usable ranges takes one frame",
     {{M, 0x80fff, 1, 0}, {0x181000, M, 1, 0}},
     {{M, 0x180000}, {0x181000, 0x281000}}, 0, 0},
    {"two usable halves make a frame; a piece below a frame makes none",
     {{M, 0x800, 1, 0}, {M + 0x800, 0x800, 1, 0}, {2 * M + 0x10, 0xff0, 1, 0}, {3 * M + 1, 0x1ffe, 1, 0}},
     {{M, M + 0x1000}}, 0, 0},
    {"reserved first, usable on top of it: the stricter wins, whatever the order",
     {{2 * M, M, 2, 0}, {M, 4 * M, 1, 0}},
     {{M, 2 * M}, {3 * M, 5 * M}}, 0, 0},
    {"usable below 0x1000 only [limine-b5eea0cc]",
     {{0x400, 0xc00, 1, 0}, {M, M, 1, 0}},
     {{M, 2 * M}}, 0, 0},
    {"no entry at all [BI22]", {{0, 0, 0, 0}}, {{0, 0}}, 0, 0},
    {"attributes clear on one entry [BI11]: that one is ignored",
     {{M, M, 1, 1}, {3 * M, M, 1, 0}, {5 * M, M, 1, 1}},
     {{M, 2 * M}, {5 * M, 6 * M}}, 0, 1},
    {"attributes clear on a reserved entry: it is ignored too",
     {{M, 4 * M, 1, 1}, {2 * M, M, 2, 0}},
     {{M, 5 * M}}, 0, 1},
    {"attributes clear on all [BI10]: they are bogus",
     {{M, 4 * M, 1, 0}, {2 * M, M, 2, 0}},
     {{M, 2 * M}, {3 * M, 5 * M}}, 0, 1},
    {"attributes clear on all that is usable [BI10]: they are bogus, also where reserved entries have them",
     {{M, 4 * M, 1, 0}, {2 * M, M, 2, 1}, {4 * M, M, 2, 8}},
     {{M, 2 * M}, {3 * M, 4 * M}}, 0, 1},
    {"other attribute bits mean nothing here",
     {{M, M, 1, 0xfffffff1}},
     {{M, 2 * M}}, 0, 1},
};

#define SHAPES (sizeof shapes / sizeof shapes[0])

static uint32_t count_entries(const struct shape *shape, struct map_entry *entries)
{
    uint32_t count = 0;

    for (; count < ENTRIES; count++) {
        entries[count] = shape->entries[count];
        if (!entries[count].base && !entries[count].length && !entries[count].type)
            break;
        if (!shape->keep_attributes)
            entries[count].attributes = MAP_ATTRIBUTE_ENABLED;
    }
    return count;
}

static bool as_wanted(const struct region_table *table, const struct shape *shape)
{
    uint32_t count = 0;

    while (count < REGIONS && shape->regions[count].limit)
        count++;
    for (uint32_t i = 0; i < table->count; i++) {
        const struct region *region = &table->regions[i];

        if (i >= count || region->base != shape->regions[i].base || region->limit != shape->regions[i].limit ||
            region->type != REGION_USABLE) {
            tap_note("region %u is 0x%" PRIx64 "..0x%" PRIx64, i, region->base, region->limit);
            return false;
        }
    }
    return table->count == count;
}

static void test_shape(const struct shape *shape)
{
    struct map_entry entries[ENTRIES];
    struct region regions[ENTRIES + 1];
    uint16_t order[ENTRIES];
    struct region_table table = {regions, 0, ENTRIES + 1};
    struct map map = {entries, count_entries(shape, entries), order, false};
    struct region_limits limits;
    enum status status;

    region_limits_set(&limits, LOW, shape->bits ? shape->bits : BITS);
    status = region_build(&table, &map, &limits);
    tap_ok(status == STATUS_OK && as_wanted(&table, shape) && region_check(&table) == STATUS_OK, "%s", shape->name);
}

/* The table has one region more than the map has entries at most: a run that crosses the first MiB makes two. */
static void test_capacity(void)
{
    struct map_entry entries[2] = {{0, 64 * M, 1, 1}, {8 * M, M, 2, 1}};
    struct region regions[3];
    uint16_t order[2];
    struct region_table table = {regions, 99, 3};
    struct map map = {entries, 2, order, false};
    struct region_limits limits;

    region_limits_set(&limits, LOW, BITS);
    tap_ok(region_build(&table, &map, &limits) == STATUS_OK && table.count == 3, "count + 1 regions are enough");
    for (table.capacity = 0; table.capacity < 3; table.capacity++)
        tap_ok(region_build(&table, &map, &limits) == STATUS_FULL && table.count == 0,
               "room for %u of 3 regions is too little: the table is empty, not half", table.capacity);
}

static void test_limits(void)
{
    struct region_limits limits;

    region_limits_set(&limits, 0x9fc00, 36);
    tap_ok(limits.low_base == 0x1000 && limits.low_limit == 0x9f000, "the low limit is rounded down to a frame");
    tap_ok(limits.high_base == M && limits.high_limit == 1ull << 36, "the high limit is 2^36");
    region_limits_set(&limits, 0xb0000, 64);
    tap_ok(limits.low_limit == 0xa0000 && limits.high_limit == 1ull << 52, "nothing above 640 KiB or 2^52 is believed");
    region_limits_set(&limits, 0, 0);
    tap_ok(limits.low_limit == 0x1000 && limits.high_limit == M, "nor nonsense below: both windows are empty");
}

/* The EBDA's pointer [MC07]. */
static void test_ebda(void)
{
    tap_is_u64(region_low_limit(0x9fc0), 0x9f000, "EBDA at 0x9fc00: its frame goes");
    tap_is_u64(region_low_limit(0x9f00), 0x9f000, "EBDA at 0x9f000");
    tap_is_u64(region_low_limit(0x8000), 0x80000, "the lowest EBDA that is believed");
    tap_is_u64(region_low_limit(0x7fff), 0x9f000, "below it is nonsense");
    tap_is_u64(region_low_limit(0), 0x9f000, "0 is nonsense");
    tap_is_u64(region_low_limit(0x9fff), 0x9f000, "the highest that is believed");
    tap_is_u64(region_low_limit(0xa000), 0x9f000, "0xa0000 is nonsense");
    tap_is_u64(region_low_limit(0xffff), 0x9f000, "0xffff is nonsense");
}

/* 1,024 entries backwards, each usable one touching a reserved one: the most regions a map can make. */
static void test_many(void)
{
    static struct map_entry entries[1024];
    static struct region regions[1025];
    static uint16_t order[1024];
    struct region_table table = {regions, 0, 1025};
    struct map map = {entries, 1024, order, false};
    struct region_limits limits;

    for (uint32_t i = 0; i < 1024; i++)
        entries[i] = (struct map_entry){(1023 - i) * 0x1000ull + M, 0x1000, 1 + i % 2, 1};
    region_limits_set(&limits, LOW, BITS);
    tap_ok(region_build(&table, &map, &limits) == STATUS_OK && region_check(&table) == STATUS_OK,
           "1,024 entries in reverse order");
    tap_is_u64(table.count, 512, "make 512 regions of one frame");
    tap_is_u64(region_total(&table, REGION_USABLE, 0, UINT64_MAX), 512 * 0x1000, "of 2 MiB altogether");
    tap_ok(entries[0].base == 1023 * 0x1000ull + M, "and the entries keep the firmware's order");
}

int main(void)
{
    tap_plan(SHAPES + 4 + 4 + 8 + 4);
    for (unsigned i = 0; i < SHAPES; i++)
        test_shape(&shapes[i]);
    test_capacity();
    test_limits();
    test_ebda();
    test_many();
    return tap_done();
}
