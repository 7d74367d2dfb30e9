/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking from the table and giving back.  Pictures: one column is a frame, '.' usable, letters own types, ' ' no
 * region; the first column is frame 0x100.  Each picture is a case: the table before, the operation, the table
 * afterwards.
 */
#include "tap.h"

#include "runtime/region.h"

#define FRAME 0x1000ull
#define FIRST 0x100ull /* frame of a picture's first column */
#define COLUMNS 24
#define CAPACITY 12

#define AT(column) ((FIRST + (column)) * FRAME)

struct bench {
    struct region regions[CAPACITY];
    struct region_table table;
};

static uint32_t type_of(char c)
{
    switch (c) {
    case '.':
        return REGION_USABLE;
    case 'K':
        return REGION_KERNEL;
    case 'S':
        return REGION_STACK;
    case 'P':
        return REGION_PAGES;
    default:
        return 0;
    }
}

static char letter_of(uint32_t type)
{
    return type == REGION_USABLE ? '.' : type == REGION_KERNEL ? 'K' : type == REGION_STACK ? 'S' : 'P';
}

/* Makes the table that a picture shows. */
static void set_up(struct bench *bench, const char *picture)
{
    struct region_table *table = &bench->table;

    *table = (struct region_table){bench->regions, 0, CAPACITY};
    for (unsigned i = 0; picture[i]; i++) {
        uint32_t type = type_of(picture[i]);

        if (!type)
            continue;
        if (i && picture[i - 1] == picture[i])
            table->regions[table->count - 1].limit += FRAME;
        else
            table->regions[table->count++] = (struct region){AT(i), AT(i + 1), type, 0};
    }
}

/* Draws the table. */
static void draw(const struct bench *bench, char *picture)
{
    memset(picture, ' ', COLUMNS);
    picture[COLUMNS] = '\0';
    for (uint32_t i = 0; i < bench->table.count; i++)
        for (uint64_t at = bench->regions[i].base; at < bench->regions[i].limit; at += FRAME)
            picture[at / FRAME - FIRST] = letter_of(bench->regions[i].type);
    for (unsigned i = COLUMNS; i && picture[i - 1] == ' '; i--)
        picture[i - 1] = '\0';
}

/* A point: the table is as drawn, and in order. */
static void expect(const struct bench *bench, const char *picture, const char *what)
{
    char got[COLUMNS + 1];

    draw(bench, got);
    tap_is_text(region_check(&bench->table) == STATUS_OK ? got : "(corrupt)", picture, "%s", what);
}

struct alloc_case {
    const char *name, *before, *after;
    uint64_t bytes, align, base, limit;
    uint64_t want; /* where it is */
};

#define ANYWHERE 0, UINT64_MAX

static const struct alloc_case allocs[] = {
    {"lowest fit, at the start: the region shrinks", ".....  ....", "KK...  ....", 2 * FRAME, 1, ANYWHERE, AT(0)},
    {"exact fit: no empty region stays behind [AL20]", "..  ....", "KK  ....", 2 * FRAME, 1, ANYWHERE, AT(0)},
    {"too small regions are passed over", ".. . ....", ".. . KKK.", 3 * FRAME, 1, ANYWHERE, AT(5)},
    {"own types are passed over", "KKKK....", "KKKKSSSS", 4 * FRAME, 1, ANYWHERE, AT(4)},
    {"bytes are rounded up to frames", "....", "KK..", FRAME + 1, 1, ANYWHERE, AT(0)},
    {"alignment leaves a piece below", ".. .......", ".. .KKKK..", 4 * FRAME, 4 * FRAME, ANYWHERE, AT(4)},
    {"alignment holds in the middle of a region [AL07]", " .......", " ...KK..", 2 * FRAME, 4 * FRAME, ANYWHERE, AT(4)},
    {"the window's base splits the region", "........", "...KK...", 2 * FRAME, 1, AT(3), UINT64_MAX, AT(3)},
    {"a window with odd edges counts whole frames only", "........", "...KK...", 2 * FRAME, 1, AT(2) + 1, AT(5), AT(3)},
    {"the window's limit is exclusive [AL27]", "........", "......KK", 2 * FRAME, 1, AT(6), AT(8), AT(6)},
    {"touching spans of a type become one", "KK.....", "KKKK...", 2 * FRAME, 1, ANYWHERE, AT(2)},
    {"and on the other side", "..KK", "KKKK", 2 * FRAME, 1, ANYWHERE, AT(0)},
    {"and on both", "KK..KK.", "KKKKKK.", 2 * FRAME, 1, ANYWHERE, AT(2)},
    {"a gap keeps them apart", "KK ..KK.", "KK KKKK.", 2 * FRAME, 1, ANYWHERE, AT(3)},
    {"another type does not merge", "SS..SS", "SSKKSS", 2 * FRAME, 1, ANYWHERE, AT(2)},
};

#define ALLOCS (sizeof allocs / sizeof allocs[0])

static void test_allocs(void)
{
    for (unsigned i = 0; i < ALLOCS; i++) {
        const struct alloc_case *c = &allocs[i];
        struct region_request request = {c->bytes, c->align, c->base, c->limit, REGION_KERNEL};
        struct bench bench;
        uint64_t base = 0;

        if (strchr(c->after, 'S') && !strchr(c->before, 'S'))
            request.type = REGION_STACK;
        set_up(&bench, c->before);
        if (region_alloc(&bench.table, &request, &base) != STATUS_OK || base != c->want)
            tap_note("base 0x%" PRIx64 ", want 0x%" PRIx64, base, c->want), base = 0;
        expect(&bench, base ? c->after : "(base)", c->name);
    }
}

struct refusal {
    const char *name;
    struct region_request request;
    enum status want;
};

static const struct refusal refusals[] = {
    {"no region is large enough [AL25]", {4 * FRAME, 1, ANYWHERE, REGION_STACK}, STATUS_NOT_FOUND},
    {"none is once it is aligned", {2 * FRAME, 16 * FRAME, AT(1), UINT64_MAX, REGION_STACK}, STATUS_NOT_FOUND},
    {"the window has no usable frame", {FRAME, 1, AT(3), AT(4), REGION_STACK}, STATUS_NOT_FOUND},
    {"the window is smaller than a frame", {1, 1, AT(0), AT(1) - 1, REGION_STACK}, STATUS_NOT_FOUND},
    {"the window is empty", {FRAME, 1, AT(2), AT(1), REGION_STACK}, STATUS_NOT_FOUND},
    {"alignment to 2^63", {FRAME, 1ull << 63, ANYWHERE, REGION_STACK}, STATUS_NOT_FOUND},
    {"size near 2^64 is not rounded to a small one [AL36]", {UINT64_MAX, 1, ANYWHERE, REGION_STACK}, STATUS_INVALID},
    {"2^64 - 4096 bytes", {UINT64_MAX - FRAME + 1, 1, ANYWHERE, REGION_STACK}, STATUS_NOT_FOUND},
    {"no bytes", {0, 1, ANYWHERE, REGION_STACK}, STATUS_INVALID},
    {"alignment 0", {FRAME, 0, ANYWHERE, REGION_STACK}, STATUS_INVALID},
    {"alignment 3 frames [AL40]", {FRAME, 3 * FRAME, ANYWHERE, REGION_STACK}, STATUS_INVALID},
    {"a type of the firmware's", {FRAME, 1, ANYWHERE, 1}, STATUS_INVALID},
};

#define REFUSALS (sizeof refusals / sizeof refusals[0])

static void test_refusals(void)
{
    for (unsigned i = 0; i < REFUSALS; i++) {
        struct bench bench;
        uint64_t base = 42;

        set_up(&bench, "... ... K");
        if (region_alloc(&bench.table, &refusals[i].request, &base) != refusals[i].want || base != 42)
            bench.table.count = 0;
        expect(&bench, "... ... K", refusals[i].name);
    }
}

/* A split needs two more places; without them nothing changes. */
static void test_full(void)
{
    struct region_request middle = {FRAME, 1, AT(2), UINT64_MAX, REGION_KERNEL};
    struct bench bench;
    uint64_t base;

    for (uint32_t capacity = 1; capacity <= 3; capacity++) {
        set_up(&bench, ".....");
        bench.table.capacity = capacity;
        if (region_alloc(&bench.table, &middle, &base) != (capacity < 3 ? STATUS_FULL : STATUS_OK))
            bench.table.count = 0;
        expect(&bench, capacity < 3 ? "....." : "..K..",
               capacity < 3 ? "a full table refuses a split" : "room for three is enough");
    }
    set_up(&bench, ".....");
    bench.table.capacity = 1;
    middle = (struct region_request){5 * FRAME, 1, ANYWHERE, REGION_KERNEL};
    tap_ok(region_alloc(&bench.table, &middle, &base) == STATUS_OK, "an exact fit needs no place");
}

/* Frame 0 is never given, even from a table that has it [AL31]. */
static void test_zero(void)
{
    struct region_request request = {FRAME, 1, ANYWHERE, REGION_KERNEL};
    struct region regions[4] = {{0, 2 * FRAME, REGION_USABLE, 0}};
    struct region_table table = {regions, 1, 4};
    uint64_t base = 0;

    tap_ok(region_alloc(&table, &request, &base) == STATUS_OK && base == FRAME, "address 0 is never given");
    tap_ok(region_alloc(&table, &request, &base) == STATUS_NOT_FOUND, "not even when nothing else is left");
}

/* The highest frames there are [AL34]. */
static void test_top(void)
{
    struct region_request request = {FRAME, 1, ANYWHERE, REGION_KERNEL};
    struct region regions[4] = {{UINT64_MAX - 3 * FRAME + 1, UINT64_MAX - FRAME + 1, REGION_USABLE, 0}};
    struct region_table table = {regions, 1, 4};
    uint64_t base = 0;

    tap_ok(region_alloc(&table, &request, &base) == STATUS_OK && base == UINT64_MAX - 3 * FRAME + 1, "top of 2^64");
    request.align = 1ull << 32;
    tap_ok(region_alloc(&table, &request, &base) == STATUS_NOT_FOUND, "aligning there does not wrap to 0");
}

struct retype_case {
    const char *name, *before, *after;
    unsigned from, to;
    char type;
    enum status want;
};

static const struct retype_case retypes[] = {
    {"the whole region", " ...", " SSS", 1, 4, 'S', STATUS_OK},
    {"its start", " ...", " S..", 1, 2, 'S', STATUS_OK},
    {"its end", " ...", " ..S", 3, 4, 'S', STATUS_OK},
    {"its middle", " ...", " .S.", 2, 3, 'S', STATUS_OK},
    {"to the type it has", " ...", " ...", 2, 3, '.', STATUS_OK},
    {"the whole, with the same on both sides", "S..S", "SSSS", 1, 3, 'S', STATUS_OK},
    {"its start, with the same before it", "S..S", "SS.S", 1, 2, 'S', STATUS_OK},
    {"its end, with the same behind it", "S..S", "S.SS", 2, 3, 'S', STATUS_OK},
    {"back to usable, joining both sides", "..SS..", "......", 2, 4, '.', STATUS_OK},
    {"one own type to another", "PPKKPP", "PPPPPP", 2, 4, 'P', STATUS_OK},
    {"more than one region", "..SS..", "..SS..", 1, 3, 'K', STATUS_NOT_FOUND},
    {"where there is none", ".. ..", ".. ..", 2, 3, 'K', STATUS_NOT_FOUND},
    {"across a gap", ".. ..", ".. ..", 1, 4, 'K', STATUS_NOT_FOUND},
    {"an empty span", "....", "....", 2, 2, 'K', STATUS_INVALID},
    {"an inverted span", "....", "....", 3, 2, 'K', STATUS_INVALID},
};

#define RETYPES (sizeof retypes / sizeof retypes[0])

static void test_retypes(void)
{
    for (unsigned i = 0; i < RETYPES; i++) {
        const struct retype_case *c = &retypes[i];
        struct bench bench;

        set_up(&bench, c->before);
        if (region_retype(&bench.table, AT(c->from), AT(c->to), type_of(c->type)) != c->want)
            bench.table.count = 0;
        expect(&bench, c->after, c->name);
    }
}

static void test_free(void)
{
    struct bench bench;

    set_up(&bench, "..KKKK..");
    tap_ok(region_free(&bench.table, AT(3), AT(5)) == STATUS_OK, "part of an allocated region is freed");
    expect(&bench, "..K..K..", "and usable again");
    tap_ok(region_free(&bench.table, AT(3), AT(5)) == STATUS_NOT_ALLOCATED, "freeing twice is refused");
    tap_ok(region_free(&bench.table, AT(9), AT(10)) == STATUS_NOT_FOUND, "so is freeing what is in no region");
    tap_ok(region_free(&bench.table, AT(2) + 1, AT(3)) == STATUS_INVALID, "and half frames");
    expect(&bench, "..K..K..", "nothing of that changed the table");
}

static void test_claim(void)
{
    struct bench bench;

    set_up(&bench, "... ..KK... ..");
    tap_ok(region_claim(&bench.table, AT(1) + 1, AT(9) + 1, REGION_STACK) == STATUS_OK, "over regions and gaps");
    expect(&bench, ".SS SSKKSS. ..", "takes every usable frame it touches, and only those");
    tap_ok(region_claim(&bench.table, AT(20), AT(22), REGION_STACK) == STATUS_OK, "claiming where nothing is, is fine");
    tap_ok(region_claim(&bench.table, 0, UINT64_MAX, REGION_PAGES) == STATUS_OK, "claiming everything");
    expect(&bench, "PSS SSKKSSP PP", "takes what is left");
    tap_ok(region_claim(&bench.table, AT(2), AT(2), REGION_PAGES) == STATUS_INVALID, "an empty claim is refused");
    tap_ok(region_claim(&bench.table, AT(0), AT(1), MAP_TYPE_USABLE) == STATUS_INVALID,
           "so is one for a type of the firmware's");
    set_up(&bench, "... ...");
    bench.table.capacity = 3;
    tap_ok(region_claim(&bench.table, AT(1), AT(5), REGION_PAGES) == STATUS_FULL, "a claim that needs a fourth place");
    expect(&bench, ".PP ...", "takes what had room and stops at the table's end");
}

/* Own types are printed in the boot report: each has a name of its own. */
static void test_names(void)
{
    static const struct {
        uint32_t type;
        const char *name;
    } types[] = {{REGION_USABLE, "usable"}, {REGION_PAGES, "page-tables"}, {REGION_KERNEL, "kernel"},
                 {REGION_STACK, "stack"}, {REGION_HANDOFF, "handoff"}, {REGION_STAGE2, "stage2"},
                 {REGION_RESERVED, "reserved"}, {REGION_ARCHIVE, "archive"},
                 {7, "unknown"}, {REGION_TYPE_LIMIT, "unknown"}};

    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++)
        tap_is_text(region_type_name(types[i].type), types[i].name, "type 0x%x is %s", types[i].type, types[i].name);
}

static void test_queries(void)
{
    struct bench bench;

    set_up(&bench, "..KK.. ..");
    tap_is_u64(region_total(&bench.table, REGION_USABLE, 0, UINT64_MAX), 6 * FRAME, "the total of a type");
    tap_is_u64(region_total(&bench.table, REGION_USABLE, AT(1), AT(5) + 1), 2 * FRAME + 1, "within a window");
    tap_is_u64(region_total(&bench.table, REGION_USABLE, AT(5), AT(1)), 0, "within an inverted window");
    tap_ok(region_find(&bench.table, AT(2)) == &bench.regions[1], "the region at its first byte");
    tap_ok(region_find(&bench.table, AT(4) - 1) == &bench.regions[1], "and at its last");
    tap_ok(!region_find(&bench.table, AT(6)), "none in a gap");
}

static void test_check(void)
{
    struct bench bench;

    set_up(&bench, "..KK.. ..");
    bench.regions[1].limit += FRAME;
    tap_ok(region_check(&bench.table) == STATUS_CORRUPT, "an overlap is found");
    set_up(&bench, "..KK.. ..");
    bench.regions[1].type = REGION_USABLE;
    tap_ok(region_check(&bench.table) == STATUS_CORRUPT, "so are two neighbours that should be one");
    set_up(&bench, "..KK.. ..");
    bench.regions[2].base = bench.regions[2].limit;
    tap_ok(region_check(&bench.table) == STATUS_CORRUPT, "an empty region");
    set_up(&bench, "..KK.. ..");
    bench.regions[3].limit++;
    tap_ok(region_check(&bench.table) == STATUS_CORRUPT, "half a frame");
    set_up(&bench, "..KK.. ..");
    bench.table.capacity = 2;
    tap_ok(region_check(&bench.table) == STATUS_CORRUPT, "and more than there is room for");
}

int main(void)
{
    tap_plan(ALLOCS + REFUSALS + 4 + 2 + 2 + RETYPES + 6 + 9 + 10 + 6 + 5);
    test_allocs();
    test_refusals();
    test_full();
    test_zero();
    test_top();
    test_retypes();
    test_free();
    test_claim();
    test_names();
    test_queries();
    test_check();
    return tap_done();
}
