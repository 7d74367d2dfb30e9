/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time: nanoseconds from the time-stamp counter, measured against the PIT the first time anybody asks; the date from
 * the CMOS clock, likewise.  And timers, which come as interrupts of the PIT while at least one is set.
 */
#ifndef ACRE_CLOCK_H
#define ACRE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SECOND 1000000000ull /* ns */
#define CLOCK_NEVER UINT64_MAX

/* As struct timespec, timeval and itimerspec lie in the program's memory. */
struct timespec {
    int64_t seconds, nanoseconds;
};
struct timeval {
    int64_t seconds, microseconds;
};

/* Nanoseconds since stage2 began; never goes back. */
uint64_t clock_monotonic(void);

/* Nanoseconds since 1970-01-01 00:00 UTC, and setting that. */
uint64_t clock_realtime(void);
void clock_realtime_set(uint64_t now);

/* When clock_monotonic will be, as it looks now, at a time of clock_realtime; 0 for one that is past. */
uint64_t clock_from_realtime(uint64_t realtime);

/* Nanoseconds of so many ticks of the time-stamp counter. */
uint64_t clock_ns(uint64_t ticks);

/* Nanoseconds of CPU time of the program, all time that was not idle; and the part that was the kernel's. */
uint64_t clock_program(void);
uint64_t clock_program_system(void);

/*
 * What a reader of the time-stamp counter needs: ns = (tsc - tsc_base) * mult >> 32 (in 128 bits), and the realtime is
 * that plus realtime_offset.  mult is 0 until somebody has asked for the time: then ask the kernel.
 */
struct clock_scale {
    uint64_t tsc_base, mult, realtime_offset;
};

/* Where the scale is kept up to date: `page` (a copy that the vDSO reads) or NULL.  It is filled in at once. */
void clock_publish(struct clock_scale *page);

/* ns since the clock's origin from what a program gives; false: negative or no valid timespec. */
bool clock_from_timespec(const struct timespec *t, uint64_t *ns);
struct timespec clock_to_timespec(uint64_t ns);

/* A timer.  `fire` is called once, with interrupts off, at the deadline (ns of clock_monotonic) or soon after, from the
 * interrupt or before the processor idles; by then the timer is not set any more and may be set anew.  The owner
 * keeps the memory until it has fired or is cancelled. */
struct clock_timer {
    struct clock_timer *next, **back; /* back is NULL while it is not set */
    uint64_t deadline;
    void (*fire)(struct clock_timer *timer);
};

void clock_timer_set(struct clock_timer *timer, uint64_t deadline); /* sets it anew if it was set */
void clock_timer_cancel(struct clock_timer *timer); /* does nothing if it is not set */

#endif
