/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When memory runs out: every frame of the machine is taken, what then is asked for is refused or found by the reclaim
 * hooks, and every frame is given back.
 *
 * Free stretches are carved out whole, since a terabyte of single frames would take minutes; the last ones, LAST or
 * more, are taken one by one.
 */
#include "backed.h"
#include "checks.h"
#include "kheap.h"
#include "physical.h"
#include "runtime/range.h"
#include "x86_64/layout.h"

#define LAST 64u
#define SINGLES 192u /* at most; more than LAST, because page tables may come back meanwhile */
#define OBJECTS 64u
#define OBJECT_BYTES 1000u

struct stretch {
    uint64_t base, count;
};

static struct {
    struct stretch *stretches; /* in a span of backed memory that was there before */
    uint64_t capacity, stretch_count;
    phys_t singles[SINGLES];
    uint32_t single_count;
} taken;

static uint64_t count_stretches(void)
{
    struct idheap_stretch s = { 0 };
    uint64_t count = 0;

    while (idheap_next(physical_heap(), s.limit, &s))
        count += s.state == IDHEAP_FREE;
    return count;
}

static bool start(void)
{
    taken.capacity = count_stretches() + LAST;
    taken.stretch_count = taken.single_count = 0;
    taken.stretches = heap_new(&backed.heap, taken.capacity * sizeof *taken.stretches);
    return taken.stretches;
}

static bool finish(void)
{
    return heap_delete(&backed.heap, taken.stretches, taken.capacity * sizeof *taken.stretches) == STATUS_OK;
}

/* Takes a free stretch, but as much of its start as LAST still wants. */
static void take_stretch(uint64_t base, uint64_t count, uint64_t *left)
{
    uint64_t leave = range_min(count, LAST - *left);

    *left += leave;
    count -= leave;
    if (count && taken.stretch_count < taken.capacity &&
        physical_take(OWNER_BACKED, phys((base + leave) << LAYOUT_FRAME_SHIFT), count) == STATUS_OK)
        taken.stretches[taken.stretch_count++] = (struct stretch){ base + leave, count };
}

/* Takes every frame; whether none is left. */
static bool take_all(void)
{
    struct idheap_stretch s = { 0 };
    uint64_t left = 0;

    while (idheap_next(physical_heap(), s.limit, &s))
        if (s.state == IDHEAP_FREE)
            take_stretch(s.base, s.limit - s.base, &left);
    while (taken.single_count < SINGLES &&
           physical_alloc(OWNER_BACKED, &taken.singles[taken.single_count]) == STATUS_OK)
        taken.single_count++;
    figure("stretches: %lu", taken.stretch_count);
    figure("singles: %u", taken.single_count);
    figure("left: %lu", ledger.frames[OWNER_FREE]);
    return ledger.frames[OWNER_FREE] == 0;
}

/* Gives `count` of the single frames back. */
static void give_singles(uint32_t count)
{
    while (count-- && taken.single_count)
        physical_free(OWNER_BACKED, taken.singles[--taken.single_count], 1);
}

static void give_all(void)
{
    give_singles(SINGLES);
    while (taken.stretch_count) {
        const struct stretch *s = &taken.stretches[--taken.stretch_count];

        physical_free(OWNER_BACKED, phys(s->base << LAYOUT_FRAME_SHIFT), s->count);
    }
}

/* Every heap says no, and has changed nothing. */
static bool all_refuse(void)
{
    uint64_t base = 1, pages = backed.pages;
    phys_t frame = phys(1);

    return physical_alloc(OWNER_BACKED, &frame) == STATUS_NOT_FOUND && frame.p == 1 &&
           heap_alloc(&backed.heap, 2 * LAYOUT_FRAME_SIZE, 1, &base) != STATUS_OK && base == 1 &&
           heap_alloc(kheap(), 1 << 20, 1, &base) != STATUS_OK && base == 1 && backed.pages == pages;
}

static bool everything_taken(void)
{
    uint64_t before;
    bool ok;

    kheap_settle();
    if (!start())
        return false;
    before = ledger.frames[OWNER_FREE];
    ok = take_all() && all_refuse();
    give_all();
    figure("frames: %lu", before);
    ok = ok && idheap_check(physical_heap()) == STATUS_OK;
    ok = finish() && ok;
    kheap_settle();
    return ok && ledger.frames[OWNER_FREE] >= before;
}

/* Objects of the general heap from the last frames, until it refuses; each keeps what is written. */
static uint32_t fill_up(uint64_t **objects)
{
    uint32_t count = 0;

    while (count < OBJECTS && (objects[count] = kheap_new(OBJECT_BYTES))) {
        *objects[count] = count;
        count++;
    }
    return count;
}

static bool empty_out(uint64_t **objects, uint32_t count)
{
    bool ok = true;

    for (uint32_t i = 0; i < count; i++)
        ok = *objects[i] == i && kheap_delete(objects[i], OBJECT_BYTES) == STATUS_OK && ok;
    return ok;
}

/* With a dozen frames left the heap gives objects until they are used up, to the last. */
static bool general_to_the_last(void)
{
    uint64_t *objects[OBJECTS], left;
    uint32_t count = 0;
    bool ok;

    kheap_settle();
    if (!start())
        return false;
    ok = take_all();
    give_singles(12);
    count = fill_up(objects);
    left = ledger.frames[OWNER_FREE];
    ok = empty_out(objects, count) && ok;
    give_all();
    figure("objects: %u", count);
    figure("frames-left: %lu", left);
    return finish() && ok && count > 0 && (left == 0 || count == OBJECTS);
}

/* Objects were freed and their slabs are still held: a request that finds no frame gets them. */
static bool hooks_help(void)
{
    uint64_t *objects[OBJECTS], base;
    uint32_t count;
    bool ok, helped;

    kheap_settle();
    if (!start())
        return false;
    count = fill_up(objects);
    ok = empty_out(objects, count) && take_all();
    helped = heap_alloc(&backed.heap, LAYOUT_FRAME_SIZE, 1, &base) == STATUS_OK;
    figure("objects: %u", count);
    if (helped)
        ok = heap_free(&backed.heap, base, LAYOUT_FRAME_SIZE) == STATUS_OK && ok;
    give_all();
    return finish() && ok && helped;
}

static const struct check checks[] = {
    { "pressure: every frame is taken, nothing more is to be had, every frame comes back", everything_taken },
    { "pressure: the general heap works to the last frame", general_to_the_last },
    { "pressure: reclaim hooks find memory before a request fails", hooks_help },
};

const struct check_list checks_pressure = { checks, sizeof checks / sizeof *checks };
