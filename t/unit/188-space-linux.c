/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user address space against this host's Linux: the same random calls of mmap and its kin, with good and with bad
 * arguments, in a window of this process that is free and in ours.  Every result is compared, and from time to time
 * what /proc/self/maps says with our areas.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#define _GNU_SOURCE
#include "space_world.h"

#undef errno
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPS 30000u
#define LOOK_EVERY 20u
#define BASE 0x700000000ull
#define PAGES 256u
#define FILE_SIZE (16 * PAGE)
#define PAGE (uint64_t)LAYOUT_FRAME_SIZE

extern int *__errno_location(void);

static struct inode *file;
static int writable, readable; /* descriptors of the same file */
static const char *wrong;

static uint64_t below(uint64_t limit)
{
    return random_next() % limit;
}

static int64_t linux_call(long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    long result = syscall(number, a, b, c, d, e, f);

    return result == -1 ? -*__errno_location() : result;
}

static bool in_window(int64_t address)
{
    return address >= (int64_t)BASE && address < (int64_t)(BASE + PAGES * PAGE);
}

static char last[200]; /* call that was compared last */

/* Where the address is our choice, results are the same; else both find some place, or fail in the same way. */
static void compare(const char *call, int64_t linux_result, int64_t ours, const uint64_t *a)
{
    snprintf(last, sizeof last, "%s(0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
             "): Linux %" PRId64 ", ours %" PRId64, call, a[0], a[1], a[2], a[3], a[4], linux_result, ours);
    if (linux_result == ours)
        return;
    if (!strncmp(call, "mmap", 4) && linux_result > 0 && ours > 0 && !in_window(linux_result) && !in_window(ours))
        return;
    wrong = call;
}

static uint64_t some_address(void)
{
    static const uint64_t odd[] = { 0x7ffffffff000, 0x7fffffffe000, 1ull << 63, 0xffff800000000000,
                                    0xfffffffffffff000 };

    if (!below(12))
        return odd[below(sizeof odd / sizeof *odd)];
    return BASE + below(PAGES - 40) * PAGE + (below(12) ? 0 : below(PAGE));
}

/* In the window, or of no use at all. */
static uint64_t some_length(void)
{
    static const uint64_t odd[] = { 0, UINT64_MAX, UINT64_MAX - 4094, 1 };

    return below(8) ? (1 + below(32)) * PAGE : below(2) ? odd[below(4)] : below(8 * PAGE);
}

static uint64_t huge_length(void)
{
    static const uint64_t odd[] = { 1ull << 47, 1ull << 63, 0x7ffffffff000, UINT64_MAX - 4095 };

    return below(16) ? some_length() : odd[below(4)];
}

/* ---- the calls */

static void do_map(void)
{
    static const uint64_t types[] = { 1, 2, 2, 2, 3, 0, 5 };
    uint64_t a[6] = { some_address(), huge_length(), below(12) ? below(8) : 0x1008 | below(8) };
    struct space_request r = { .may_read = true, .may_write = true };
    bool ro = below(3) == 0;
    int64_t theirs, ours;

    a[3] = types[below(7)] | (below(2) ? 0x20 : 0) | (below(8) ? 0x10 : 0x100000);
    a[3] |= !below(8) ? 0x100 : 0;
    a[3] |= !below(8) ? 0x24000 : 0; /* NORESERVE, STACK */
    if (!below(12)) {
        a[0] = below(2) ? 0 : BASE + PAGES * PAGE + below(100) * PAGE;
        a[3] &= ~0x100010ull;
    }
    a[4] = a[3] & 0x20 ? (uint64_t)-1 : (uint64_t)(ro ? readable : writable);
    a[5] = below(16) ? below(12) * PAGE : below(2) ? UINT64_MAX - 4095 : 1ull << 62;
    r = (struct space_request){ .address = a[0], .length = a[1], .prot = (uint32_t)a[2], .flags = (uint32_t)a[3],
                                .file = a[3] & 0x20 ? NULL : file, .offset = a[3] & 0x20 ? 0 : a[5], .may_read = true,
                                .may_write = !(a[3] & 0x20) && ro ? false : true };
    if (a[3] & 0x20 && (a[3] & 0xf) == 1)
        a[5] = 0;
    if (a[3] & 0x20)
        a[5] = 0;
    theirs = linux_call(SYS_mmap, a[0], a[1], a[2], a[3], a[4], a[5]);
    ours = space_request(&r);
    compare("mmap", theirs, ours, a);
    if (theirs > 0 && !in_window(theirs))
        linux_call(SYS_munmap, (uint64_t)theirs, a[1], 0, 0, 0, 0);
    if (ours > 0 && !in_window(ours))
        (void)!space_unmap((uint64_t)ours, a[1]);
}

static void do_unmap(void)
{
    uint64_t a[6] = { some_address(), some_length() };

    compare("munmap", linux_call(SYS_munmap, a[0], a[1], 0, 0, 0, 0), space_unmap(a[0], a[1]), a);
}

static void do_protect(void)
{
    uint64_t a[6] = { some_address(), huge_length(), below(8) };

    if (!below(6))
        a[2] |= below(2) ? 0x1000000ull << below(3) : 8ull << below(8);
    if (a[2] & 0x1000000) /* from the first mapping on, which may be one of this process's own */
        a[1] = some_length();
    compare("mprotect", linux_call(SYS_mprotect, a[0], a[1], a[2], 0, 0, 0), space_protect(a[0], a[1], (int)a[2]), a);
}

/* Where Linux's mapping of the address ends; it joins some that we do not, and the other way round. */
static uint64_t end_in_linux(uint64_t address)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    uint64_t base, limit, end = 0;
    char line[512];

    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &base, &limit) == 2 && base <= address && address < limit)
            end = limit;
    if (maps)
        fclose(maps);
    return end;
}

/* Linux moves several mappings at once since 6.17; the part of the first is what all do. */
static void do_remap(void)
{
    uint64_t a[6] = { some_address(), some_length(), below(4) ? some_length() : huge_length(), below(8),
                      some_address() };
    const struct area *area = space_area(a[0]);
    int64_t theirs, ours;

    if (area && a[1] && a[1] < 64 * PAGE) {
        uint64_t theirs_end = end_in_linux(a[0]), end = theirs_end < area->limit ? theirs_end : area->limit;

        a[1] = end - (a[0] & ~PAGE_MASK) < page_up(a[1]) ? end - (a[0] & ~PAGE_MASK) : a[1];
    }
    /* Which of two errors comes first differs between Linux's versions, and so does what is said of a new length that
     * no place has. */
    if (!area || !a[1])
        a[3] &= ~2ull;
    if (!area || !(a[3] & 2))
        a[2] = some_length();
    if (!below(10))
        a[3] |= 8;
    if (!(a[3] & 2) && !in_window((int64_t)a[4]))
        a[4] = 0;
    if (a[3] & 1 && !(a[3] & 2)) /* anywhere: not comparable */
        a[3] &= ~5ull;
    if (a[3] & 4) /* differs between Linux's versions in what may be left behind */
        a[3] &= ~4ull;
    theirs = linux_call(SYS_mremap, a[0], a[1], a[2], a[3], a[4], 0);
    ours = space_remap(a[0], a[1], a[2], (int)a[3], a[4]);
    compare("mremap", theirs, ours, a);
}

static void do_advise(void)
{
    static const int advices[] = { 0, 1, 2, 3, 4, 4, 8, 8, 10, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                                   23, 24, 5, 7, 99, -1 };
    uint64_t a[6] = { some_address(), some_length(), (uint64_t)advices[below(sizeof advices / sizeof *advices)] };

    if (!in_window((int64_t)a[0]))
        a[0] = BASE;
    compare("madvise", linux_call(SYS_madvise, a[0], a[1], a[2], 0, 0, 0), space_advise(a[0], a[1], (int)a[2]), a);
}

static void do_lock(void)
{
    uint64_t a[6] = { some_address(), some_length() };

    if (!in_window((int64_t)a[0]))
        a[0] = BASE;
    if (below(2))
        compare("munlock", linux_call(SYS_munlock, a[0], a[1], 0, 0, 0, 0), space_unlock(a[0], a[1]), a);
    else
        compare("mlock2", linux_call(SYS_mlock2, a[0], a[1], 1, 0, 0, 0), space_lock(a[0], a[1], true), a);
}

static void do_sync(void)
{
    uint64_t a[6] = { some_address(), some_length(), below(10) };

    if (!in_window((int64_t)a[0]))
        a[0] = BASE;
    compare("msync", linux_call(SYS_msync, a[0], a[1], a[2], 0, 0, 0), space_sync(a[0], a[1], a[2]), a);
}

static void do_lock_all(void)
{
    static const uint64_t bad[] = { 0, 4, 8, 16, 0x80000000 };
    uint64_t a[6] = { bad[below(5)] };

    compare("mlockall", linux_call(SYS_mlockall, a[0], 0, 0, 0, 0, 0), space_lock_all(a[0]), a);
}

/* ---- what is mapped */

static void look(void)
{
    static char theirs[PAGES][5];
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512], rights[5];
    uint64_t base, limit;

    memset(theirs, 0, sizeof theirs);
    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &base, &limit, rights) == 3)
            for (uint64_t at = base; at < limit && at < BASE + PAGES * PAGE; at += PAGE)
                if (at >= BASE)
                    memcpy(theirs[(at - BASE) / PAGE], rights, 5);
    if (maps)
        fclose(maps);
    for (uint64_t i = 0; i < PAGES && !wrong; i++) {
        const struct area *area = space_area(BASE + i * PAGE);
        char ours[5] = "";

        if (area)
            snprintf(ours, sizeof ours, "%c%c%c%c", area->flags & AREA_READ ? 'r' : '-',
                     area->flags & AREA_WRITE ? 'w' : '-', area->flags & AREA_EXEC ? 'x' : '-',
                     area->flags & AREA_SHARED ? 's' : 'p');
        if (strcmp(ours, theirs[i])) {
            tap_note("page %" PRIu64 ": Linux has '%s', ours is '%s'", i, theirs[i], ours);
            wrong = "/proc/self/maps";
        }
    }
}

static void clear(void)
{
    linux_call(SYS_munmap, BASE, PAGES * PAGE, 0, 0, 0, 0);
    (void)!space_unmap(BASE, PAGES * PAGE);
}

static bool open_files(void)
{
    char path[64];

    writable = (int)syscall(SYS_memfd_create, "space", 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", writable);
    readable = open(path, O_RDONLY);
    file = inode_new(0100644, FILESYSTEM_ROOT);
    file->size = FILE_SIZE;
    return writable >= 0 && readable >= 0 && ftruncate(writable, FILE_SIZE) == 0;
}

static void (*const steps[])(void) = { do_map, do_map, do_map, do_map, do_unmap, do_protect, do_protect, do_remap,
                                       do_remap, do_advise, do_advise, do_lock, do_sync, do_lock_all };

int main(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 20261125), ops = tap_number("ACRE_OPS", OPS), done = 0;

    if (access("/proc/self/maps", R_OK))
        tap_skip_all("needs /proc");
    if (linux_call(SYS_mmap, BASE, PAGES * PAGE, 0, 0x100022, (uint64_t)-1, 0) != (int64_t)BASE || !open_files())
        tap_skip_all("this host's memory at 0x%llx is not free, or it is no Linux", BASE);
    clear();
    tap_plan(2);
    world_open();
    random_state = seed;
    for (; done < ops && !wrong; done++) {
        steps[below(sizeof steps / sizeof *steps)]();
        if (done % LOOK_EVERY == 0)
            look();
        if (done % 2000 == 0)
            clear();
    }
    tap_ok(!wrong, "%" PRIu64 " calls end as on Linux (ACRE_SEED=%" PRIu64 ")", done, seed);
    if (wrong)
        tap_note("call %" PRIu64 ": %s; the last was %s", done, wrong, last);
    clear();
    inode_release(file);
    tap_ok(world_close(), "every frame, table and node came back");
    return tap_done();
}
