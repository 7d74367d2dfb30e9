/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vDSO: functions that a C library finds in every program's memory by AT_SYSINFO_EHDR (vdso(7)) and calls in place
 * of system calls.  This runs in ring 3 and is a shared object of its own; it reads the time-stamp counter and the page
 * before itself, which the kernel keeps (struct clock_scale) and no program can write.
 *
 * What the kernel writes there later than mult is one aligned word, realtime_offset, so that there is nothing to lock.
 * Each is 0 until somebody has asked the kernel for the time, or the date: then, and for all that is not answered here,
 * the system call is made.  A time costs about 45 instructions: there is no division, for the compiler makes it a
 * multiplication.
 */
#include <stdint.h>

#include "unix/clock.h"

#define NR_GETTIMEOFDAY 96
#define NR_TIME 201
#define NR_CLOCK_GETTIME 228
#define NR_CLOCK_GETRES 229

/* Linux's numbers of clocks. */
enum clock_id {
    REALTIME,
    MONOTONIC,
    PROCESS_CPU,
    THREAD_CPU,
    MONOTONIC_RAW,
    REALTIME_COARSE,
    MONOTONIC_COARSE,
    BOOTTIME,
    TAI = 11
};

#define BIT(clock) (1u << (clock))
#define REALTIME_CLOCKS (BIT(REALTIME) | BIT(REALTIME_COARSE) | BIT(TAI))
#define MONOTONIC_CLOCKS (BIT(MONOTONIC) | BIT(MONOTONIC_RAW) | BIT(MONOTONIC_COARSE) | BIT(BOOTTIME))
#define FINE_CLOCKS ((REALTIME_CLOCKS | MONOTONIC_CLOCKS) & ~(BIT(REALTIME_COARSE) | BIT(MONOTONIC_COARSE)))

struct timezone {
    int32_t minutes_west, dst_time;
};

int64_t __vdso_clock_gettime(int32_t clock, struct timespec *to);
int64_t __vdso_clock_getres(int32_t clock, struct timespec *to);
int64_t __vdso_gettimeofday(struct timeval *to, struct timezone *zone);
int64_t __vdso_time(int64_t *to);
int64_t __vdso_getcpu(uint32_t *cpu, uint32_t *node, void *unused);

/* The page before the image: vdso.lds.S. */
extern const volatile struct clock_scale vdso_clock __attribute__((visibility("hidden")));

static inline int64_t call(int64_t number, int64_t a, void *b)
{
    int64_t result;

    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b) : "rcx", "r11", "memory");
    return result;
}

/* Monotonic ns; LFENCE keeps an earlier read of the counter from being taken later. */
static inline uint64_t now(uint64_t mult)
{
    uint32_t low, high;
    uint64_t tsc;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    tsc = ((uint64_t)high << 32 | low) - vdso_clock.tsc_base;
    return (uint64_t)((unsigned __int128)tsc * mult >> 32);
}

int64_t __vdso_clock_gettime(int32_t clock, struct timespec *to)
{
    uint64_t mult = vdso_clock.mult, offset = 0, ns;
    uint32_t bit = (uint32_t)clock < 32 ? BIT(clock) : 0;

    if (!mult || !(bit & (REALTIME_CLOCKS | MONOTONIC_CLOCKS)))
        return call(NR_CLOCK_GETTIME, clock, to);
    if (bit & REALTIME_CLOCKS) {
        offset = vdso_clock.realtime_offset;
        if (!offset)
            return call(NR_CLOCK_GETTIME, clock, to);
    }
    ns = now(mult) + offset;
    to->seconds = (int64_t)(ns / CLOCK_SECOND);
    to->nanoseconds = (int64_t)(ns % CLOCK_SECOND);
    return 0;
}

int64_t __vdso_gettimeofday(struct timeval *to, struct timezone *zone)
{
    uint64_t mult = vdso_clock.mult, offset = vdso_clock.realtime_offset, ns;

    if (!mult || !offset)
        return call(NR_GETTIMEOFDAY, (int64_t)to, zone);
    if (to) {
        ns = now(mult) + offset;
        to->seconds = (int64_t)(ns / CLOCK_SECOND);
        to->microseconds = (int64_t)(ns % CLOCK_SECOND / 1000);
    }
    if (zone)
        *zone = (struct timezone){ 0, 0 };
    return 0;
}

int64_t __vdso_time(int64_t *to)
{
    uint64_t mult = vdso_clock.mult, offset = vdso_clock.realtime_offset;
    int64_t seconds;

    if (!mult || !offset)
        return call(NR_TIME, (int64_t)to, 0);
    seconds = (int64_t)((now(mult) + offset) / CLOCK_SECOND);
    if (to)
        *to = seconds;
    return seconds;
}

int64_t __vdso_clock_getres(int32_t clock, struct timespec *to)
{
    if ((uint32_t)clock >= 32 || !(BIT(clock) & FINE_CLOCKS))
        return call(NR_CLOCK_GETRES, clock, to);
    if (to)
        *to = (struct timespec){ 0, 1 };
    return 0;
}

/* There is one CPU, and one node. */
int64_t __vdso_getcpu(uint32_t *cpu, uint32_t *node, void *unused)
{
    (void)unused;
    if (cpu)
        *cpu = 0;
    if (node)
        *node = 0;
    return 0;
}

/* Linux's vDSO has them by these names, too. */
#define ALIAS(name) __attribute__((weak, alias("__vdso_" #name)))
int64_t clock_gettime(int32_t clock, struct timespec *to) ALIAS(clock_gettime);
int64_t clock_getres(int32_t clock, struct timespec *to) ALIAS(clock_getres);
int64_t gettimeofday(struct timeval *to, struct timezone *zone) ALIAS(gettimeofday);
int64_t time(int64_t *to) ALIAS(time);
int64_t getcpu(uint32_t *cpu, uint32_t *node, void *unused) ALIAS(getcpu);
