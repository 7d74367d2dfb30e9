/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that ends.  A script of file calls is run again and again, while the first, the second, the third ...
 * allocation fails: each call then fails with an error of memory and has changed nothing that the next calls could see,
 * and at the end nothing is left.  Then pages that end: ENOSPC, what was written before it stays, and room comes back.
 * And random operations on the tree of pages against an array.
 *
 * ACRE_SEED=n replays the last from seed n.
 */
#define _GNU_SOURCE /* SEEK_DATA */
#include "unix_host.h"
#include "unix_tree.h"

#include "tap.h"
#include "unix/directory.h"
#include "unix/file.h"
#include "unix/path.h"
#include "unix/radix.h"
#include "unix/syscalls.h"

#include <fcntl.h>

#define A(value) ((uint64_t)(value))
#define ARGUMENTS(...) ((const uint64_t[6]){ __VA_ARGS__ })
#define PAGE LAYOUT_FRAME_SIZE
#define ITEMS 3000u
#define RADIX_OPS 300000u

enum { NO_MEMORY = -12, TOO_BIG = -27, NO_SPACE = -28 };

static uint8_t page[PAGE];
static uint32_t failures, odd;

static void begin(void)
{
    path_root = directory_new(NULL, 0755, FILESYSTEM_ROOT);
    path_cwd = path_root;
}

static void end(void)
{
    files_end();
    unix_tree_empty(path_root);
    inode_release(path_root);
}

/* Notes how a call ended; one that failed for memory is made again, and then must go well. */
static int64_t again(int64_t (*call)(const uint64_t *), const uint64_t *a)
{
    int64_t result = call(a);

    if (result >= 0)
        return result;
    failures++;
    odd += result != NO_MEMORY && result != NO_SPACE;
    result = call(a);
    odd += result < 0;
    return result;
}

static void script(void)
{
    static const char *const names[] = { "/d/a", "/d/b", "/d/c" };
    int fds[2] = { -1, -1 };
    int64_t fd, set;

    again(sys_mkdir, ARGUMENTS(A("/d"), 0700));
    for (int i = 0; i < 3; i++) {
        fd = again(sys_open, ARGUMENTS(A(names[i]), O_CREAT | O_RDWR, 0600));
        again(sys_pwrite64, ARGUMENTS(A(fd), A(page), 100, 70 * PAGE)); /* the tree of pages grows */
        again(sys_ftruncate, ARGUMENTS(A(fd), 5));
    }
    again(sys_symlink, ARGUMENTS(A("/d/a"), A("/d/l")));
    again(sys_link, ARGUMENTS(A("/d/a"), A("/d/h")));
    again(sys_rename, ARGUMENTS(A("/d/b"), A("/d/n")));
    again(sys_rename, ARGUMENTS(A("/d/c"), A("/d/n")));
    again(sys_pipe2, ARGUMENTS(A(fds), O_NONBLOCK));
    again(sys_write, ARGUMENTS(A(fds[1]), A(page), 10));
    again(sys_socketpair, ARGUMENTS(1, 1, 0, A(fds)));
    set = again(sys_epoll_create1, ARGUMENTS(0));
    again(sys_epoll_ctl, ARGUMENTS(A(set), 1, A(fds[0]), A(page)));
    again(sys_eventfd2, ARGUMENTS(0, 0));
    again(sys_timerfd_create, ARGUMENTS(1, 0));
    fd = again(sys_memfd_create, ARGUMENTS(A("m"), 0));
    again(sys_write, ARGUMENTS(A(fd), A(page), 10));
    for (int i = 0; i < 20; i++)
        again(sys_dup, ARGUMENTS(A(fd)));
}

static void test_failing(void)
{
    uint32_t rounds = 0, left = 0;
    bool all = false;

    for (uint64_t n = 0; !all && n < 10000; n++, rounds++) {
        uint32_t before = failures;

        begin();
        host.fail_after = n;
        host.fail_once = true;
        script();
        host.fail_after = UINT64_MAX;
        end();
        left += host.objects || host.pages;
        all = failures == before;
    }
    tap_ok(all && rounds > 40 && !odd,
           "each of %u allocations fails once: an error of memory, and then it goes on (%u odd)", rounds - 1, odd);
    tap_ok(!left, "and nothing is left");
    host.fail_once = false;
}

static void test_full(void)
{
    int64_t fd, written = 0, result = 0;

    begin();
    fd = sys_open(ARGUMENTS(A("/f"), O_CREAT | O_RDWR, 0600));
    host.page_limit = 10;
    memset(page, 'x', sizeof page);
    while ((result = sys_write(ARGUMENTS(A(fd), A(page), 3000))) > 0)
        written += result;
    tap_ok(result == NO_SPACE && written == 10 * (int64_t)PAGE, "ten pages have room for %" PRId64 " bytes", written);
    tap_is_u64(sys_lseek(ARGUMENTS(A(fd), 0, SEEK_END)), (uint64_t)written, "which all stay");
    tap_ok(sys_mkdir(ARGUMENTS(A("/d"), 0700)) == NO_SPACE, "nothing else can be made");
    tap_ok(sys_fallocate(ARGUMENTS(A(fd), 0, 0, 1ull << 40)) == NO_SPACE, "least of all a terabyte");
    tap_ok(!sys_ftruncate(ARGUMENTS(A(fd), 1ull << 40)) && host.pages == 10, "a hole of that size needs no page");
    tap_ok(sys_pwrite64(ARGUMENTS(A(fd), A(page), 1, 1ull << 39)) == NO_SPACE, "but cannot be written");
    tap_ok(sys_pread64(ARGUMENTS(A(fd), A(page), PAGE, 1ull << 39)) == PAGE && !page[0] && !page[PAGE - 1],
           "and reads as zeros");
    sys_ftruncate(ARGUMENTS(A(fd), PAGE));
    tap_ok(host.pages == 1 && sys_pwrite64(ARGUMENTS(A(fd), A(page), 1, 1ull << 39)) == 1, "room comes back");
    tap_is_u64(sys_lseek(ARGUMENTS(A(fd), PAGE, SEEK_DATA)), 1ull << 39, "SEEK_DATA finds what lies far behind");
    tap_is_u64(sys_lseek(ARGUMENTS(A(fd), 0, SEEK_HOLE)), PAGE, "SEEK_HOLE the hole before it");
    tap_ok(sys_pwrite64(ARGUMENTS(A(fd), A(page), 2, INT64_MAX - 1)) == 1 &&
               sys_pwrite64(ARGUMENTS(A(fd), A(page), 1, INT64_MAX)) == TOO_BIG,
           "the last byte that a file can have is written, and none behind it");
    sys_unlink(ARGUMENTS(A("/f")));
    tap_ok(sys_pread64(ARGUMENTS(A(fd), A(page), 1, 0)) == 1, "an open file lives on without its name");
    sys_close(ARGUMENTS(A(fd)));
    tap_ok(!host.pages, "until it is closed");
    host.page_limit = UINT64_MAX;
    end();
}

static uint32_t state;

static uint32_t random_below(uint32_t limit)
{
    state = state * 1664525 + 1013904223; /* Numerical Recipes */
    return (uint32_t)((uint64_t)(state ^ state >> 16) * limit >> 32);
}

/* Indices near each other, and far away. */
static uint64_t spread(uint32_t n)
{
    return n < ITEMS / 2 ? n : n < ITEMS * 3 / 4 ? (uint64_t)n << 20 : UINT64_MAX - ITEMS + n;
}

static bool same_next(const struct radix *radix, bool *const there, uint32_t from)
{
    uint64_t index = spread(from);
    void *found = radix_next(radix, &index);
    uint32_t n = from;

    while (n < ITEMS && !there[n])
        n++;
    return n == ITEMS ? !found : found == &there[n] && index == spread(n);
}

static void test_radix(void)
{
    static bool there[ITEMS];
    struct radix radix = { NULL, 0 };
    uint32_t wrong = 0, seed = (uint32_t)tap_number("ACRE_SEED", 1);

    state = seed;
    for (uint32_t i = 0; i < RADIX_OPS; i++) {
        uint32_t n = random_below(ITEMS), phase = i / 20000 % 3; /* fills, stays, empties */

        if (random_below(3) < 2 - phase + (phase == 1 && random_below(2))) {
            wrong += radix_set(&radix, spread(n), &there[n]) != STATUS_OK;
            there[n] = true;
        } else {
            wrong += radix_take(&radix, spread(n)) != (there[n] ? &there[n] : NULL);
            there[n] = false;
        }
        n = random_below(ITEMS);
        wrong += radix_get(&radix, spread(n)) != (there[n] ? &there[n] : NULL);
        wrong += !same_next(&radix, there, n);
    }
    for (uint32_t n = 0; n < ITEMS; n++)
        radix_take(&radix, spread(n));
    tap_ok(!wrong, "%u random operations on a tree of pages (seed %u)", RADIX_OPS, seed);
    tap_ok(!radix.root && !host.objects, "and an empty one has no node");
}

int main(void)
{
    tap_plan(2 + 13 + 2);
    test_failing();
    test_full();
    test_radix();
    return tap_done();
}
