/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: dup, fcntl, flock, ioctl. */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "memfd.h"
#include "pipe.h"
#include "syscalls.h"
#include "user.h"

/* What F_SETFL changes. */
#define FLAGS_SETTABLE (O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME)

#define FIOCLEX 0x5451
#define FIONCLEX 0x5450
#define FIONBIO 0x5421
#define FIOASYNC 0x5452
#define FIONREAD 0x541b

int64_t sys_dup(const uint64_t *a)
{
    struct file *file = file_get_any(a[0]);

    return file ? fd_install(file_hold(file), 0, false) : -EBADF;
}

static int64_t dup_to(uint64_t from, uint64_t to, uint64_t flags)
{
    struct file *file = file_get_any(from);

    return file ? fd_replace(file_hold(file), (uint32_t)to, flags & O_CLOEXEC) : -EBADF;
}

int64_t sys_dup2(const uint64_t *a)
{
    if ((uint32_t)a[0] == (uint32_t)a[1])
        return file_get_any(a[0]) ? (int64_t)(uint32_t)a[0] : -EBADF;
    return dup_to(a[0], a[1], 0);
}

int64_t sys_dup3(const uint64_t *a)
{
    if ((uint32_t)a[0] == (uint32_t)a[1] || (uint32_t)a[2] & ~(uint32_t)O_CLOEXEC)
        return -EINVAL;
    return dup_to(a[0], a[1], a[2]);
}

/* There is one process, so nothing ever holds a lock against it. */
static int64_t lock(const struct file *file, bool ask, uint64_t at)
{
    struct abi_flock lock;

    if (!user_get(lock, at))
        return -EFAULT;
    if (lock.type < F_RDLCK || lock.type > F_UNLCK || lock.whence < SEEK_SET || lock.whence > SEEK_END)
        return -EINVAL;
    if (!ask && ((lock.type == F_RDLCK && !file_readable(file)) || (lock.type == F_WRLCK && !file_writable(file))))
        return -EBADF;
    if (!ask)
        return 0;
    lock.type = F_UNLCK;
    return user_put(at, lock) ? 0 : -EFAULT;
}

static int64_t set_flags(struct file *file, uint64_t flags)
{
    file->flags = (file->flags & ~(uint32_t)FLAGS_SETTABLE) | (flags & FLAGS_SETTABLE);
    return 0;
}

static int64_t fcntl_locks(struct file *file, uint64_t command, uint64_t argument)
{
    switch (command) {
    case F_GETLK:
    case F_OFD_GETLK:
        return lock(file, true, argument);
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return lock(file, false, argument);
    case F_GETLEASE:
        return F_UNLCK;
    case F_SETOWN:
    case F_SETSIG:
    case F_GETOWN:
    case F_GETSIG:
        return 0;
    default:
        return -EINVAL;
    }
}

static int64_t fcntl_file(struct file *file, uint64_t command, uint64_t argument)
{
    switch (command) {
    case F_SETFL:
        return set_flags(file, argument);
    case F_GETPIPE_SZ:
        return pipe_size(file);
    case F_SETPIPE_SZ:
        return pipe_resize(file, (uint32_t)argument);
    case F_ADD_SEALS:
        return memfd_seal(file, (uint32_t)argument);
    case F_GET_SEALS:
        return memfd_seals(file);
    default:
        return fcntl_locks(file, command, argument);
    }
}

int64_t sys_fcntl(const uint64_t *a)
{
    uint64_t command = (uint32_t)a[1];
    struct file *file = file_get_any(a[0]);

    if (!file)
        return -EBADF;
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return (int32_t)a[2] < 0 ? -EINVAL : fd_install(file_hold(file), (uint32_t)a[2], command == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return fd_cloexec(a[0]);
    case F_SETFD:
        fd_cloexec_set(a[0], a[2] & FD_CLOEXEC);
        return 0;
    case F_GETFL:
        return file->flags;
    default:
        return file->flags & O_PATH ? -EBADF : fcntl_file(file, command, a[2]);
    }
}

int64_t sys_flock(const uint64_t *a)
{
    uint64_t operation = a[1] & ~4ull; /* without LOCK_NB */

    if (operation != 1 && operation != 2 && operation != 8) /* LOCK_SH, LOCK_EX, LOCK_UN */
        return -EINVAL;
    return file_get(a[0]) ? 0 : -EBADF;
}

static int64_t set_nonblocking(struct file *file, uint64_t at)
{
    int32_t on;

    if (!user_get(on, at))
        return -EFAULT;
    file->flags = on ? file->flags | O_NONBLOCK : file->flags & ~(uint32_t)O_NONBLOCK;
    return 0;
}

/* Bytes of a regular file from the offset to the end. */
static int64_t bytes_left(const struct file *file, uint64_t at)
{
    int32_t left = (int32_t)(file->inode->size - file->offset);

    return user_put(at, left) ? 0 : -EFAULT;
}

int64_t sys_ioctl(const uint64_t *a)
{
    struct file *file = file_get(a[0]);
    uint64_t request = (uint32_t)a[1];
    int64_t result;

    if (!file)
        return -EBADF;
    switch (request) {
    case FIOCLEX:
    case FIONCLEX:
        fd_cloexec_set(a[0], request == FIOCLEX);
        return 0;
    case FIONBIO:
        return set_nonblocking(file, a[2]);
    case FIOASYNC:
        return 0;
    case FIONREAD:
        if (inode_is(file->inode, S_IFREG))
            return bytes_left(file, a[2]);
    }
    file_hold(file);
    result = file->ops->ioctl ? file->ops->ioctl(file, request, a[2]) : -ENOTTY;
    file_release(file);
    return result;
}
