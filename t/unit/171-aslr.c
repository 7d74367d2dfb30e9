/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of a program's address space, from 100 million seeds: no two parts have a page in common, no guard gap is
 * broken, every part lies in its place, and every bit that layout.h promises is used.
 *
 *   0x1000   program   brk_base ..... brk_limit | guard | stack_base ... stack_limit   0x80000000
 *            |=======|.......|==================|.......|================|
 *
 * Seeds are ACRE_SEED, ACRE_SEED + 1, ...: neighbours, which is the hardest case.  The kinds of programs take turns.
 * ACRE_SEED=n starts there; ACRE_OPS=n changes how many there are.
 */
#include "tap.h"

#include "unix/aslr.h"
#include "x86_64/layout.h"

#if defined __SANITIZE_ADDRESS__
#define SEEDS 5000000u
#else
#define SEEDS 100000000u
#endif
#define SAMPLE 0x400000u /* seeds whose bits and distinct values are counted */
#define PAGE LAYOUT_FRAME_SIZE
#define MIB 0x100000ull

static const struct layout_request programs[] = {
    { .aslr = true, .stack_size = 8 * MIB, .pie_size = 0x21000, .pie_align = PAGE },
    { .aslr = true, .stack_size = 8 * MIB, .program_base = 0x400000, .program_limit = 0x4c8000 },
    { .aslr = true, .stack_size = UINT64_MAX, .pie_size = 0x20000000000, .pie_align = 2 * MIB },
    { .aslr = true, .stack_size = 0, .program_base = PAGE, .program_limit = 0x60000000 },
    { .aslr = true, .stack_size = 64 * MIB, .program_base = 0x7dfff000, .program_limit = 0x7fff0000 },
    { .aslr = true, .stack_size = 8 * MIB, .program_base = 0xe0000000000, .program_limit = 0xefffffff000 },
    { .aslr = true, .stack_size = 8 * MIB, .program_base = 0x100000000, .program_limit = 0xffffffff000 },
    { .aslr = true, .stack_size = 0x21001, .program_base = 0x3000000, .program_limit = 0x7f000000 },
};
#define PROGRAMS (sizeof programs / sizeof *programs)

/* ---- a layout's rules */

static bool apart(uint64_t base, uint64_t limit, uint64_t other_base, uint64_t other_limit)
{
    return limit <= other_base || other_limit <= base;
}

static bool low_is_right(const struct layout *l, const struct layout_request *r)
{
    uint64_t wanted = r->stack_size < LAYOUT_USER_STACK_MAX_SIZE ? r->stack_size : LAYOUT_USER_STACK_MAX_SIZE;

    return (l->stack_limit | l->stack_base | l->brk_base | l->brk_limit) % PAGE == 0 && l->stack_shift % 16 == 0 &&
           l->stack_shift < PAGE && LAYOUT_USER_BASE <= l->brk_base && l->brk_base + PAGE <= l->brk_limit &&
           l->brk_limit + LAYOUT_USER_GUARD_SIZE <= l->stack_base && l->stack_base + wanted <= l->stack_limit &&
           l->stack_base + LAYOUT_USER_STACK_MIN_SIZE <= l->stack_limit && l->stack_limit <= LAYOUT_USER_STACK_LIMIT &&
           apart(l->brk_base, l->stack_limit, r->program_base, r->program_limit);
}

static bool high_is_right(const struct layout *l, const struct layout_request *r)
{
    uint64_t vdso_limit = l->vdso_base + LAYOUT_VDSO_MAX_SIZE;

    return (l->mmap32_base | l->mmap_base | l->vdso_base) % PAGE == 0 && LAYOUT_MMAP32_BASE <= l->mmap32_base &&
           l->mmap32_base < LAYOUT_MMAP_BASE && LAYOUT_MMAP_BASE <= l->mmap_base && l->mmap_base < LAYOUT_MMAP_LIMIT &&
           LAYOUT_MMAP32_BASE <= l->vdso_base && vdso_limit <= LAYOUT_MMAP_LIMIT &&
           apart(l->vdso_base, vdso_limit, r->program_base, r->program_limit);
}

static bool pie_is_right(const struct layout *l, const struct layout_request *r)
{
    if (r->pie_size == 0)
        return l->pie_base == 0;
    return l->pie_base % r->pie_align == 0 && LAYOUT_PIE_BASE <= l->pie_base &&
           l->pie_base + r->pie_size <= LAYOUT_PIE_LIMIT &&
           apart(l->pie_base, l->pie_base + r->pie_size, l->vdso_base, l->vdso_base + LAYOUT_VDSO_MAX_SIZE);
}

static bool seed_is_right(uint64_t seed)
{
    struct layout_request request = programs[seed % PROGRAMS];
    struct layout layout;

    request.seed = seed;
    return layout_make(&layout, &request) == STATUS_OK && low_is_right(&layout, &request) &&
           high_is_right(&layout, &request) && pie_is_right(&layout, &request);
}

static void test_seeds(uint64_t first, uint64_t count)
{
    uint64_t wrong = 0;

    for (uint64_t seed = first; seed != first + count; seed++)
        if (!seed_is_right(seed) && wrong++ < 10)
            tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=1: program %" PRIu64, seed, seed % PROGRAMS);
    tap_is_u64(wrong, 0, "%" PRIu64 " seeds from %" PRIu64 ": no overlap, no broken guard gap", count, first);
}

/* ---- bits */

/* A part that moves, as a number of `bits` bits. */
struct part {
    const char *name;
    unsigned bits;
    uint64_t (*place)(const struct layout *l);
};

static uint64_t stack_place(const struct layout *l)
{
    return (LAYOUT_USER_STACK_LIMIT - l->stack_limit + l->stack_shift) / 16;
}

static uint64_t brk_place(const struct layout *l)
{
    return (l->brk_base - LAYOUT_USER_HEAP_BASE) / PAGE;
}

static uint64_t mmap32_place(const struct layout *l)
{
    return (l->mmap32_base - LAYOUT_MMAP32_BASE) / PAGE;
}

static uint64_t mmap_place(const struct layout *l)
{
    return (l->mmap_base - LAYOUT_MMAP_BASE) / PAGE;
}

static uint64_t pie_place(const struct layout *l)
{
    return (l->pie_base - LAYOUT_PIE_BASE) / PAGE;
}

static uint64_t vdso_place(const struct layout *l)
{
    return (l->vdso_base - LAYOUT_VDSO_BASE) / PAGE;
}

static const struct part parts[] = {
    { "stack", 26, stack_place }, { "brk", 17, brk_place }, { "MAP_32BIT", 18, mmap32_place },
    { "mmap", 30, mmap_place },   { "PIE", 30, pie_place }, { "vDSO", 28, vdso_place },
};
#define PARTS (sizeof parts / sizeof *parts)

struct counts {
    uint64_t ones[64], distinct, beyond;
    uint8_t *seen; /* a bit for each of the lower `seen_bits` bits' values */
    unsigned seen_bits;
};

static void count_place(struct counts *c, const struct part *part, uint64_t at)
{
    uint64_t low = at & ((1ull << c->seen_bits) - 1);

    for (unsigned bit = 0; bit < part->bits; bit++)
        c->ones[bit] += at >> bit & 1;
    c->beyond += at >> part->bits != 0;
    c->distinct += !(c->seen[low / 8] >> low % 8 & 1);
    c->seen[low / 8] |= (uint8_t)(1 << low % 8);
}

/* So many of 2^bits values come up in `count` draws at random: n (1 - e^-(count/n)), the power by squaring. */
static double expected_distinct(unsigned bits, uint64_t count)
{
    double values = (double)(1ull << bits), missed = 1 - 1 / values, all = 1;

    for (uint64_t left = count; left; left >>= 1, missed *= missed)
        if (left & 1)
            all *= missed;
    return values * (1 - all);
}

static void judge_part(const struct counts *c, const struct part *part, uint64_t count)
{
    double want = expected_distinct(c->seen_bits, count), worst = 0, missed = (double)c->distinct - want;

    for (unsigned bit = 0; bit < part->bits; bit++) {
        double off = (double)c->ones[bit] / (double)count - 0.5;

        worst = off > worst ? off : -off > worst ? -off : worst;
    }
    tap_is_u64(c->beyond, 0, "%s: no place has more than %u bits", part->name, part->bits);
    /* Six times the standard deviation of a fair coin, 0.5 / sqrt(count): squared, for there is no libm. */
    tap_ok(worst * worst * (double)count <= 9, "%s: each of %u bits is set in half of the layouts, to within %f",
           part->name, part->bits, worst);
    tap_ok(missed * missed <= 4 * (double)count, "%s: %" PRIu64 " values of its lower %u bits; %.0f wanted",
           part->name, c->distinct, c->seen_bits, want);
}

static void test_bits(uint64_t first, uint64_t count)
{
    struct layout_request request = programs[0];

    for (unsigned i = 0; i < PARTS; i++) {
        struct counts c = { .seen_bits = parts[i].bits < 24 ? parts[i].bits : 24 };
        struct layout layout;

        c.seen = calloc(1, (1ull << c.seen_bits) / 8);
        for (uint64_t seed = first; c.seen && seed != first + count; seed++) {
            request.seed = seed;
            if (layout_make(&layout, &request) == STATUS_OK)
                count_place(&c, &parts[i], parts[i].place(&layout));
        }
        judge_part(&c, &parts[i], count);
        free(c.seen);
    }
}

/* ---- what is not by chance */

static void test_fixed(void)
{
    struct layout_request request = { .stack_size = 8 * MIB, .pie_size = 0x3000, .pie_align = PAGE };
    struct layout one, two;
    bool good;

    good = layout_make(&one, &request) == STATUS_OK;
    request.seed = 7;
    good = good && layout_make(&two, &request) == STATUS_OK && !memcmp(&one, &two, sizeof one);
    tap_ok(good, "without ASLR the seed changes nothing");
    tap_ok(good && one.stack_limit == LAYOUT_USER_STACK_LIMIT && one.stack_shift == 0 &&
               one.brk_base == LAYOUT_USER_HEAP_BASE && one.mmap_base == LAYOUT_MMAP_BASE &&
               one.mmap32_base == LAYOUT_MMAP32_BASE && one.pie_base == LAYOUT_PIE_BASE &&
               one.vdso_base == LAYOUT_VDSO_BASE,
           "and every part is at the address of the layout");
    request.program_base = 0x400000, request.program_limit = 0x512000, request.pie_size = 0;
    tap_ok(layout_make(&one, &request) == STATUS_OK && one.brk_base == 0x512000 && one.pie_base == 0,
           "brk follows a program at fixed addresses");
}

static void test_refused(void)
{
    static const struct layout_request refused[] = {
        { .stack_size = MIB, .program_base = PAGE, .program_limit = 0x7e000000 },
        { .stack_size = UINT64_MAX, .program_base = 0x10000000, .program_limit = 0x70000000 },
        { .stack_size = MIB, .pie_size = 0x20000001000, .pie_align = PAGE },
        { .stack_size = MIB, .pie_size = PAGE, .pie_align = 0x80000000000 },
        { .stack_size = MIB, .program_base = 0x80001000, .program_limit = 0xffffffff000 },
    };

    for (unsigned i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct layout layout = { .stack_limit = 1 };

        tap_ok(layout_make(&layout, &refused[i]) == STATUS_NOT_FOUND && layout.stack_limit == 1,
               "program %u has no place, and nothing is written", i);
    }
}

int main(void)
{
    uint64_t first = tap_number("ACRE_SEED", 0), count = tap_number("ACRE_OPS", SEEDS);

    tap_plan(1 + 3 * PARTS + 3 + 5);
    tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%" PRIu64, first, count);
    test_seeds(first, count);
    test_bits(first, count < SAMPLE ? count : SAMPLE);
    test_fixed();
    test_refused();
    return tap_done();
}
