/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timerfd: how often a time has come since it was last asked.  Its deadline is kept in ns of clock_monotonic; that of a
 * realtime clock is reckoned from the difference of the two clocks when it is set.
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "kernel/kheap.h"
#include "syscalls.h"
#include "user.h"

struct timerfd {
    struct clock_timer timer;
    uint64_t deadline, interval; /* 0: it does not run; it comes only once */
    uint64_t count; /* times that have come and were not read */
    bool realtime;
};

/* Counts what has come until now, and says when the next comes. */
static void count_times(struct timerfd *t)
{
    uint64_t now = t->deadline ? clock_monotonic() : 0;

    if (!t->deadline || t->deadline > now)
        return;
    if (t->interval) {
        uint64_t times = (now - t->deadline) / t->interval + 1;

        t->count += times;
        t->deadline += times * t->interval;
        clock_timer_set(&t->timer, t->deadline);
    } else {
        t->count++;
        t->deadline = 0;
    }
}

static void fire(struct clock_timer *timer)
{
    count_times((struct timerfd *)timer); /* it begins with the timer */
    file_changed();
}

static int64_t timerfd_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    struct timerfd *t = file->data;
    uint64_t count;

    (void)offset;
    if (to->left < sizeof count)
        return -EINVAL;
    for (;;) {
        count_times(t);
        if (t->count)
            break;
        if (file->flags & O_NONBLOCK)
            return -EAGAIN;
        if (wait_on(&files_changed, WAIT_FOREVER) == WAIT_INTERRUPTED)
            return -ERESTART;
    }
    count = t->count;
    t->count = 0;
    return transfer_put(to, &count, sizeof count) == sizeof count ? (int64_t)sizeof count : -EFAULT;
}

static uint32_t timerfd_poll(struct file *file)
{
    count_times(file->data);
    return ((struct timerfd *)file->data)->count ? POLLIN : 0;
}

static void timerfd_release(struct file *file)
{
    struct timerfd *t = file->data;

    clock_timer_cancel(&t->timer);
    (void)!kheap_delete(t, sizeof *t);
}

static const struct file_ops timerfd_ops = { .read = timerfd_read, .poll = timerfd_poll, .release = timerfd_release };

int64_t sys_timerfd_create(const uint64_t *a)
{
    uint64_t clock = (uint32_t)a[0], flags = (uint32_t)a[1];
    struct timerfd *t;
    struct file *file;
    int64_t result;

    if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
        return -EINVAL;
    t = kheap_new(sizeof *t);
    result = t ? file_new(0600, O_RDWR | (uint32_t)(flags & O_NONBLOCK), &timerfd_ops, t, &file) : -ENOMEM;
    if (result) {
        if (t)
            (void)!kheap_delete(t, sizeof *t);
        return result;
    }
    *t = (struct timerfd){ .timer.fire = fire, .realtime = clock == CLOCK_REALTIME };
    return fd_install(file, 0, flags & O_CLOEXEC);
}

static struct abi_time time_of(uint64_t ns)
{
    return (struct abi_time){ (int64_t)(ns / CLOCK_SECOND), (int64_t)(ns % CLOCK_SECOND) };
}

/* Nanoseconds of a time of the program's; false: it is none.  One that is too far is the farthest. */
static bool read_time(const struct abi_time *time, uint64_t *ns)
{
    if (time->seconds < 0 || (uint64_t)time->nanoseconds >= CLOCK_SECOND)
        return false;
    if (__builtin_mul_overflow((uint64_t)time->seconds, CLOCK_SECOND, ns) ||
        __builtin_add_overflow(*ns, (uint64_t)time->nanoseconds, ns))
        *ns = CLOCK_NEVER - 1;
    return true;
}

static int64_t put_setting(struct timerfd *t, uint64_t to)
{
    struct abi_itimerspec setting;
    uint64_t now;

    if (!to)
        return 0;
    count_times(t);
    now = t->deadline ? clock_monotonic() : 0;
    setting.interval = time_of(t->interval);
    setting.value = time_of(t->deadline > now ? t->deadline - now : t->deadline ? 1 : 0);
    return user_put(to, setting) ? 0 : -EFAULT;
}

/* The deadline on clock_monotonic: never 0, which says that the timer does not run. */
static uint64_t deadline_of(const struct timerfd *t, uint64_t value, bool absolute)
{
    uint64_t now = clock_monotonic(), offset = t->realtime ? clock_realtime() - now : 0, deadline;

    if (absolute)
        return value > offset ? value - offset : 1;
    return __builtin_add_overflow(now, value, &deadline) ? CLOCK_NEVER - 1 : deadline;
}

static struct timerfd *timer_of(const struct file *file)
{
    return file->ops == &timerfd_ops ? file->data : NULL;
}

int64_t sys_timerfd_settime(const uint64_t *a)
{
    struct file *file = file_get(a[0]);
    struct timerfd *t = file ? timer_of(file) : NULL;
    struct abi_itimerspec setting;
    uint64_t value, interval;
    int64_t result;

    if (!user_get(setting, a[2]))
        return -EFAULT;
    if ((uint32_t)a[1] & ~(uint32_t)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET) ||
        !read_time(&setting.value, &value) || !read_time(&setting.interval, &interval))
        return -EINVAL;
    if (!t)
        return file ? -EINVAL : -EBADF;
    result = put_setting(t, a[3]);
    if (result)
        return result;
    clock_timer_cancel(&t->timer);
    t->count = t->deadline = 0;
    t->interval = interval;
    if (value) {
        t->deadline = deadline_of(t, value, a[1] & TFD_TIMER_ABSTIME);
        clock_timer_set(&t->timer, t->deadline);
    }
    return 0;
}

int64_t sys_timerfd_gettime(const uint64_t *a)
{
    struct file *file = file_get(a[0]);
    struct timerfd *t = file ? timer_of(file) : NULL;

    if (!t)
        return file ? -EINVAL : -EBADF;
    return put_setting(t, a[1]);
}
