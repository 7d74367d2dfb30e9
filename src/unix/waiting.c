/* SPDX-License-Identifier: Apache-2.0 */
#include "waiting.h"

#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "signals.h"
#include "user.h"

#define SET_SIZE 8 /* bytes of a signal set */

uint32_t file_poll(struct file *file)
{
    return file->ops->poll ? file->ops->poll(file) : POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

uint64_t waiting_deadline(uint64_t ns)
{
    uint64_t deadline;

    return __builtin_add_overflow(clock_monotonic(), ns, &deadline) ? WAIT_FOREVER : deadline;
}

int64_t waiting_until(uint64_t at, uint64_t unit, uint64_t *deadline)
{
    struct abi_time time;
    uint64_t ns;

    *deadline = WAIT_FOREVER;
    if (!at)
        return 0;
    if (!user_get(time, at))
        return -EFAULT;
    if (time.seconds < 0 || time.nanoseconds < 0)
        return -EINVAL;
    if (unit == 1 && (uint64_t)time.nanoseconds >= CLOCK_SECOND)
        return -EINVAL;
    if (!__builtin_mul_overflow((uint64_t)time.seconds, CLOCK_SECOND, &ns) &&
        !__builtin_add_overflow(ns, (uint64_t)time.nanoseconds * unit, &ns))
        *deadline = ns ? waiting_deadline(ns) : 0;
    return 0;
}

void waiting_rest(uint64_t at, uint64_t unit, uint64_t deadline)
{
    uint64_t now = deadline && deadline != WAIT_FOREVER ? clock_monotonic() : deadline;
    uint64_t rest = deadline > now ? deadline - now : 0;
    struct abi_time time = { (int64_t)(rest / CLOCK_SECOND), (int64_t)(rest % CLOCK_SECOND / unit) };

    if (at && deadline != WAIT_FOREVER)
        (void)!user_put(at, time); /* read-only memory is no error here */
}

int64_t waiting_for(int64_t (*look)(void *context), void *context, uint64_t deadline)
{
    for (;;) {
        int64_t found = look(context);
        enum wait_result woken;

        if (found || !deadline)
            return found;
        woken = wait_on(&files_changed, deadline);
        if (woken == WAIT_INTERRUPTED)
            return -EINTR;
        if (woken == WAIT_TIMEOUT)
            deadline = 0;
    }
}

int64_t waiting_mask(uint64_t mask, uint64_t size)
{
    uint64_t set;

    if (!mask)
        return 0;
    if (size != SET_SIZE)
        return -EINVAL;
    if (!user_get(set, mask))
        return -EFAULT;
    signal_block_for_now(set);
    return 0;
}
