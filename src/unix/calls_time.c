/* SPDX-License-Identifier: Apache-2.0 */
/* Clocks and sleeping: clock_gettime(2), nanosleep(2), times(2), getrusage(2). */
#include "clock.h"
#include "errno.h"
#include "space.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"
#include "wait.h"
#include "x86_64/layout.h"

#define TICK_NS (CLOCK_SECOND / 100) /* sysconf(_SC_CLK_TCK) is 100 on Linux */
#define COARSE_NS 4000000u /* what Linux says of its coarse clocks at 250 Hz */
#define TIMER_ABSTIME 1u

enum {
    CLOCK_REALTIME,
    CLOCK_MONOTONIC,
    CLOCK_PROGRAM,
    CLOCK_THREAD,
    CLOCK_MONOTONIC_RAW,
    CLOCK_REALTIME_COARSE,
    CLOCK_MONOTONIC_COARSE,
    CLOCK_BOOTTIME,
    CLOCK_REALTIME_ALARM,
    CLOCK_BOOTTIME_ALARM,
    CLOCK_TAI = 11
};

/* A clock id below 0 is a thread's or a program's: ~tid << 3, bit 2: a thread's; bits 0, 1: which of its times. */
#define CLOCK_OF_THREAD 4

static bool clock_of_thread(int32_t id, uint64_t *now)
{
    int32_t tid = ~(id >> 3);
    const struct thread *thread = tid ? thread_find(tid) : current;

    if (!thread || (id & 3) == 3)
        return false;
    *now = id & CLOCK_OF_THREAD ? thread_cpu(thread) : clock_program();
    return true;
}

static bool read_clock(int32_t id, uint64_t *now)
{
    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM:
    case CLOCK_TAI:
        *now = clock_realtime();
        return true;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *now = clock_monotonic();
        return true;
    case CLOCK_PROGRAM:
        *now = clock_program();
        return true;
    case CLOCK_THREAD:
        *now = thread_cpu(current);
        return true;
    default:
        return id < 0 && clock_of_thread(id, now);
    }
}

int64_t sys_clock_gettime(const uint64_t *a)
{
    uint64_t now;
    struct timespec t;

    if (!read_clock((int32_t)a[0], &now))
        return -EINVAL;
    t = clock_to_timespec(now);
    return user_put(a[1], t) ? 0 : -EFAULT;
}

int64_t sys_clock_getres(const uint64_t *a)
{
    int32_t id = (int32_t)a[0];
    struct timespec t = { 0, id == CLOCK_REALTIME_COARSE || id == CLOCK_MONOTONIC_COARSE ? COARSE_NS : 1 };
    uint64_t now;

    if (!read_clock(id, &now))
        return -EINVAL;
    return !a[1] || user_put(a[1], t) ? 0 : -EFAULT;
}

int64_t sys_clock_settime(const uint64_t *a)
{
    struct timespec t;
    uint64_t ns;

    if ((int32_t)a[0] != CLOCK_REALTIME)
        return -EINVAL;
    if (!user_get(t, a[1]))
        return -EFAULT;
    if (!clock_from_timespec(&t, &ns))
        return -EINVAL;
    clock_realtime_set(ns);
    return 0;
}

int64_t sys_gettimeofday(const uint64_t *a)
{
    uint64_t now = clock_realtime();
    struct timeval t = { (int64_t)(now / CLOCK_SECOND), (int64_t)(now % CLOCK_SECOND / 1000) };
    int32_t zone[2] = { 0, 0 };

    return (!a[0] || user_put(a[0], t)) && (!a[1] || user_put(a[1], zone)) ? 0 : -EFAULT;
}

/* There are no time zones here: what is said of one is looked at, and forgotten. */
int64_t sys_settimeofday(const uint64_t *a)
{
    struct {
        int32_t minutes_west, kind;
    } zone = { 0 };
    struct timeval t;

    if ((a[0] && !user_get(t, a[0])) || (a[1] && !user_get(zone, a[1])))
        return -EFAULT;
    if (zone.minutes_west < -15 * 60 || zone.minutes_west > 15 * 60)
        return -EINVAL;
    if (!a[0])
        return 0;
    if (t.seconds < 0 || t.microseconds < 0 || t.microseconds >= 1000000)
        return -EINVAL;
    clock_realtime_set((uint64_t)t.seconds * CLOCK_SECOND + (uint64_t)t.microseconds * 1000);
    return 0;
}

int64_t sys_time(const uint64_t *a)
{
    int64_t seconds = (int64_t)(clock_realtime() / CLOCK_SECOND);

    return !a[0] || user_put(a[0], seconds) ? seconds : -EFAULT;
}

int64_t sys_times(const uint64_t *a)
{
    uint64_t system = clock_program_system(), all = clock_program(); /* in this order: both go on meanwhile */
    struct {
        int64_t user, system, children_user, children_system;
    } t = { (int64_t)((all - system) / TICK_NS), (int64_t)(system / TICK_NS), 0, 0 };

    if (a[0] && !user_put(a[0], t))
        return -EFAULT;
    return (int64_t)(clock_monotonic() / TICK_NS);
}

struct rusage {
    struct timeval user, system;
    int64_t most_resident_kib, other[13];
};

_Static_assert(sizeof(struct rusage) == 144, "Linux");

static struct timeval timeval_of(uint64_t ns)
{
    return (struct timeval){ (int64_t)(ns / CLOCK_SECOND), (int64_t)(ns % CLOCK_SECOND / 1000) };
}

int64_t sys_getrusage(const uint64_t *a)
{
    enum { SELF = 0, CHILDREN = -1, THREAD = 1 };
    struct rusage usage = { 0 };
    int32_t who = (int32_t)a[0];
    uint64_t system, all;

    if (who != SELF && who != CHILDREN && who != THREAD)
        return -EINVAL;
    if (who != CHILDREN) {
        system = who == SELF ? clock_program_system() : thread_system(current);
        all = who == SELF ? clock_program() : thread_cpu(current);
        usage.user = timeval_of(all - system);
        usage.system = timeval_of(system);
        usage.most_resident_kib = (int64_t)(space_most_resident() * (LAYOUT_FRAME_SIZE / 1024));
    }
    return user_put(a[1], usage) ? 0 : -EFAULT;
}

/* Sleeps until `deadline` of clock_monotonic; what was left of a relative sleep goes to `remaining`, if not 0. */
static int64_t sleep_until(uint64_t deadline, uint64_t remaining)
{
    static struct wait_queue sleepers;
    uint64_t now;
    struct timespec left;

    if (wait_on(&sleepers, deadline ? deadline : 1) != WAIT_INTERRUPTED)
        return 0;
    now = clock_monotonic();
    left = clock_to_timespec(deadline > now ? deadline - now : 0);
    return !remaining || user_put(remaining, left) ? -EINTR : -EFAULT;
}

int64_t sys_nanosleep(const uint64_t *a)
{
    struct timespec t;
    uint64_t ns;

    if (!user_get(t, a[0]))
        return -EFAULT;
    if (!clock_from_timespec(&t, &ns))
        return -EINVAL;
    return sleep_until(clock_monotonic() + ns, a[1]);
}

static bool can_sleep_by(int32_t id)
{
    return id == CLOCK_REALTIME || id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME || id == CLOCK_TAI ||
           id == CLOCK_REALTIME_ALARM || id == CLOCK_BOOTTIME_ALARM;
}

int64_t sys_clock_nanosleep(const uint64_t *a)
{
    int32_t id = (int32_t)a[0];
    struct timespec t;
    uint64_t ns, now;
    bool real = id == CLOCK_REALTIME || id == CLOCK_TAI || id == CLOCK_REALTIME_ALARM;

    if (!can_sleep_by(id))
        return read_clock(id, &now) && id != CLOCK_THREAD ? -EOPNOTSUPP : -EINVAL;
    if (!user_get(t, a[2]))
        return -EFAULT;
    if (!clock_from_timespec(&t, &ns))
        return -EINVAL;
    if (!(a[1] & TIMER_ABSTIME))
        return sleep_until(clock_monotonic() + ns, a[3]);
    return sleep_until(real ? clock_from_realtime(ns) : ns, 0);
}
