/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scheduling policies.  All threads have equal turns whatever their policy: it is kept and told, as sched(7) says, and
 * changes nothing.
 */
#include "clock.h"
#include "errno.h"
#include "runtime/bytes.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"
#include "x86_64/layout.h"

#define RESET_ON_FORK 0x40000000u
#define ATTR_SIZE_FIRST 48u
#define PRIORITY_MAX 99
#define SLICE_NS 10000000ull

enum { SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE = 5 };

struct sched_attr {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

_Static_assert(sizeof(struct sched_attr) == ATTR_SIZE_FIRST, "sched_setattr(2)");

static struct thread *thread_of(uint64_t pid)
{
    if ((int32_t)pid < 0)
        return NULL;
    return (int32_t)pid ? thread_find((int32_t)pid) : current;
}

/* -EINVAL for a negative number, -ESRCH for nobody's. */
static int64_t nobody(uint64_t pid)
{
    return (int32_t)pid < 0 ? -EINVAL : -ESRCH;
}

static bool is_realtime(uint32_t policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_policy(uint32_t policy)
{
    return policy <= SCHED_BATCH || policy == SCHED_IDLE;
}

static int64_t set_policy(struct thread *thread, uint32_t policy, int32_t priority)
{
    if (!is_policy(policy & ~RESET_ON_FORK))
        return -EINVAL;
    if (is_realtime(policy & ~RESET_ON_FORK) ? priority < 1 || priority > PRIORITY_MAX : priority != 0)
        return -EINVAL;
    thread->policy = policy & ~RESET_ON_FORK;
    thread->priority = priority;
    return 0;
}

int64_t sys_sched_setscheduler(const uint64_t *a)
{
    struct thread *thread = thread_of(a[0]);
    int32_t priority;

    if (!a[2] || (int32_t)a[1] < 0)
        return -EINVAL;
    if (!user_get(priority, a[2]))
        return -EFAULT;
    return thread ? set_policy(thread, (uint32_t)a[1], priority) : nobody(a[0]);
}

int64_t sys_sched_setparam(const uint64_t *a)
{
    struct thread *thread = thread_of(a[0]);
    int32_t priority;

    if (!a[1])
        return -EINVAL;
    if (!user_get(priority, a[1]))
        return -EFAULT;
    return thread ? set_policy(thread, thread->policy, priority) : nobody(a[0]);
}

int64_t sys_sched_getscheduler(const uint64_t *a)
{
    const struct thread *thread = thread_of(a[0]);

    return thread ? (int64_t)thread->policy : nobody(a[0]);
}

int64_t sys_sched_getparam(const uint64_t *a)
{
    const struct thread *thread = thread_of(a[0]);

    if (!a[1])
        return -EINVAL;
    if (!thread)
        return nobody(a[0]);
    return user_put(a[1], thread->priority) ? 0 : -EFAULT;
}

int64_t sys_sched_get_priority_max(const uint64_t *a)
{
    return !is_policy((uint32_t)a[0]) ? -EINVAL : is_realtime((uint32_t)a[0]) ? PRIORITY_MAX : 0;
}

int64_t sys_sched_get_priority_min(const uint64_t *a)
{
    return !is_policy((uint32_t)a[0]) ? -EINVAL : is_realtime((uint32_t)a[0]) ? 1 : 0;
}

int64_t sys_sched_rr_get_interval(const uint64_t *a)
{
    const struct thread *thread = thread_of(a[0]);
    struct timespec t = clock_to_timespec(SLICE_NS);

    if (!thread)
        return nobody(a[0]);
    return user_put(a[1], t) ? 0 : -EFAULT;
}

int64_t sys_sched_setattr(const uint64_t *a)
{
    struct thread *thread = thread_of(a[0]);
    struct sched_attr attr;
    uint32_t size;

    if (!a[1] || a[2])
        return -EINVAL;
    if (!user_get(size, a[1]))
        return -EFAULT;
    if (size && size < ATTR_SIZE_FIRST)
        return -E2BIG;
    if (!user_get(attr, a[1]))
        return -EFAULT;
    return thread ? set_policy(thread, attr.policy, (int32_t)attr.priority) : nobody(a[0]);
}

int64_t sys_sched_getattr(const uint64_t *a)
{
    const struct thread *thread = thread_of(a[0]);
    struct sched_attr attr = { .size = ATTR_SIZE_FIRST };

    if (!a[1] || (uint32_t)a[2] < ATTR_SIZE_FIRST || (uint32_t)a[2] > LAYOUT_FRAME_SIZE || (uint32_t)a[3])
        return -EINVAL;
    if (!thread)
        return nobody(a[0]);
    attr.policy = thread->policy;
    attr.priority = (uint32_t)thread->priority;
    return user_put(a[1], attr) ? 0 : -EFAULT;
}

/* One CPU: its bit must be there. */
int64_t sys_sched_setaffinity(const uint64_t *a)
{
    uint64_t mask = 0;

    if (!thread_of(a[0]))
        return -ESRCH;
    if (!user_read(&mask, a[2], (uint32_t)a[1] < sizeof mask ? (uint32_t)a[1] : sizeof mask))
        return -EFAULT;
    return mask & 1 ? 0 : -EINVAL;
}

int64_t sys_sched_getaffinity(const uint64_t *a)
{
    uint64_t mask = 1;

    if ((uint32_t)a[1] < sizeof mask || (uint32_t)a[1] % sizeof mask)
        return -EINVAL;
    if (!thread_of(a[0]))
        return -ESRCH;
    return user_put(a[2], mask) ? (int64_t)sizeof mask : -EFAULT;
}
