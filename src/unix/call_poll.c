/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poll and ppoll.  Whoever waits looks at all of its files whenever one of any changes: descriptors are few, and only
 * what waits pays.
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "kernel/kheap.h"
#include "program.h"
#include "syscalls.h"
#include "user.h"
#include "waiting.h"

static uint32_t look_at(struct abi_pollfd *poll)
{
    struct file *file = file_get(poll->fd < 0 ? UINT64_MAX : (uint64_t)poll->fd);
    uint32_t wanted = (uint16_t)poll->events | POLLERR | POLLHUP;

    poll->revents = 0;
    if (poll->fd >= 0)
        poll->revents = (int16_t)(file ? file_poll(file) & wanted : POLLNVAL);
    return poll->revents != 0;
}

struct polling {
    struct abi_pollfd *polls;
    uint64_t count;
};

static int64_t look_at_all(void *context)
{
    const struct polling *p = context;
    int64_t ready = 0;

    for (uint64_t i = 0; i < p->count; i++)
        ready += look_at(&p->polls[i]);
    return ready;
}

/* Only the answers go back: the program may have changed the rest meanwhile. */
static bool put_answers(uint64_t at, const struct abi_pollfd *polls, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (!user_put(at + i * sizeof *polls + offsetof(struct abi_pollfd, revents), polls[i].revents))
            return false;
    return true;
}

static int64_t poll_until(uint64_t at, uint64_t count, uint64_t deadline)
{
    uint64_t bytes = count * sizeof(struct abi_pollfd);
    struct abi_pollfd few[8], *polls = few;
    int64_t result;

    if (count > program.limits[LIMIT_NOFILE].now)
        return -EINVAL;
    if (bytes > sizeof few)
        polls = kheap_new(bytes);
    if (!polls)
        return -ENOMEM;
    result = user_read(polls, at, bytes) ? waiting_for(look_at_all, &(struct polling){ polls, count }, deadline)
                                         : -EFAULT;
    if (result >= 0 && !put_answers(at, polls, count))
        result = -EFAULT;
    if (polls != few)
        (void)!kheap_delete(polls, bytes);
    return result;
}

int64_t sys_poll(const uint64_t *a)
{
    int32_t timeout = (int32_t)a[2];
    uint64_t deadline = timeout > 0 ? waiting_deadline((uint64_t)timeout * 1000000) : timeout ? WAIT_FOREVER : 0;

    return poll_until(a[0], (uint32_t)a[1], deadline);
}

int64_t sys_ppoll(const uint64_t *a)
{
    uint64_t deadline;
    int64_t result = waiting_until(a[2], 1, &deadline);

    if (!result)
        result = waiting_mask(a[3], a[4]);
    if (result)
        return result;
    result = poll_until(a[0], (uint32_t)a[1], deadline);
    waiting_rest(a[2], 1, deadline);
    return result;
}
