/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each part has a number of its own, the seed and the part's number mixed: whoever learns where one part lies has
 * learnt as many bits of the seed as that place shows, and has the rest of its 64 bits to guess for another.  The
 * mixing function is a bijection (two odd multiplications, three shifted sums; SplitMix64 of Steele, Lea and Flood,
 * OOPSLA 2014, is its source), so no two seeds give a part the same number; a place is a number's upper bits.
 *
 *   I1  everything but stack_shift is a multiple of the page (pie_base of pie_align)
 *   I2  low memory ascends: program, [brk_base, brk_limit), guard gap, [stack_base, stack_limit); where a program at
 *       fixed addresses leaves no room above it, all of that lies below it
 *   I3  PIE and vDSO lie in places of their own; the vDSO gives way to a program at fixed addresses that is there
 *
 * Cost: six mixed numbers, some tens of instructions each.
 */
#include "aslr.h"

#include "runtime/range.h"
#include "x86_64/layout.h"

enum part { PART_STACK, PART_STACK_SHIFT, PART_BRK, PART_MMAP32, PART_MMAP, PART_PIE, PART_VDSO };

/* Part of low memory that stack and brk may have. */
struct room {
    uint64_t base, limit;
};

#define STACK_STEP 16 /* psABI 3.2.2: what a stack pointer is a multiple of */
#define STACK_PLACES ((LAYOUT_USER_STACK_LIMIT - LAYOUT_USER_STACK_MOVE_BASE) / LAYOUT_FRAME_SIZE) /* of its limit */
#define HEAP_MIN_SIZE LAYOUT_USER_GUARD_SIZE /* between the program and the guard gap: brk is not without any memory */

static uint64_t mix(uint64_t seed, enum part part)
{
    uint64_t x = seed + (part + 1) * 0x9e3779b97f4a7c15ull; /* 2^64 divided by the golden ratio, made odd */

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

/* One of `count` places, each as likely as any other to within count / 2^64; 0 without ASLR. */
static uint64_t place(const struct layout_request *request, enum part part, uint64_t count)
{
    if (!request->aslr)
        return 0;
    return (uint64_t)((unsigned __int128)mix(request->seed, part) * count >> 64);
}

static uint64_t pages_between(uint64_t base, uint64_t limit)
{
    return (limit - base) / LAYOUT_FRAME_SIZE;
}

static uint64_t stack_reserve(uint64_t wanted)
{
    uint64_t size = range_min(range_max(wanted, LAYOUT_USER_STACK_MIN_SIZE), LAYOUT_USER_STACK_MAX_SIZE);

    return range_align_up(size, LAYOUT_FRAME_SIZE);
}

/* Whether stack and brk fit; the lowest limit that the stack can have then. */
static bool room_fits(const struct room *room, uint64_t stack_size, uint64_t *lowest)
{
    uint64_t need = HEAP_MIN_SIZE + LAYOUT_USER_GUARD_SIZE + stack_size;

    if (!range_fits(room->base, room->limit, need))
        return false;
    *lowest = room->base + need;
    return true;
}

static bool room_find(const struct layout_request *request, uint64_t stack_size, struct room *room, uint64_t *lowest)
{
    *room = (struct room){ LAYOUT_USER_HEAP_BASE, LAYOUT_USER_STACK_LIMIT };
    if (request->program_base >= LAYOUT_USER_STACK_LIMIT || request->program_limit == 0)
        return room_fits(room, stack_size, lowest);
    room->base = request->program_limit;
    if (room_fits(room, stack_size, lowest))
        return true;
    *room = (struct room){ LAYOUT_USER_BASE, request->program_base };
    return room_fits(room, stack_size, lowest);
}

static bool low_make(struct layout *layout, const struct layout_request *request)
{
    uint64_t size = stack_reserve(request->stack_size), lowest, places, moves;
    struct room room;

    if (!room_find(request, size, &room, &lowest))
        return false;
    places = range_min(pages_between(lowest, room.limit) + 1, STACK_PLACES);
    layout->stack_limit = room.limit - place(request, PART_STACK, places) * LAYOUT_FRAME_SIZE;
    layout->stack_base = layout->stack_limit - size;
    layout->stack_shift = place(request, PART_STACK_SHIFT, LAYOUT_FRAME_SIZE / STACK_STEP) * STACK_STEP;
    layout->brk_limit = layout->stack_base - LAYOUT_USER_GUARD_SIZE;
    moves = range_min(LAYOUT_USER_HEAP_MOVE_SIZE, (layout->brk_limit - room.base) / 2);
    layout->brk_base = room.base + place(request, PART_BRK, pages_between(0, moves)) * LAYOUT_FRAME_SIZE;
    return true;
}

static bool pie_make(struct layout *layout, const struct layout_request *request)
{
    uint64_t align = range_max(request->pie_align, LAYOUT_FRAME_SIZE), base;

    layout->pie_base = 0;
    if (request->pie_size == 0)
        return true;
    if (align > LAYOUT_PIE_MOVE_LIMIT - LAYOUT_PIE_BASE ||
        !range_fits(LAYOUT_PIE_MOVE_LIMIT, LAYOUT_PIE_LIMIT, request->pie_size))
        return false;
    base = LAYOUT_PIE_BASE +
           place(request, PART_PIE, pages_between(LAYOUT_PIE_BASE, LAYOUT_PIE_MOVE_LIMIT)) * LAYOUT_FRAME_SIZE;
    layout->pie_base = range_align_down(base, align);
    return true;
}

static bool vdso_make(struct layout *layout, const struct layout_request *request)
{
    uint64_t pages = pages_between(LAYOUT_VDSO_BASE, LAYOUT_VDSO_MOVE_LIMIT);
    uint64_t base = LAYOUT_VDSO_BASE + place(request, PART_VDSO, pages) * LAYOUT_FRAME_SIZE;

    if (base < request->program_limit && request->program_base < base + LAYOUT_VDSO_MAX_SIZE) {
        if (range_fits(request->program_limit, LAYOUT_MMAP_LIMIT, LAYOUT_VDSO_MAX_SIZE))
            base = request->program_limit;
        else if (range_fits(LAYOUT_MMAP32_BASE, request->program_base, LAYOUT_VDSO_MAX_SIZE))
            base = request->program_base - LAYOUT_VDSO_MAX_SIZE;
        else
            return false;
    }
    layout->vdso_base = base;
    return true;
}

enum status layout_make(struct layout *layout, const struct layout_request *request)
{
    struct layout made;

    if (!low_make(&made, request) || !pie_make(&made, request) || !vdso_make(&made, request))
        return STATUS_NOT_FOUND;
    made.mmap32_base = LAYOUT_MMAP32_BASE +
                       place(request, PART_MMAP32, pages_between(LAYOUT_MMAP32_BASE, LAYOUT_MMAP32_MOVE_LIMIT)) *
                           LAYOUT_FRAME_SIZE;
    made.mmap_base = LAYOUT_MMAP_BASE +
                     place(request, PART_MMAP, pages_between(LAYOUT_MMAP_BASE, LAYOUT_MMAP_MOVE_LIMIT)) *
                         LAYOUT_FRAME_SIZE;
    *layout = made;
    return STATUS_OK;
}
