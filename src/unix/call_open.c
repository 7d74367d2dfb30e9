/* SPDX-License-Identifier: Apache-2.0 */
/* open and its kin, close. */
#include <stddef.h>

#include "abi_file.h"
#include "at.h"
#include "errno.h"
#include "file.h"
#include "program.h"
#include "syscalls.h"

/* What F_GETFL shows of the flags of open. */
#define FLAGS_KEPT                                                                                                    \
    (O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC | O_ASYNC | O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW |        \
     O_NOATIME | O_PATH)

static int64_t install(struct inode *inode, uint64_t flags)
{
    struct file *file;
    int64_t result = file_open(inode, (uint32_t)(flags & FLAGS_KEPT), &file);

    return result ? result : fd_install(file, 0, flags & O_CLOEXEC);
}

/* O_TMPFILE: a file without a name. */
static int64_t open_nameless(struct inode *directory, uint64_t flags, uint32_t mode)
{
    struct inode *inode;
    int64_t result;

    if (!inode_is(directory, S_IFDIR))
        return -ENOTDIR;
    if ((flags & O_ACCMODE) == O_RDONLY)
        return -EINVAL;
    inode = inode_new(S_IFREG | (mode & MODE_BITS & ~at_umask), directory->filesystem);
    if (!inode)
        return -ENOSPC;
    inode_touch(inode, TOUCH_ACCESSED | TOUCH_MODIFIED | TOUCH_CHANGED | TOUCH_BORN);
    result = install(inode, flags & ~(uint64_t)O_TMPFILE);
    inode_release(inode);
    return result;
}

/* Whether what is there may be opened so. */
static int64_t may_open(struct inode *inode, uint64_t flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC;

    if (flags & O_DIRECTORY && !inode_is(inode, S_IFDIR))
        return -ENOTDIR;
    if (inode_is(inode, S_IFLNK))
        return -ELOOP;
    if (inode_is(inode, S_IFDIR) && (writes || flags & O_CREAT))
        return -EISDIR;
    if (inode_is(inode, S_IFSOCK))
        return -ENXIO;
    if (writes && inode == program.exe)
        return -ETXTBSY;
    return 0;
}

static int64_t open_found(struct inode *inode, uint64_t flags)
{
    int64_t result = may_open(inode, flags), fd;

    if (result)
        return result;
    fd = install(inode, flags);
    if (fd >= 0 && flags & O_TRUNC && inode_is(inode, S_IFREG) && !inode->ops) {
        if (inode->size)
            (void)!inode_resize(inode, 0);
        inode_touch(inode, TOUCH_MODIFIED | TOUCH_CHANGED);
    }
    return fd;
}

static int64_t open_new(const struct path *path, uint64_t flags, uint32_t mode)
{
    struct inode *inode;
    int64_t result = at_may_create(path, false);

    if (!result)
        result = at_create(path, S_IFREG | (mode & MODE_BITS), &inode);
    if (result)
        return result;
    result = install(inode, flags);
    inode_release(inode);
    return result;
}

static int64_t open_path(const struct path *path, uint64_t flags, uint32_t mode)
{
    if (flags & O_PATH) {
        if (path->inode && flags & O_DIRECTORY && !inode_is(path->inode, S_IFDIR))
            return -ENOTDIR;
        return path->inode ? install(path->inode, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) : -ENOENT;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE)
        return path->inode ? open_nameless(path->inode, flags, mode) : -ENOENT;
    if (!path->inode)
        return flags & O_CREAT ? open_new(path, flags, mode) : -ENOENT;
    if (flags & O_CREAT && flags & O_EXCL)
        return -EEXIST;
    return open_found(path->inode, flags);
}

static int64_t open_at(uint64_t fd, uint64_t text, uint64_t flags, uint64_t mode)
{
    bool follow = !(flags & O_NOFOLLOW) && !(flags & O_CREAT && flags & O_EXCL);
    struct path path;
    int64_t result;

    if (flags & O_PATH)
        flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if (flags & O_CREAT && flags & O_DIRECTORY)
        return -EINVAL;
    result = at_walk(&path, fd, text, (follow ? PATH_FOLLOW : 0) | (flags & O_CREAT ? PATH_LAST | PATH_CREATE : 0));
    if (result)
        return result;
    result = open_path(&path, flags, (uint32_t)mode);
    path_end(&path);
    return result;
}

int64_t sys_open(const uint64_t *a)
{
    return open_at((uint64_t)AT_FDCWD, a[0], (uint32_t)a[1] | O_LARGEFILE, a[2]);
}

int64_t sys_openat(const uint64_t *a)
{
    return open_at(a[0], a[1], (uint32_t)a[2] | O_LARGEFILE, a[3]);
}

int64_t sys_creat(const uint64_t *a)
{
    return open_at((uint64_t)AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC | O_LARGEFILE, a[1]);
}

int64_t sys_close(const uint64_t *a)
{
    return fd_close(a[0]);
}

int64_t sys_close_range(const uint64_t *a)
{
    uint64_t first = (uint32_t)a[0], last = (uint32_t)a[1];

    if (first > last || a[2] & ~(uint64_t)(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC))
        return -EINVAL;
    for (uint64_t fd = first; fd_next(&fd) && fd <= last; fd++) {
        if (a[2] & CLOSE_RANGE_CLOEXEC)
            fd_cloexec_set(fd, true);
        else
            fd_close(fd);
    }
    return 0;
}
