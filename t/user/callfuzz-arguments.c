/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arguments.  The kind and the name of an argument say what would be right for it; that is what it gets most of the
 * time.  Few choices are held back: what would only end the program (SIGKILL), or make it wait for ever (a mask that
 * blocks the alarm while it waits).
 */
#include "callfuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define SHAPE_WORDS (SHAPE_BYTES / sizeof(uint64_t))
#define SHAPE_PAIRS 4

uint8_t *arena;
bool tame;
static uint32_t shape_next;
static const uint64_t open_mask[SHAPE_WORDS]; /* blocks nothing */
static char texts_long[2 * PAGE];

static const char *const texts[] = {
    "", ".", "..", "/", "/fuzz", "/fuzz/a", "/fuzz/b", "/fuzz/c", "/fuzz/d/e", "/fuzz/d", "/fuzz/link",
    "/fuzz/a/b", "/fuzz//./d/../a", "a", "b", "c/", "/no/such", "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
    "/dev/console", "/dev/tty", "/proc/self/maps", "/proc/self/status",
    "/proc/self/auxv", "/proc/meminfo", "/proc/self/fd/4", "/proc/self/fd",
    "/proc", "/sys/firmware/memmap", "/dev", "../../../../fuzz/a", "user.name", "\xff\x01", "/proc/uptime",
};

/* Where nobody may read or write: each is a mistake of another kind. */
static const uint64_t places[] = {
    0, 1, 0xfff, 0x1000, 0x7fffffff, 0xffffffff80000000, 0xffffffff80100000, 0xffff800000001000, 0xffff808000000000,
    0xffff900000000008, 0xffffa00000000000, 0xffffc00000000000, 0xfffffe0000000000, 0xfffffffffffff000,
    0xffffffffffffffff, 0x8000000000000000, 0x0000800000000000, 0xffff7fffffffffff, 0x7ffffffff000, 0x7fffffffffff,
    0x100000000000, 0x700000001000, 0xdeadbeefdeadbeef,
};

static const uint64_t sizes[] = {
    0, 1, 2, 3, 7, 8, 12, 16, 24, 64, 128, 255, 4095, 4096, 4097, 8192, 65536, 0x200000, 0x7fffffff,
    0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffff000, 0xffffffffffffffff,
};

uint64_t dice_next(struct dice *d)
{
    uint64_t z = d->state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

uint64_t dice_below(struct dice *d, uint64_t limit)
{
    return dice_next(d) % limit;
}

static bool one_in(struct dice *d, uint64_t n)
{
    return dice_below(d, n) == 0;
}

static uint64_t arena_address(struct dice *d, bool whole_pages)
{
    uint64_t offset = dice_below(d, ARENA_BYTES);

    if (whole_pages || one_in(d, 4))
        offset &= -PAGE;
    else if (one_in(d, 8))
        offset |= PAGE - 1 - dice_below(d, 16); /* what begins here ends in the next page, if that is there */
    else
        offset &= -8ul;
    return (uint64_t)arena + offset;
}

static uint64_t size_any(struct dice *d)
{
    return one_in(d, 3) ? sizes[dice_below(d, COUNT(sizes))] : dice_below(d, one_in(d, 4) ? 3 * PAGE : 64);
}

static uint64_t word_any(struct dice *d)
{
    switch (dice_below(d, 8)) {
    case 0:
        return dice_next(d);
    case 1:
        return arena_address(d, false);
    case 2:
        return places[dice_below(d, COUNT(places))];
    case 3:
        return size_any(d);
    case 4:
        return dice_below(d, FDS_MAX) | dice_below(d, 32) << 32; /* two ints: pollfd, epoll_event */
    default:
        return dice_below(d, 20);
    }
}

/* Small numbers are times, limits and sets; pairs of an address and a size are iovec, msghdr and stack_t. */
static uint64_t shape_make(struct dice *d)
{
    uint64_t *shape = (uint64_t *)(SHAPES_END - (1 + shape_next++ % SHAPES) * SHAPE_BYTES);
    uint64_t pick = dice_below(d, 4);

    for (uint32_t i = 0; i < SHAPE_WORDS; i++) {
        if (pick == 0)
            shape[i] = dice_below(d, one_in(d, 4) ? 2000000 : 3);
        else if (pick == 1 && i < 2 * SHAPE_PAIRS)
            shape[i] = i % 2 ? dice_below(d, 100) : arena_address(d, false);
        else
            shape[i] = word_any(d);
    }
    return (uint64_t)shape;
}

/* Where the kernel keeps its data and its heap: a write that is not refused breaks it. */
static uint64_t kernel_any(struct dice *d)
{
    if (one_in(d, 2))
        return 0xffffffff80000000 + (dice_below(d, 0x80000) & -8ul);
    return 0xffff800040000000 + (dice_below(d, 0x400000) & -8ul);
}

static uint64_t pointer_any(struct dice *d)
{
    switch (dice_below(d, 16)) {
    case 0 ... 6:
        return shape_make(d);
    case 7 ... 11:
        return arena_address(d, false);
    case 12:
        return dice_next(d);
    case 13:
        return (uint64_t)texts[0]; /* read-only */
    case 14:
        return 0;
    default:
        return one_in(d, 2) ? kernel_any(d) : places[dice_below(d, COUNT(places))];
    }
}

static uint64_t text_any(struct dice *d)
{
    if (one_in(d, 12))
        return pointer_any(d);
    if (one_in(d, 32)) {
        memset(texts_long, one_in(d, 2) ? 'x' : '/', sizeof(texts_long) - 1);
        return (uint64_t)texts_long + dice_below(d, sizeof(texts_long));
    }
    return (uint64_t)texts[dice_below(d, COUNT(texts))];
}

static uint64_t fd_any(struct dice *d)
{
    static const int odd[] = {-1, AT_FDCWD, -2, FDS_MAX, 511, 1023, 1024, 65536, 0x7fffffff, INT32_MIN};

    if (one_in(d, 8))
        return (uint64_t)(int64_t)odd[dice_below(d, COUNT(odd))];
    return dice_below(d, FDS_MAX) | (one_in(d, 32) ? dice_next(d) << 32 : 0);
}

static uint64_t flags_any(struct dice *d)
{
    switch (dice_below(d, 8)) {
    case 0:
        return dice_next(d);
    case 1:
        return dice_next(d) & 0xffffffff;
    case 2:
        return 1ull << dice_below(d, 32) | 1ull << dice_below(d, 32);
    case 3:
        return dice_below(d, 0x10000);
    case 4:
        return dice_below(d, 0x1000) & ~0xffull;
    default:
        return dice_below(d, 20);
    }
}

/* Whether the argument has one of the names, which blanks separate. */
static bool named(const struct argument *argument, const char *names)
{
    size_t length = strcspn(argument->name, ":");

    while (*names) {
        size_t next = strcspn(names, " ");

        if (next == length && memcmp(names, argument->name, length) == 0)
            return true;
        names += next + (names[next] == ' ');
    }
    return false;
}

static uint64_t signal_any(struct dice *d)
{
    uint64_t number = one_in(d, 16) ? dice_next(d) : dice_below(d, 66);

    return (int)number == SIGKILL || (int)number == SIGSTOP ? SIGCHLD : number;
}

static uint64_t id_any(struct dice *d)
{
    static const int ids[] = {0, 1, 2, 3, 4, -1, -2, 1000, 0x7fffffff, INT32_MIN};

    return (uint64_t)(int64_t)ids[dice_below(d, COUNT(ids))];
}

static uint64_t number_any(struct dice *d)
{
    return one_in(d, 8) ? word_any(d) : one_in(d, 4) ? -dice_below(d, 4) : dice_below(d, 40);
}

static uint64_t argument_any(struct dice *d, const struct argument *argument)
{
    if (argument->kind == 'p' && named(argument, "mask")) /* never one that blocks the alarm while it waits */
        return one_in(d, 8) ? places[dice_below(d, COUNT(places))] : (uint64_t)open_mask;
    if (one_in(d, 40))
        return word_any(d);
    switch (argument->kind) {
    case 's':
        return text_any(d);
    case 'p':
        return pointer_any(d);
    case 'l':
        return size_any(d) * (one_in(d, 8) ? -1ull : 1);
    case 'o':
        return one_in(d, 4) ? dice_next(d) : (one_in(d, 3) ? S_IFREG | 0777 : dice_below(d, 01000));
    case 'x':
        return flags_any(d);
    case 'u':
        return size_any(d);
    }
    if (named(argument, "fd dir in out from to target from_dir to_dir"))
        return fd_any(d);
    if (named(argument, "signal"))
        return signal_any(d);
    if (named(argument, "pid tid uid gid real effective saved who id"))
        return id_any(d);
    return number_any(d);
}

/* Mappings: the arena's pages, so that the program itself stays; `wild` takes what comes. */
static void place_make(struct dice *d, const struct call *call, bool wild, uint64_t *a)
{
    uint64_t pages = 1 + dice_below(d, one_in(d, 4) ? ARENA_PAGES : 4);
    uint64_t at = arena_address(d, true), left = (uint64_t)arena + ARENA_BYTES - at;

    if (wild && one_in(d, 256))
        return;
    a[0] = one_in(d, 8) ? places[dice_below(d, COUNT(places))] : at + (one_in(d, 16) ? dice_below(d, PAGE) : 0);
    a[1] = one_in(d, 16) ? a[1] : pages * PAGE < left ? pages * PAGE : left;
    if (strcmp(call->name, "mmap") == 0) {
        a[2] = one_in(d, 8) ? a[2] : dice_below(d, 8);
        a[3] = one_in(d, 8) ? a[3] : (one_in(d, 3) ? MAP_SHARED : MAP_PRIVATE) | (one_in(d, 2) ? MAP_FIXED : 0) |
                                         (one_in(d, 3) ? 0 : MAP_ANONYMOUS) | (one_in(d, 4) ? MAP_POPULATE : 0);
        a[5] = one_in(d, 4) ? a[5] : dice_below(d, 4) * PAGE;
    } else if (strcmp(call->name, "mremap") == 0) {
        a[2] = one_in(d, 16) ? a[2] : (1 + dice_below(d, 8)) * PAGE;
        a[3] = one_in(d, 8) ? a[3] : dice_below(d, 8);
        a[4] = arena_address(d, true);
        if (a[4] + a[2] > (uint64_t)arena + ARENA_BYTES && !one_in(d, 64))
            a[2] = PAGE;
    } else if (strcmp(call->name, "mprotect") == 0) {
        a[2] = one_in(d, 8) ? a[2] : dice_below(d, 8);
    }
}

/* What the arguments of one call must not be, whatever their kinds are. */
static void harmless(struct dice *d, const struct call *call, uint64_t *a)
{
    const char *name = call->name;

    if (strcmp(name, "rt_sigsuspend") == 0)
        a[0] = one_in(d, 4) ? places[dice_below(d, COUNT(places))] : (uint64_t)open_mask;
    if (strcmp(name, "timer_create") == 0) {
        a[1] = one_in(d, 4) ? places[dice_below(d, COUNT(places))] : shape_make(d);
        if (a[1] >= SHAPES_END - PAGE && a[1] < SHAPES_END)
            ((uint64_t *)a[1])[1] = dice_below(d, 2) << 32 | (uint32_t)signal_any(d); /* struct sigevent */
    }
    if (strcmp(name, "sigaltstack") == 0) { /* one that holds the whole stack could not be left any more */
        a[0] = one_in(d, 4) ? places[dice_below(d, COUNT(places))] : shape_make(d);
        if (a[0] >= SHAPES_END - PAGE && a[0] < SHAPES_END)
            ((uint64_t *)a[0])[2] &= 0xffff;
    }
    if (strcmp(name, "close_range") == 0 && (uint32_t)a[0] <= REPORT_FD && (uint32_t)a[1] >= REPORT_FD)
        a[1] = REPORT_FD - 1;
    for (uint32_t i = 0; i < call->count; i++)
        if ((int)a[i] == REPORT_FD && call->arguments[i].kind == 'd')
            a[i] = 0;
}

void arguments_make(struct dice *d, const struct call *call, bool wild, uint64_t *a)
{
    for (uint32_t i = 0; i < ARGUMENTS; i++)
        a[i] = i < call->count ? argument_any(d, &call->arguments[i]) : dice_next(d);
    if (call->count >= 2 && named(&call->arguments[0], "address") && call->arguments[1].kind == 'x' &&
        named(&call->arguments[1], "length old"))
        place_make(d, call, wild, a);
    harmless(d, call, a);
}

void arena_fill(struct dice *d)
{
    for (uint64_t page = 0; page < ARENA_PAGES; page++) {
        uint64_t *to = (uint64_t *)(arena + page * PAGE);

        for (uint32_t i = 0; i < 16; i++)
            to[dice_below(d, PAGE / sizeof(*to))] = word_any(d);
    }
}
