/* SPDX-License-Identifier: Apache-2.0 */
/* pipe, pipe2; and sockets, of which there is only a pair that is connected already. */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "pipe.h"
#include "syscalls.h"
#include "user.h"

#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOCK_TYPE 0xfu
#define SOCK_CLOEXEC O_CLOEXEC
#define SOCK_NONBLOCK O_NONBLOCK

/* Both ends get descriptors, and the program is told them, or neither. */
static int64_t install_both(struct file *ends[2], bool cloexec, uint64_t at)
{
    int64_t one = fd_install(ends[0], 0, cloexec), other;
    int32_t fds[2];

    if (one < 0) {
        file_release(ends[1]);
        return one;
    }
    other = fd_install(ends[1], 0, cloexec);
    if (other < 0) {
        fd_close((uint64_t)one);
        return other;
    }
    fds[0] = (int32_t)one;
    fds[1] = (int32_t)other;
    if (user_put(at, fds))
        return 0;
    fd_close((uint64_t)one);
    fd_close((uint64_t)other);
    return -EFAULT;
}

static int64_t pipe_at(uint64_t at, uint64_t flags)
{
    struct file *ends[2];
    int64_t result;

    if ((uint32_t)flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
        return -EINVAL;
    result = pipe_new(flags & O_NONBLOCK, ends);
    return result ? result : install_both(ends, flags & O_CLOEXEC, at);
}

int64_t sys_pipe(const uint64_t *a)
{
    return pipe_at(a[0], 0);
}

int64_t sys_pipe2(const uint64_t *a)
{
    return pipe_at(a[0], a[1]);
}

int64_t sys_socketpair(const uint64_t *a)
{
    uint32_t type = (uint32_t)a[1] & SOCK_TYPE;
    struct file *ends[2];
    int64_t result;

    if (a[0] != AF_UNIX)
        return -EAFNOSUPPORT;
    if (type != SOCK_STREAM)
        return type && type <= 5 ? -ESOCKTNOSUPPORT : -EINVAL;
    if (a[2] > 1)
        return -EPROTONOSUPPORT;
    result = pipe_new_pair((uint32_t)a[1] & SOCK_NONBLOCK, ends);
    return result ? result : install_both(ends, a[1] & SOCK_CLOEXEC, a[3]);
}
