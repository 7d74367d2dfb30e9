/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mmap and its kin from a program: contents that must come through (copy-on-write, moves, large pages that are cut),
 * and what bad arguments say.  Addresses are printed as distances: every line is the same on Linux.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../temporary.h"
#include "map.h"

#define PAGE 4096ul
#define LARGE 0x200000ul

static char *anonymous(size_t size)
{
    return map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void say(const char *what, long result)
{
    printf("%s: %s\n", what, result == -1 ? strerror(errno) : result == 0 ? "0" : "ok");
}

/* Each page holds its number. */
static void number(char *p, size_t size, long first)
{
    for (size_t i = 0; i < size; i += PAGE)
        *(long *)(p + i) = first + (long)(i / PAGE);
}

static long wrong(const char *p, size_t size, long first)
{
    long bad = 0;

    for (size_t i = 0; i < size; i += PAGE)
        bad += *(const long *)(p + i) != first + (long)(i / PAGE);
    return bad;
}

static void zeros(void)
{
    char *p = anonymous(100 * PAGE);
    long sum = 0;

    for (size_t i = 0; i < 100 * PAGE; i++)
        sum += p[i];
    printf("new memory: %ld\n", sum);
    for (size_t i = 0; i < 100; i += 3)
        p[i * PAGE + i] = (char)i;
    for (size_t i = 0; i < 100 * PAGE; i++)
        sum += p[i];
    printf("some written: %ld\n", sum);
    say("DONTNEED", madvise(p + 10 * PAGE, 50 * PAGE, MADV_DONTNEED));
    for (size_t i = sum = 0; i < 100 * PAGE; i++)
        sum += p[i];
    printf("some thrown away: %ld\n", sum);
    munmap(p, 100 * PAGE);
}

/* A block of large pages, cut by every call. */
static void large(void)
{
    char *room = anonymous(10 * LARGE), *p = (char *)(((uintptr_t)room + LARGE - 1) & ~(LARGE - 1)), *q;

    madvise(p, 8 * LARGE, MADV_HUGEPAGE);
    number(p, 8 * LARGE, 1);
    printf("large: %ld wrong\n", wrong(p, 8 * LARGE, 1));
    say("munmap", munmap(p + LARGE + 5 * PAGE, 7 * PAGE));
    printf("hole: %ld + %ld wrong\n", wrong(p, LARGE + 5 * PAGE, 1),
           wrong(p + LARGE + 12 * PAGE, 7 * LARGE - 12 * PAGE, 1 + 512 + 12));
    say("mprotect", mprotect(p + 2 * LARGE + PAGE, PAGE, PROT_READ));
    printf("read-only: %ld wrong\n", wrong(p + 2 * LARGE, LARGE, 1 + 2 * 512));
    say("DONTNEED", madvise(p + 3 * LARGE + 9 * PAGE, PAGE, MADV_DONTNEED));
    printf("thrown away: %ld wrong\n", wrong(p + 3 * LARGE, LARGE, 1 + 3 * 512));
    q = mremap(p + 4 * LARGE, 2 * LARGE, 3 * LARGE + 8 * PAGE, MREMAP_MAYMOVE);
    printf("moved: %ld wrong, %ld\n", q == MAP_FAILED ? -1 : wrong(q, 2 * LARGE, 1 + 4 * 512),
           *(long *)(q + 3 * LARGE));
    q = mremap(p + 6 * LARGE + PAGE, LARGE, LARGE, MREMAP_MAYMOVE | MREMAP_FIXED, q + PAGE);
    printf("moved askew: %ld wrong\n", q == MAP_FAILED ? -1 : wrong(q, LARGE, 1 + 6 * 512 + 1));
    munmap(room, 10 * LARGE);
}

static void files(void)
{
    char path[TEMPORARY_ROOM], *shared, *again, *private, byte;
    int fd = mkstemp(temporary_name(path)), ro = open(path, O_RDONLY);

    for (long i = 0; i < 8; i++) {
        char page[PAGE];

        memset(page, (int)('a' + i), sizeof page);
        if (write(fd, page, sizeof page) != sizeof page)
            perror("write");
    }
    shared = map(8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    again = map(8 * PAGE, PROT_READ, MAP_SHARED, ro);
    private = map(8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro);
    private[PAGE] = 'X';
    shared[PAGE + 1] = 'Y';
    printf("%c%c %c%c %c%c\n", shared[PAGE], shared[PAGE + 1], again[PAGE], again[PAGE + 1], private[PAGE],
           private[PAGE + 1]);
    if (pwrite(fd, "Z", 1, 2 * PAGE) != 1 || pread(fd, &byte, 1, PAGE + 1) != 1)
        perror("pwrite");
    printf("%c %c %c\n", shared[2 * PAGE], private[2 * PAGE], byte);
    say("write to a file opened for reading", mprotect(again, PAGE, PROT_READ | PROT_WRITE));
    say("msync", msync(shared, 8 * PAGE, MS_SYNC));
    say("DONTNEED of private pages", madvise(private, 8 * PAGE, MADV_DONTNEED));
    printf("%c\n", private[PAGE]);
    say("REMOVE", madvise(shared + 4 * PAGE, PAGE, MADV_REMOVE));
    printf("%d %d\n", shared[4 * PAGE], private[4 * PAGE + 5]);
    close(fd);
    unlink(path);
    printf("%c\n", again[7 * PAGE]);
    say("shared and writable from a descriptor for reading",
        (long)mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0) == -1 ? -1 : 0);
    munmap(shared, 8 * PAGE);
    munmap(private, 8 * PAGE);
    munmap(again, 8 * PAGE);
    close(ro);
}

static void shared_anonymous(void)
{
    char *p = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1), *twin;

    p[0] = 7;
    twin = mremap(p, 0, 4 * PAGE, MREMAP_MAYMOVE);
    printf("twin: %d\n", twin == MAP_FAILED ? -1 : twin[0]);
    twin[PAGE] = 9;
    say("DONTNEED", madvise(p, 4 * PAGE, MADV_DONTNEED));
    printf("%d %d\n", p[0], p[PAGE]);
    munmap(p, 4 * PAGE);
    printf("%d\n", twin[PAGE]);
    munmap(twin, 4 * PAGE);
}

static void brks(void)
{
    char *start = sbrk(0), *p;

    say("sbrk", (long)sbrk(10 * PAGE + 3) == -1 ? -1 : 0);
    number(start + (-(uintptr_t)start & 15), 9 * PAGE, 5);
    printf("heap: %ld wrong, %ld\n",
           wrong(start + (-(uintptr_t)start & 15), 9 * PAGE, 5), (long)((char *)sbrk(0) - start));
    sbrk(-(10 * (long)PAGE + 3));
    printf("back: %ld\n", (long)((char *)sbrk(0) - start));
    p = sbrk(3 * PAGE);
    printf("again: %ld, %d\n", (long)(p - start), start[4096]);
    printf("too much: %ld\n", (long)sbrk(1l << 46));
    sbrk(-3 * (long)PAGE);
}

/* mincore, mlock and errors that say how a call sees its arguments. */
static void odd(void)
{
    char *p = anonymous(8 * PAGE);
    unsigned char in[8];

    p[0] = p[3 * PAGE] = 1;
    say("mincore", mincore(p, 8 * PAGE, in));
    for (int i = 0; i < 8; i++)
        printf("%d", in[i] & 1);
    printf("\n");
    say("mlock", mlock(p + PAGE, 2 * PAGE));
    mincore(p, 8 * PAGE, in);
    printf("%d%d%d\n", in[1] & 1, in[2] & 1, in[4] & 1);
    say("DONTNEED of locked pages", madvise(p, 8 * PAGE, MADV_DONTNEED));
    say("munlock", munlock(p, 8 * PAGE));
    munmap(p + 4 * PAGE, PAGE);
    say("mincore with a hole", mincore(p, 8 * PAGE, in));
    say("mincore to nowhere", syscall(SYS_mincore, p, PAGE, 0xffff800000000000));
    say("mprotect with a hole", mprotect(p, 8 * PAGE, PROT_READ));
    say("mlock with a hole", mlock(p, 8 * PAGE));
    say("msync with a hole", msync(p, 8 * PAGE, MS_ASYNC));
    say("madvise with a hole", madvise(p, 8 * PAGE, MADV_DONTNEED));
    say("mremap over a hole", (long)mremap(p, 8 * PAGE, 9 * PAGE, MREMAP_MAYMOVE));
    say("fixed, not replacing",
        (long)mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
    say("no descriptor", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0));
    say("a directory", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open("/", O_RDONLY), 0));
    say("odd offset", syscall(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, 0, 5));
    say("no length", (long)mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    say("no type", (long)mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
    say("huge pages kept aside", (long)mmap(NULL, LARGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0));
    say("/dev/zero", *(char *)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open("/dev/zero", O_RDONLY), 0));
    say("all of it", (long)mmap(NULL, 1ul << 47, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    munmap(p, 8 * PAGE);
}

/* A large page that nobody may use, of which a part is given back. */
static void shut(void)
{
    char *p = anonymous(3 * LARGE), *block = (char *)(((uintptr_t)p + LARGE - 1) & ~(LARGE - 1));

    number(block, LARGE, 11);
    say("mprotect of all", mprotect(block, LARGE, PROT_NONE));
    say("of a part", mprotect(block + 5 * PAGE, 7 * PAGE, PROT_READ | PROT_WRITE));
    printf("it: %ld wrong\n", wrong(block + 5 * PAGE, 7 * PAGE, 16));
    block[5 * PAGE] = 1;
    say("of the rest", mprotect(block, LARGE, PROT_READ));
    printf("it: %ld wrong\n", wrong(block, LARGE, 11));
    munmap(p, 3 * LARGE);
}

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

/* Small pages that become a large one, and a part of it that is given back. */
static void collapse(void)
{
    char *p = anonymous(4 * LARGE), *block = (char *)(((uintptr_t)p + LARGE - 1) & ~(LARGE - 1));

    madvise(p, 4 * LARGE, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < LARGE; i += 3 * PAGE)
        *(long *)(block + i) = (long)(i / PAGE) + 1;
    say("collapse where none may be", madvise(block, LARGE, MADV_COLLAPSE));
    madvise(p, 4 * LARGE, MADV_HUGEPAGE);
    say("collapse", madvise(block, LARGE, MADV_COLLAPSE));
    say("again", madvise(block, LARGE, MADV_COLLAPSE));
    say("of less than a large page", madvise(block + PAGE, LARGE, MADV_COLLAPSE));
    say("of nothing", madvise(block + LARGE, LARGE, MADV_COLLAPSE));
    for (size_t i = 0; i < LARGE / PAGE; i++)
        if (*(long *)(block + i * PAGE) != (i % 3 ? 0 : (long)i + 1))
            printf("page %zu is wrong\n", i);
    say("a part is given back", madvise(block + 6 * PAGE, PAGE, MADV_DONTNEED));
    printf("it: %ld, %ld\n", *(long *)(block + 6 * PAGE), *(long *)(block + 9 * PAGE));
    munmap(p, 4 * LARGE);
}

/* What a user other than root may lock: the last thing that the program does. */
static void locking(void)
{
    struct rlimit limit = { 16 * PAGE, 16 * PAGE };
    char *p = anonymous(64 * PAGE), *q = anonymous(PAGE);

    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || (geteuid() == 0 && setuid(65534) != 0))
        perror("setrlimit, setuid");
    say("mlock of all that is allowed", mlock(p, 16 * PAGE));
    say("again", mlock(p, 16 * PAGE));
    say("of one page more", mlock(p, 17 * PAGE));
    say("of another page", mlock(q, PAGE));
    say("mmap of locked pages", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
    say("mremap of them", (long)mremap(p, 16 * PAGE, 65 * PAGE, MREMAP_MAYMOVE));
    say("mlockall", mlockall(MCL_CURRENT));
    say("munlock", munlock(p, 8 * PAGE));
    say("of another page, now", mlock(q, PAGE));
    say("mlockall of what will be", mlockall(MCL_FUTURE));
    say("mmap of more than that", (long)mmap(NULL, 8 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    say("mmap of as much", (long)mmap(NULL, 7 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    printf("brk: %ld\n", (long)sbrk(PAGE));
    say("munlockall", munlockall());
    limit.rlim_cur = limit.rlim_max = 0;
    say("no limit is higher", setrlimit(RLIMIT_MEMLOCK, &limit));
    say("mlock where nothing may be", mlock(p, PAGE));
    say("mlock2 with flags", syscall(SYS_mlock2, p, PAGE, 2));
    say("mlockall, likewise", mlockall(MCL_CURRENT));
    say("mmap, likewise", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
}

static void low(void)
{
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    printf("32 bits: %d\n", p != MAP_FAILED && (uintptr_t)p >> 32 == 0 && p[5] == 0);
    munmap(p, PAGE);
    p = mmap((void *)0x200000000000, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    printf("high: %d\n", p == (void *)0x200000000000 && p[7] == 0);
    p[1] = 2;
    munmap(p, PAGE);
}

static long most_resident(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* What was once resident is counted when it is gone. */
static void resident(void)
{
    enum { MIB = 4 };
    long before = most_resident(), after;
    char *p = anonymous(MIB << 20);

    memset(p, 1, MIB << 20);
    munmap(p, MIB << 20);
    after = most_resident();
    p = anonymous(PAGE);
    *p = 1;
    printf("most resident: %d %d\n", after - before > (MIB - 1) << 10, most_resident() >= after);
    munmap(p, PAGE);
}

static void told(void)
{
    int file = open("/proc/self/maps", O_RDONLY);

    say("a file of /proc", (long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 0));
    close(file);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    zeros();
    large();
    files();
    shared_anonymous();
    brks();
    resident();
    told();
    odd();
    low();
    shut();
    collapse();
    locking();
    return 0;
}
