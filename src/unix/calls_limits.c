/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resource limits: kept for all, heeded where there is something to limit (descriptors, stack, data, address space,
 * locked memory, signals that are queued).
 */
#include "errno.h"
#include "limits.h"
#include "program.h"
#include "syscalls.h"
#include "user.h"
#include "x86_64/layout.h"

#define NOFILE 1024 /* descriptors at first, and at most: what Linux gives process 1 */
#define NOFILE_MOST 4096
#define MEMLOCK 0x800000 /* bytes, as Linux */
#define SIGNALS 4096 /* queued signals, processes: enough for one program */

void limits_init(void)
{
    for (uint32_t i = 0; i < LIMIT_COUNT; i++)
        program.limits[i] = (struct program_rlimit){ LIMIT_NONE, LIMIT_NONE };
    program.limits[LIMIT_STACK].now = LAYOUT_USER_STACK_SIZE;
    program.limits[LIMIT_CORE] = (struct program_rlimit){ 0, LIMIT_NONE };
    program.limits[LIMIT_NPROC] = (struct program_rlimit){ SIGNALS, SIGNALS };
    program.limits[LIMIT_NOFILE] = (struct program_rlimit){ NOFILE, NOFILE_MOST };
    program.limits[LIMIT_MEMLOCK] = (struct program_rlimit){ MEMLOCK, MEMLOCK };
    program.limits[LIMIT_SIGPENDING] = (struct program_rlimit){ SIGNALS, SIGNALS };
    program.limits[LIMIT_MSGQUEUE] = (struct program_rlimit){ 819200, 819200 }; /* Linux's MQ_BYTES_MAX */
    program.limits[LIMIT_NICE] = program.limits[LIMIT_RTPRIO] = (struct program_rlimit){ 0, 0 };
}

static int64_t set(uint32_t which, const struct program_rlimit *to)
{
    struct program_rlimit *limit = &program.limits[which];

    if (to->now > to->most)
        return -EINVAL;
    if (to->most > limit->most && program.ids.euid != 0)
        return -EPERM;
    if (which == LIMIT_NOFILE && to->most > NOFILE_MOST)
        return -EPERM;
    *limit = *to;
    return 0;
}

static int64_t change(uint64_t which, uint64_t new, uint64_t old)
{
    struct program_rlimit to, was;
    int64_t error;

    if ((uint32_t)which >= LIMIT_COUNT)
        return -EINVAL;
    was = program.limits[(uint32_t)which];
    if (new) {
        if (!user_get(to, new))
            return -EFAULT;
        error = set((uint32_t)which, &to);
        if (error)
            return error;
    }
    return old && !user_put(old, was) ? -EFAULT : 0;
}

int64_t sys_getrlimit(const uint64_t *a)
{
    if ((uint32_t)a[0] >= LIMIT_COUNT)
        return -EINVAL;
    return user_put(a[1], program.limits[(uint32_t)a[0]]) ? 0 : -EFAULT;
}

int64_t sys_setrlimit(const uint64_t *a)
{
    struct program_rlimit to;

    if ((uint32_t)a[0] >= LIMIT_COUNT)
        return -EINVAL;
    return user_get(to, a[1]) ? set((uint32_t)a[0], &to) : -EFAULT;
}

int64_t sys_prlimit64(const uint64_t *a)
{
    if ((uint32_t)a[0] != 0 && (uint32_t)a[0] != PROGRAM_PID)
        return -ESRCH;
    return change(a[1], a[2], a[3]);
}
