/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program pays for system calls, page faults, mappings and threads: one static program, run under -icount on
 * Acre and as Linux's init, where the time-stamp counter counts instructions.  A line "figure NAME TICKS" each, then
 * "figures end".  Each figure is the least of ROUNDS rounds: what interrupts and first use cost is in the others.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 7
#define PAGE 4096ul
#define HUGE (2ul << 20)
#define CALLS 200
#define MANY 10000 /* areas */

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static void die(const char *what)
{
    printf("failed %s\n", what);
    fflush(stdout);
    _exit(1);
}

static char *map(void *at, size_t bytes, int prot, int flags)
{
    char *p = mmap(at, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

    if (p == MAP_FAILED)
        die("mmap");
    return p;
}

static uint64_t getppid_call(void)
{
    uint64_t begin = ticks();

    for (int i = 0; i < CALLS; i++)
        syscall(SYS_getppid);
    return (ticks() - begin) / CALLS;
}

static uint64_t clock_vdso(void)
{
    struct timespec now;
    uint64_t begin = ticks();

    for (int i = 0; i < CALLS; i++)
        clock_gettime(CLOCK_MONOTONIC, &now);
    return (ticks() - begin) / CALLS;
}

static uint64_t touch_page(void)
{
    char *p = map(NULL, 1000 * PAGE, PROT_READ | PROT_WRITE, 0);
    uint64_t begin, end;

    madvise(p, 1000 * PAGE, MADV_NOHUGEPAGE);
    begin = ticks();
    for (int i = 0; i < 1000; i++)
        *(volatile char *)(p + i * PAGE) = 1;
    end = ticks();
    munmap(p, 1000 * PAGE);
    return (end - begin) / 1000;
}

static uint64_t touch_huge(void)
{
    char *p = map(NULL, 2 * HUGE, PROT_READ | PROT_WRITE, 0), *at = (char *)(((uintptr_t)p + HUGE - 1) & ~(HUGE - 1));
    uint64_t begin, end;

    madvise(at, HUGE, MADV_HUGEPAGE);
    begin = ticks();
    *(volatile char *)at = 1;
    end = ticks();
    munmap(p, 2 * HUGE);
    return end - begin;
}

static uint64_t map_unmap(size_t pages)
{
    uint64_t begin = ticks();

    for (int i = 0; i < CALLS; i++)
        munmap(map(NULL, pages * PAGE, PROT_READ | PROT_WRITE, 0), pages * PAGE);
    return (ticks() - begin) / CALLS;
}

static uint64_t map_unmap_one(void)
{
    return map_unmap(1);
}

static uint64_t map_unmap_thousand(void)
{
    return map_unmap(1000);
}

static uint64_t protect_middle(void)
{
    char *p = map(NULL, 1000 * PAGE, PROT_READ | PROT_WRITE, 0);
    uint64_t begin, end;

    for (int i = 0; i < 1000; i++)
        p[i * PAGE] = 1;
    begin = ticks();
    for (int i = 0; i < CALLS; i++)
        mprotect(p + 500 * PAGE, PAGE, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ);
    end = ticks();
    munmap(p, 1000 * PAGE);
    return (end - begin) / CALLS;
}

static uint64_t remap_move(void)
{
    char *to = map(NULL, 1024 * PAGE, PROT_NONE, 0), *p = map(NULL, 256 * PAGE, PROT_READ | PROT_WRITE, 0);
    uint64_t begin, end;

    madvise(p, 256 * PAGE, MADV_NOHUGEPAGE);
    for (int i = 0; i < 256; i++)
        p[i * PAGE] = 1;
    begin = ticks();
    if (mremap(p, 256 * PAGE, 256 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
        die("mremap");
    end = ticks();
    munmap(to, 1024 * PAGE);
    return end - begin;
}

static uint64_t brk_up_down(void)
{
    char *base = sbrk(0);
    uint64_t begin = ticks();

    for (int i = 0; i < CALLS; i++) {
        syscall(SYS_brk, base + 16 * PAGE);
        syscall(SYS_brk, base);
    }
    return (ticks() - begin) / CALLS;
}

/* mmap in a gap of one page between `count` areas, whose rights change from one to the next so that none merge. */
static uint64_t map_in_gap(int count)
{
    size_t bytes = (size_t)(2 * count + 2) * PAGE;
    char *p = map(NULL, bytes, PROT_NONE, MAP_NORESERVE);
    uint64_t begin, end;

    for (int i = 0; i < count; i++)
        map(p + (size_t)i * 2 * PAGE, PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_FIXED);
    munmap(p + (size_t)(count / 2 * 2 + 1) * PAGE, PAGE);
    begin = ticks();
    for (int i = 0; i < CALLS; i++)
        munmap(map(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, 0), PAGE);
    end = ticks();
    munmap(p, bytes);
    return (end - begin) / CALLS;
}

static uint64_t gap_ten(void)
{
    return map_in_gap(10);
}

static uint64_t gap_many(void)
{
    return map_in_gap(MANY);
}

static uint32_t turn;

static void futex_wait(uint32_t value)
{
    while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) == value)
        syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_turn(uint32_t value)
{
    __atomic_store_n(&turn, value, __ATOMIC_RELEASE);
    syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *other_side(void *unused)
{
    for (int i = 0; i < CALLS; i++) {
        futex_wait(0);
        futex_turn(0);
    }
    return unused;
}

static uint64_t futex_pair(void)
{
    pthread_t thread;
    uint64_t begin, end;

    turn = 0;
    if (pthread_create(&thread, NULL, other_side, NULL))
        die("pthread_create");
    begin = ticks();
    for (int i = 0; i < CALLS; i++) {
        futex_turn(1);
        futex_wait(1);
    }
    end = ticks();
    pthread_join(thread, NULL);
    return (end - begin) / CALLS;
}

static volatile int caught;

static void handler(int number)
{
    caught += number == SIGUSR1;
}

static uint64_t signal_self(void)
{
    struct sigaction action = { .sa_handler = handler };
    pid_t pid = getpid(), tid = gettid();
    uint64_t begin, end;

    caught = 0;
    sigaction(SIGUSR1, &action, NULL);
    begin = ticks();
    for (int i = 0; i < CALLS; i++)
        syscall(SYS_tgkill, pid, tid, SIGUSR1);
    end = ticks();
    if (caught != CALLS)
        die("signals");
    return (end - begin) / CALLS;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        uint64_t (*run)(void);
    } figures[] = {
        { "getppid", getppid_call },
        { "clock-vdso", clock_vdso },
        { "touch-page", touch_page },
        { "touch-huge", touch_huge },
        { "map-unmap-1", map_unmap_one },
        { "map-unmap-1000", map_unmap_thousand },
        { "protect-middle", protect_middle },
        { "remap-256", remap_move },
        { "brk-up-down", brk_up_down },
        { "gap-10", gap_ten },
        { "gap-10000", gap_many },
        { "futex-pair", futex_pair },
        { "signal-self", signal_self },
    };

    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        uint64_t least = UINT64_MAX;

        for (int round = 0; round < ROUNDS; round++) {
            uint64_t now = figures[i].run();

            least = now < least ? now : least;
        }
        printf("figure %s %llu\n", figures[i].name, (unsigned long long)least);
        fflush(stdout);
    }
    printf("figures end\n");
    fflush(stdout);
    if (argc > 1 && !strcmp(argv[1], "init")) /* of a machine of its own, whose end is QEMU's */
        reboot(RB_AUTOBOOT);
    return 0;
}
