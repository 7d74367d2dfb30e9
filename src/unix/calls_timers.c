/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers that send signals: the three of setitimer, and those of timer_create.  Each is a clock_timer that fires, sends
 * and is set anew.  One that counts CPU time fires when that much time has passed at the soonest; if less was CPU time,
 * it is set anew for what is left.
 */
#include "timers.h"

#include "clock.h"
#include "errno.h"
#include "kernel/kheap.h"
#include "kernel/panic.h"
#include "signals.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"

#define TIMERS_MAX 64 /* of timer_create */
#define TIMER_ABSTIME 1u
#define OVERRUNS_MAX INT32_MAX

enum { ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF, ITIMER_COUNT };
enum { SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD, SIGEV_THREAD_ID = 4 };
enum { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROGRAM, CLOCK_THREAD, CLOCK_BOOTTIME = 7, CLOCK_TAI = 11 };

struct timer {
    struct clock_timer clock; /* first */
    bool cpu; /* counts the program's CPU time */
    bool realtime; /* absolute times are clock_realtime's */
    uint64_t next, interval; /* ns of its time; next 0: not set */
    int signal; /* 0: none */
    int32_t tid; /* 0: the program */
    int32_t id, overrun, overrun_sent;
    uint64_t value;
};

struct sigevent {
    uint64_t value;
    int32_t signal, notify, tid, pad[11];
};

_Static_assert(sizeof(struct sigevent) == 64, "Linux");

static struct timer itimers[ITIMER_COUNT] = {
    [ITIMER_REAL] = { .signal = SIGALRM, .id = -1 },
    [ITIMER_VIRTUAL] = { .signal = SIGVTALRM, .id = -1, .cpu = true },
    [ITIMER_PROF] = { .signal = SIGPROF, .id = -1, .cpu = true },
};
static struct timer *timers[TIMERS_MAX];

static void fire(struct clock_timer *clock);

static uint64_t now_of(const struct timer *timer)
{
    return timer->cpu ? clock_program() : clock_monotonic();
}

static void wind(struct timer *timer, uint64_t now)
{
    uint64_t left = timer->next > now ? timer->next - now : 0;

    timer->clock.fire = fire;
    clock_timer_set(&timer->clock, clock_monotonic() + left);
}

static int32_t overruns(uint64_t count)
{
    return count < OVERRUNS_MAX ? (int32_t)count : OVERRUNS_MAX;
}

/* A timer has one signal under way: until it is taken it counts (timer_getoverrun(2)). */
static bool is_counted(struct timer *timer, struct thread *thread)
{
    struct siginfo *info = timer->id < 0 ? NULL : signal_of_timer(thread, timer->signal, timer->id);

    if (!info)
        return false;
    info->timer.overrun = overruns((uint64_t)info->timer.overrun + (uint64_t)timer->overrun + 1);
    timer->overrun_sent = info->timer.overrun;
    return true;
}

static void notify(struct timer *timer)
{
    struct siginfo info = { .code = timer->id < 0 ? SI_KERNEL : SI_TIMER };
    struct thread *thread = timer->tid ? thread_find(timer->tid) : NULL;

    if (!timer->signal || (timer->tid && !thread) || is_counted(timer, thread))
        return;
    timer->overrun_sent = timer->overrun;
    if (timer->id >= 0) {
        info.timer.id = timer->id;
        info.timer.overrun = timer->overrun;
        info.timer.value = timer->value;
    }
    signal_raise(thread, timer->signal, &info);
}

static void fire(struct clock_timer *clock)
{
    struct timer *timer = (struct timer *)clock;
    uint64_t now = now_of(timer), missed;

    if (now < timer->next) {
        wind(timer, now);
        return;
    }
    missed = timer->interval ? (now - timer->next) / timer->interval : 0;
    timer->overrun = overruns(missed);
    timer->next = timer->interval ? timer->next + (missed + 1) * timer->interval : 0;
    if (timer->next)
        wind(timer, now);
    notify(timer);
}

/* next: ns of its time, 0 to stop it. */
static void set(struct timer *timer, uint64_t next, uint64_t interval)
{
    clock_timer_cancel(&timer->clock);
    timer->next = next;
    timer->interval = interval;
    timer->overrun = timer->overrun_sent = 0;
    if (next)
        wind(timer, now_of(timer));
}

static uint64_t left_of(const struct timer *timer)
{
    uint64_t now = timer->next ? now_of(timer) : 0;

    return timer->next > now ? timer->next - now : timer->next ? 1 : 0;
}

struct itimerval {
    struct timeval interval, value;
};

static struct timeval timeval_of(uint64_t ns)
{
    return (struct timeval){ (int64_t)(ns / CLOCK_SECOND), (int64_t)(ns % CLOCK_SECOND / 1000) };
}

static bool timeval_ns(const struct timeval *t, uint64_t *ns)
{
    struct timespec exact = { t->seconds, t->microseconds * 1000 };

    return t->microseconds >= 0 && t->microseconds < 1000000 && clock_from_timespec(&exact, ns);
}

static struct itimerval itimer_get(int which)
{
    return (struct itimerval){ timeval_of(itimers[which].interval), timeval_of(left_of(&itimers[which])) };
}

int64_t sys_getitimer(const uint64_t *a)
{
    struct itimerval value;

    if (a[0] >= ITIMER_COUNT)
        return -EINVAL;
    value = itimer_get((int)a[0]);
    return user_put(a[1], value) ? 0 : -EFAULT;
}

int64_t sys_setitimer(const uint64_t *a)
{
    struct itimerval old, new = { 0 };
    struct timer *timer;
    uint64_t value, interval;

    if (a[0] >= ITIMER_COUNT)
        return -EINVAL;
    if (a[1] && !user_get(new, a[1]))
        return -EFAULT;
    if (!timeval_ns(&new.value, &value) || !timeval_ns(&new.interval, &interval))
        return -EINVAL;
    timer = &itimers[a[0]];
    old = itimer_get((int)a[0]);
    set(timer, value ? now_of(timer) + value : 0, interval);
    return !a[2] || user_put(a[2], old) ? 0 : -EFAULT;
}

int64_t sys_alarm(const uint64_t *a)
{
    struct timer *timer = &itimers[ITIMER_REAL];
    uint64_t left = left_of(timer), seconds = (uint32_t)a[0];

    set(timer, seconds ? clock_monotonic() + seconds * CLOCK_SECOND : 0, 0);
    return (int64_t)((left + CLOCK_SECOND / 2) / CLOCK_SECOND ? (left + CLOCK_SECOND / 2) / CLOCK_SECOND : left != 0);
}

static struct timer *timer_find(uint64_t id)
{
    return (uint32_t)id < TIMERS_MAX ? timers[(uint32_t)id] : NULL;
}

static bool is_clock(int32_t id)
{
    return (id >= CLOCK_REALTIME && id <= CLOCK_THREAD) || id == CLOCK_BOOTTIME || id == CLOCK_TAI;
}

static int64_t check_event(const struct sigevent *event)
{
    if (event->notify == SIGEV_NONE)
        return 0;
    if (event->signal < 1 || event->signal > SIGNAL_MAX)
        return -EINVAL;
    if (event->notify == SIGEV_THREAD_ID)
        return thread_find(event->tid) ? 0 : -EINVAL;
    return event->notify == SIGEV_SIGNAL || event->notify == SIGEV_THREAD ? 0 : -EINVAL;
}

static struct timer *timer_make(int32_t id, int32_t clock, const struct sigevent *event)
{
    struct timer *timer = kheap_new(sizeof *timer);

    if (timer)
        *timer = (struct timer){ .id = id,
                                 .cpu = clock == CLOCK_PROGRAM || clock == CLOCK_THREAD,
                                 .signal = event->notify == SIGEV_NONE ? 0 : event->signal,
                                 .tid = event->notify == SIGEV_THREAD_ID ? event->tid : 0,
                                 .value = event->value };
    return timer;
}

static void timer_drop(int32_t id)
{
    struct timer *timer = timers[id];

    timers[id] = NULL;
    clock_timer_cancel(&timer->clock);
    if (kheap_delete(timer, sizeof *timer) != STATUS_OK)
        panic("timers: one cannot be freed");
}

int64_t sys_timer_create(const uint64_t *a)
{
    int32_t id = 0;
    struct sigevent event = { .signal = SIGALRM };
    int64_t result;

    while (id < TIMERS_MAX && timers[id])
        id++;
    if (!is_clock((int32_t)a[0]))
        return -EINVAL;
    event.value = (uint64_t)id;
    if (a[1] && !user_get(event, a[1]))
        return -EFAULT;
    result = check_event(&event);
    if (result)
        return result;
    if (id == TIMERS_MAX || !(timers[id] = timer_make(id, (int32_t)a[0], &event)))
        return -EAGAIN;
    timers[id]->realtime = (int32_t)a[0] == CLOCK_REALTIME || (int32_t)a[0] == CLOCK_TAI;
    if (user_put(a[2], id))
        return 0;
    timer_drop(id);
    return -EFAULT;
}

struct itimerspec {
    struct timespec interval, value;
};

static struct itimerspec spec_of(const struct timer *timer)
{
    return (struct itimerspec){ clock_to_timespec(timer->interval), clock_to_timespec(left_of(timer)) };
}

/* When its time will be what the program asks for, which is not 0. */
static uint64_t next_of(const struct timer *timer, uint64_t flags, uint64_t value)
{
    uint64_t next = value;

    if (!(flags & TIMER_ABSTIME))
        next = now_of(timer) + value;
    else if (timer->realtime)
        next = clock_from_realtime(value);
    return next ? next : 1;
}

int64_t sys_timer_settime(const uint64_t *a)
{
    struct timer *timer = timer_find(a[0]);
    struct itimerspec new, old;
    uint64_t value, interval;

    if (!timer)
        return -EINVAL;
    if (!user_get(new, a[2]))
        return -EFAULT;
    if (!clock_from_timespec(&new.value, &value) || !clock_from_timespec(&new.interval, &interval))
        return -EINVAL;
    old = spec_of(timer);
    set(timer, value ? next_of(timer, a[1], value) : 0, interval);
    return !a[3] || user_put(a[3], old) ? 0 : -EFAULT;
}

int64_t sys_timer_gettime(const uint64_t *a)
{
    const struct timer *timer = timer_find(a[0]);
    struct itimerspec value;

    if (!timer)
        return -EINVAL;
    value = spec_of(timer);
    return user_put(a[1], value) ? 0 : -EFAULT;
}

int64_t sys_timer_getoverrun(const uint64_t *a)
{
    const struct timer *timer = timer_find(a[0]);

    return timer ? timer->overrun_sent : -EINVAL;
}

int64_t sys_timer_delete(const uint64_t *a)
{
    if (!timer_find(a[0]))
        return -EINVAL;
    timer_drop((int32_t)a[0]);
    return 0;
}

void timers_exec(void)
{
    for (int32_t id = 0; id < TIMERS_MAX; id++)
        if (timers[id])
            timer_drop(id);
}

void timers_end(void)
{
    timers_exec();
    for (int which = 0; which < ITIMER_COUNT; which++)
        set(&itimers[which], 0, 0);
}
