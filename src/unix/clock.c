/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time is (tsc - tsc_base) * mult >> 32, with mult measured against the PIT when the first one asks: a program that
 * never does pays nothing.  The measurement takes MEASURE_COUNTS, 5 ms, and errs by a look at the port: about 1 in
 * 5,000.
 *
 * Timers stand in a list, the next one first: a program has few.  The PIT is set for the first of them, and again when
 * an earlier one comes; it is left alone when the first is cancelled, and the interrupt then finds nothing to do.  A
 * deadline farther off than the PIT counts (55 ms) takes several shots.
 */
#include "clock.h"

#include <stddef.h>

#include "interrupt.h"
#include "kernel/boot.h"
#include "thread.h"
#include "x86_64/cmos.h"
#include "x86_64/cpu.h"
#include "x86_64/pic.h"
#include "x86_64/pit.h"

#define MEASURE_COUNTS 5966u

static struct clock_scale scale, *published;
static struct clock_timer *timers;
static uint64_t armed = CLOCK_NEVER; /* when the PIT's shot comes */
static bool served;

static void publish(void)
{
    if (published)
        *published = scale;
}

static void measure(void)
{
    uint64_t ns = MEASURE_COUNTS * CLOCK_SECOND / PIT_HZ;

    scale.tsc_base = boot.handoff.tsc_stage2;
    scale.mult = (ns << 32) / pit_measure(MEASURE_COUNTS);
    publish();
}

uint64_t clock_ns(uint64_t ticks)
{
    if (!scale.mult)
        measure();
    return (uint64_t)((unsigned __int128)ticks * scale.mult >> 32);
}

uint64_t clock_monotonic(void)
{
    if (!scale.mult)
        measure();
    return clock_ns(cpu_tsc() - scale.tsc_base);
}

uint64_t clock_realtime(void)
{
    if (!scale.realtime_offset)
        clock_realtime_set(cmos_seconds() * CLOCK_SECOND);
    return clock_monotonic() + scale.realtime_offset;
}

void clock_realtime_set(uint64_t now)
{
    scale.realtime_offset = now - clock_monotonic();
    publish();
}

uint64_t clock_from_realtime(uint64_t realtime)
{
    uint64_t now = clock_realtime(), monotonic = clock_monotonic();

    if (realtime >= now)
        return monotonic + (realtime - now);
    return now - realtime < monotonic ? monotonic - (now - realtime) : 0;
}

uint64_t clock_program(void)
{
    return clock_ns(threads_ticks());
}

uint64_t clock_program_system(void)
{
    return clock_ns(threads_system_ticks());
}

void clock_publish(struct clock_scale *page)
{
    published = page;
    publish();
}

bool clock_from_timespec(const struct timespec *t, uint64_t *ns)
{
    if (t->seconds < 0 || t->nanoseconds < 0 || (uint64_t)t->nanoseconds >= CLOCK_SECOND)
        return false;
    *ns = (uint64_t)t->seconds > (CLOCK_NEVER - CLOCK_SECOND) / CLOCK_SECOND / 2 ?
              CLOCK_NEVER / 2 :
              (uint64_t)t->seconds * CLOCK_SECOND + (uint64_t)t->nanoseconds;
    return true;
}

struct timespec clock_to_timespec(uint64_t ns)
{
    return (struct timespec){ (int64_t)(ns / CLOCK_SECOND), (int64_t)(ns % CLOCK_SECOND) };
}

static void take_out(struct clock_timer *timer)
{
    *timer->back = timer->next;
    if (timer->next)
        timer->next->back = timer->back;
    timer->back = NULL;
}

static void arm(uint64_t now);

static void tick(void)
{
    uint64_t now = clock_monotonic();

    armed = CLOCK_NEVER;
    while (timers && timers->deadline <= now) {
        struct clock_timer *timer = timers;

        take_out(timer);
        timer->fire(timer);
    }
    arm(now);
}

/* Sees to it that the first timer's interrupt comes. */
static void arm(uint64_t now)
{
    uint64_t left, counts;

    if (!timers || timers->deadline >= armed)
        return;
    if (!served)
        interrupt_serve(PIC_LINE_TIMER, tick);
    served = true;
    left = timers->deadline > now ? timers->deadline - now : 0;
    counts = left < CLOCK_SECOND ? left * PIT_HZ / CLOCK_SECOND + 1 : PIT_MOST;
    counts = counts < PIT_MOST ? counts : PIT_MOST;
    armed = now + counts * CLOCK_SECOND / PIT_HZ;
    pit_shoot((uint32_t)counts);
}

void clock_timer_set(struct clock_timer *timer, uint64_t deadline)
{
    struct clock_timer **link = &timers;

    clock_timer_cancel(timer);
    while (*link && (*link)->deadline <= deadline)
        link = &(*link)->next;
    timer->deadline = deadline;
    timer->next = *link;
    timer->back = link;
    if (timer->next)
        timer->next->back = &timer->next;
    *link = timer;
    if (timers == timer)
        arm(clock_monotonic());
}

void clock_timer_cancel(struct clock_timer *timer)
{
    if (timer->back)
        take_out(timer);
}
