/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every system call of Acre's lists with every pointer of it in turn at a place that is not the program's, all others
 * right, on descriptors of every kind.  Where nothing may be read or written, a call has to refuse; the few that do not
 * look at the pointer at once are named, and so they are on Linux.
 *
 * Left out: clone, whose child would be on Linux a second program here.
 */
#define _GNU_SOURCE
#include "hostile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../../farm/program/raw_call.h"

#define ARGUMENTS 6
#define ERRNO_MOST 4095
#define FILE_NAME "hostile-pointers.file"
#define PAGES_WINDOW 0xffffffffc0000000

static const struct call {
    long number;
    const char *name, *arguments; /* NAME:KIND, as the lists have them */
} calls[] = {
#define SYSCALL(number, name, arguments) { number, #name, arguments },
#include "../../src/unix/syscall_lists.h"
};

#define CALLS (sizeof calls / sizeof *calls)

/* Arguments that these do not look at: brk answers where the heap ends, two are kept for the thread's end, and there is
 * no time left, no attribute and no group to tell of. */
static const struct unseen {
    const char *name;
    int argument;
} unseen[] = {
    { "brk", 0 }, { "set_tid_address", 0 }, { "set_robust_list", 0 }, { "nanosleep", 1 }, { "clock_nanosleep", 3 },
    { "getcpu", 2 }, { "listxattr", 1 }, { "llistxattr", 1 }, { "flistxattr", 1 }, { "getgroups", 1 },
};

static int descriptors[7]; /* of every kind, none of which waits */
static char *scratch; /* a page of zeros */

static void open_all(void)
{
    int ends[2], file = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);

    scratch = hostile_map(PAGE, PROT_READ | PROT_WRITE);
    if (file < 0 || pwrite(file, scratch, PAGE, 0) != (ssize_t)PAGE || pipe2(ends, O_NONBLOCK) != 0)
        exit(1);
    descriptors[0] = file;
    descriptors[1] = ends[0];
    descriptors[2] = ends[1];
    descriptors[3] = open(".", O_RDONLY | O_DIRECTORY);
    descriptors[4] = epoll_create1(0);
    descriptors[5] = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    descriptors[6] = eventfd(1, EFD_NONBLOCK);
}

static int is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, names[i]))
            return 1;
    return 0;
}

/* A right value for the argument `name` of this kind. */
static long right(const struct call *call, const char *name, char kind, int fd)
{
    static const char *const files[] = { "fd", "in", "out", "from", "to", "target" };

    if (kind == 'd' && strstr(name, "dir"))
        return AT_FDCWD;
    if (kind == 'd' && is_one_of(name, files, sizeof files / sizeof *files))
        return fd;
    if (kind == 's')
        return (long)FILE_NAME;
    if (kind == 'p')
        return (long)scratch;
    if (!strcmp(name, "length"))
        return (long)PAGE;
    if (!strcmp(name, "resource")) /* its limit becomes 0: no CPU time would be the end, on Linux */
        return RLIMIT_MSGQUEUE;
    if (!strcmp(name, "n")) /* of descriptors */
        return 8;
    if (kind == 'u') /* of a signal set; of the records that have another size */
        return !strcmp(call->name, "set_robust_list") ? 24 : !strcmp(call->name, "clone3") ? 88 : 8;
    return 0;
}

/* Splits the row into values; a bit of the result for each that is a pointer. */
static unsigned values_of(const struct call *call, int fd, long *values)
{
    char row[128], *rest = row, *word;
    unsigned pointers = 0;

    memset(values, 0, ARGUMENTS * sizeof *values);
    snprintf(row, sizeof row, "%s", call->arguments);
    for (int i = 0; i < ARGUMENTS && (word = strsep(&rest, " ")) != NULL && *word; i++) {
        char kind = word[strlen(word) - 1];

        word[strlen(word) - 2] = 0;
        values[i] = right(call, word, kind, fd);
        if (kind == 'p' || kind == 's')
            pointers |= 1u << i;
    }
    return pointers;
}

static int is_unseen(const struct call *call, int argument)
{
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (!strcmp(unseen[i].name, call->name) && unseen[i].argument == argument)
            return 1;
    return 0;
}

static int refuses(const struct call *call, const long *v)
{
    long result;

    memset(scratch, 0, PAGE);
    result = raw_call(call->number, v[0], v[1], v[2], v[3], v[4], v[5]);
    return result < 0 && result >= -ERRNO_MOST;
}

/* All calls with each pointer at `bad`; 0 if one that has to refuse did not. */
static int try_all(uint64_t bad, int strict)
{
    int good = 1;

    for (size_t c = 0; c < CALLS; c++)
        for (size_t d = 0; d < sizeof descriptors / sizeof *descriptors && calls[c].number != SYS_clone; d++) {
            long values[ARGUMENTS];
            unsigned pointers = values_of(&calls[c], descriptors[d], values);

            for (int i = 0; i < ARGUMENTS; i++) {
                long keep = values[i];

                if (!(pointers & 1u << i))
                    continue;
                values[i] = (long)bad;
                if (!refuses(&calls[c], values) && strict && !is_unseen(&calls[c], i)) {
                    printf("%s took 0x%lx as argument %d\n", calls[c].name, bad, i);
                    good = 0;
                }
                values[i] = keep;
            }
        }
    return good;
}

static int pointers_at(uint64_t bad, int strict)
{
    int good;

    open_all();
    good = try_all(bad, strict);
    unlink(FILE_NAME);
    return hostile_held(good, "so it is not held");
}

static int text(void) { return pointers_at(KERNEL_TEXT, 1); }
static int heap(void) { return pointers_at(KERNEL_HEAP, 1); }
static int window(void) { return pointers_at(PAGES_WINDOW, 1); }
static int odd(void) { return pointers_at(NOT_CANONICAL, 1); }
static int last(void) { return pointers_at(~0ul, 1); }
static int low(void) { return pointers_at(8, 1); }
static int end(void) { return pointers_at(USER_END - 3, 0); }

static int border(void) /* what reaches beyond the end of a mapping; a few bytes may be all that a call wants */
{
    char *at = hostile_map(2 * PAGE, PROT_READ | PROT_WRITE);

    memset(at, 'x', PAGE);
    mprotect(at + PAGE, PAGE, PROT_NONE);
    return pointers_at((uint64_t)at + PAGE - 3, 0);
}

static int read_only(void)
{
    return pointers_at((uint64_t)hostile_map(PAGE, PROT_READ), 0);
}

const struct hostile hostile_pointers[] = {
    { "pointers-text", HELD, ANY, text, 0 },
    { "pointers-heap", HELD, ANY, heap, 0 },
    { "pointers-window", HELD, ANY, window, 0 },
    { "pointers-odd", HELD, ANY, odd, 0 },
    { "pointers-last", HELD, ANY, last, 0 },
    { "pointers-low", HELD, ANY, low, 0 },
    { "pointers-end", HELD, ANY, end, 0 },
    { "pointers-border", HELD, ANY, border, 0 },
    { "pointers-read-only", HELD, ANY, read_only, 0 },
    { 0 },
};
