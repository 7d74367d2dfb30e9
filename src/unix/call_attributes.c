/* SPDX-License-Identifier: Apache-2.0 */
/* Modes, owners, times, umask; extended attributes, of which there are none. */
#include <stddef.h>

#include "abi_file.h"
#include "at.h"
#include "errno.h"
#include "file.h"
#include "syscalls.h"
#include "user.h"

#define NANOSECONDS 1000000000

/* What a call that takes a descriptor or a path changes: held. */
static int64_t of_descriptor(uint64_t fd, struct inode **inode)
{
    struct file *file = file_get(fd);

    if (!file)
        return -EBADF;
    *inode = inode_hold(file->inode);
    return 0;
}

/* The same by a path and AT_ flags. */
static int64_t find_flagged(uint64_t fd, uint64_t text, uint64_t flags, struct inode **inode)
{
    if ((uint32_t)flags & ~(uint32_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return at_find(fd, text, at_flags(flags), inode);
}

static int64_t finish(struct inode *inode)
{
    inode_touch(inode, TOUCH_CHANGED);
    inode_release(inode);
    return 0;
}

static int64_t set_mode(int64_t found, struct inode *inode, uint64_t mode)
{
    if (found)
        return found;
    if (inode_is(inode, S_IFLNK)) {
        inode_release(inode);
        return -EOPNOTSUPP;
    }
    inode->mode = (inode->mode & S_IFMT) | (mode & MODE_BITS);
    return finish(inode);
}

int64_t sys_chmod(const uint64_t *a)
{
    struct inode *inode = NULL;
    int64_t found = at_find((uint64_t)AT_FDCWD, a[0], PATH_FOLLOW, &inode);

    return set_mode(found, inode, a[1]);
}

int64_t sys_fchmod(const uint64_t *a)
{
    struct inode *inode = NULL;
    int64_t found = of_descriptor(a[0], &inode);

    return set_mode(found, inode, a[1]);
}

int64_t sys_fchmodat(const uint64_t *a)
{
    struct inode *inode = NULL;
    int64_t found = at_find(a[0], a[1], PATH_FOLLOW, &inode);

    return set_mode(found, inode, a[2]);
}

int64_t sys_fchmodat2(const uint64_t *a)
{
    struct inode *inode = NULL;
    int64_t found = find_flagged(a[0], a[1], a[3], &inode);

    return set_mode(found, inode, a[2]);
}

/* -1 leaves one as it is.  A new owner takes the set-user-id bits of a file away. */
static int64_t set_owner(int64_t found, struct inode *inode, uint64_t uid, uint64_t gid)
{
    if (found)
        return found;
    if ((uint32_t)uid != UINT32_MAX)
        inode->uid = (uint32_t)uid;
    if ((uint32_t)gid != UINT32_MAX)
        inode->gid = (uint32_t)gid;
    if (!inode_is(inode, S_IFDIR))
        inode->mode &= inode->mode & 010 ? ~06000u : ~04000u;
    return finish(inode);
}

int64_t sys_chown(const uint64_t *a)
{
    struct inode *inode = NULL;
    int64_t found = at_find((uint64_t)AT_FDCWD, a[0], PATH_FOLLOW, &inode);

    return set_owner(found, inode, a[1], a[2]);
}

int64_t sys_lchown(const uint64_t *a)
{
    struct inode *inode = NULL;
    int64_t found = at_find((uint64_t)AT_FDCWD, a[0], 0, &inode);

    return set_owner(found, inode, a[1], a[2]);
}

int64_t sys_fchown(const uint64_t *a)
{
    struct inode *inode = NULL;
    int64_t found = of_descriptor(a[0], &inode);

    return set_owner(found, inode, a[1], a[2]);
}

int64_t sys_fchownat(const uint64_t *a)
{
    struct inode *inode = NULL;
    int64_t found = find_flagged(a[0], a[1], a[4], &inode);

    return set_owner(found, inode, a[2], a[3]);
}

int64_t sys_umask(const uint64_t *a)
{
    uint32_t old = at_umask;

    at_umask = a[0] & 0777;
    return old;
}

static bool time_is_good(const struct abi_time *time)
{
    return time->nanoseconds == UTIME_NOW || time->nanoseconds == UTIME_OMIT ||
           (uint64_t)time->nanoseconds < NANOSECONDS;
}

static void set_time(struct inode *inode, struct inode_time *time, const struct abi_time *to, uint32_t touch)
{
    if (to->nanoseconds == UTIME_NOW)
        inode_touch(inode, touch);
    else if (to->nanoseconds != UTIME_OMIT)
        *time = (struct inode_time){ to->seconds, (uint32_t)to->nanoseconds };
}

/* What to change, held: a path, or with none the descriptor itself. */
static int64_t find_for_times(uint64_t fd, uint64_t text, uint64_t flags, struct inode **inode)
{
    if (!text && (int32_t)fd != AT_FDCWD)
        return flags ? -EINVAL : of_descriptor(fd, inode);
    return find_flagged(fd, text, flags, inode);
}

static int64_t set_times(uint64_t fd, uint64_t text, const struct abi_time *times, uint64_t flags)
{
    struct inode *inode;
    int64_t result;

    if (times[0].nanoseconds == UTIME_OMIT && times[1].nanoseconds == UTIME_OMIT)
        return 0;
    if (!time_is_good(&times[0]) || !time_is_good(&times[1]))
        return -EINVAL;
    result = find_for_times(fd, text, flags, &inode);
    if (result)
        return result;
    set_time(inode, &inode->accessed, &times[0], TOUCH_ACCESSED);
    set_time(inode, &inode->modified, &times[1], TOUCH_MODIFIED);
    return finish(inode);
}

static const struct abi_time both_now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };

int64_t sys_utimensat(const uint64_t *a)
{
    struct abi_time times[2] = { both_now[0], both_now[1] };

    if (a[2] && !user_get(times, a[2]))
        return -EFAULT;
    return set_times(a[0], a[1], times, a[3]);
}

/* futimesat and utimes have microseconds. */
static int64_t set_microseconds(uint64_t fd, uint64_t text, uint64_t from)
{
    struct abi_time times[2] = { both_now[0], both_now[1] };

    if (from && !user_get(times, from))
        return -EFAULT;
    for (int i = 0; from && i < 2; i++) {
        if ((uint64_t)times[i].nanoseconds >= 1000000)
            return -EINVAL;
        times[i].nanoseconds *= 1000;
    }
    return set_times(fd, text, times, 0);
}

int64_t sys_utimes(const uint64_t *a)
{
    return set_microseconds((uint64_t)AT_FDCWD, a[0], a[1]);
}

int64_t sys_futimesat(const uint64_t *a)
{
    return set_microseconds(a[0], a[1], a[2]);
}

int64_t sys_utime(const uint64_t *a)
{
    int64_t seconds[2];
    struct abi_time times[2] = { both_now[0], both_now[1] };

    if (a[1] && !user_get(seconds, a[1]))
        return -EFAULT;
    for (int i = 0; a[1] && i < 2; i++)
        times[i] = (struct abi_time){ seconds[i], 0 };
    return set_times((uint64_t)AT_FDCWD, a[0], times, 0);
}

/* Of extended attributes: the path or descriptor is checked, and then there is none. */
static int64_t no_attribute(uint64_t text, uint32_t flags, int64_t answer)
{
    struct inode *inode;
    int64_t result = at_find((uint64_t)AT_FDCWD, text, flags, &inode);

    if (result)
        return result;
    inode_release(inode);
    return answer;
}

static int64_t no_attribute_of(uint64_t fd, int64_t answer)
{
    return file_get(fd) ? answer : -EBADF;
}

#define ATTRIBUTE_CALLS(verb, answer)                                                                                 \
    int64_t sys_##verb##xattr(const uint64_t *a)                                                                      \
    {                                                                                                                 \
        return no_attribute(a[0], PATH_FOLLOW, answer);                                                               \
    }                                                                                                                 \
    int64_t sys_l##verb##xattr(const uint64_t *a)                                                                     \
    {                                                                                                                 \
        return no_attribute(a[0], 0, answer);                                                                         \
    }                                                                                                                 \
    int64_t sys_f##verb##xattr(const uint64_t *a)                                                                     \
    {                                                                                                                 \
        return no_attribute_of(a[0], answer);                                                                         \
    }

ATTRIBUTE_CALLS(get, -EOPNOTSUPP)
ATTRIBUTE_CALLS(set, -EOPNOTSUPP)
ATTRIBUTE_CALLS(remove, -EOPNOTSUPP)
ATTRIBUTE_CALLS(list, 0)
