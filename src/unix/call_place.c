/* SPDX-License-Identifier: Apache-2.0 */
/* Places and sizes in files: lseek, truncate, fallocate, fsync, fadvise. */
#include <stddef.h>

#include "abi_file.h"
#include "at.h"
#include "errno.h"
#include "file.h"
#include "filepage.h"
#include "program.h"
#include "seal.h"
#include "syscalls.h"
#include "x86_64/layout.h"

/* SEEK_DATA and SEEK_HOLE: a page that is there is data. */
static int64_t seek_data(const struct inode *inode, uint64_t from, bool hole)
{
    uint64_t index = from >> LAYOUT_FRAME_SHIFT, start = index, found;

    if (from >= inode->size)
        return -ENXIO;
    if (!inode_is(inode, S_IFREG) || inode->ops)
        return (int64_t)(hole ? inode->size : from);
    if (hole)
        index = radix_hole(&inode->pages, index);
    else if (!radix_next(&inode->pages, &index))
        return -ENXIO;
    found = index == start ? from : index << LAYOUT_FRAME_SHIFT;
    if (found > inode->size || (!hole && found == inode->size))
        return hole ? (int64_t)inode->size : -ENXIO;
    return (int64_t)found;
}

static int64_t seek_target(const struct file *file, int64_t by, uint64_t whence)
{
    int64_t base = whence == SEEK_CUR ? (int64_t)file->offset : whence == SEEK_END ? (int64_t)file->inode->size : 0;
    int64_t target;

    if (whence == SEEK_DATA || whence == SEEK_HOLE)
        return by < 0 ? -ENXIO : seek_data(file->inode, (uint64_t)by, whence == SEEK_HOLE);
    if (whence > SEEK_END || __builtin_add_overflow(base, by, &target) || target < 0)
        return -EINVAL;
    return target;
}

int64_t sys_lseek(const uint64_t *a)
{
    struct file *file = file_get(a[0]);
    int64_t target;

    if (!file)
        return -EBADF;
    if (!file->ops->seeks && !inode_is(file->inode, 0))
        return -ESPIPE;
    if (inode_is(file->inode, S_IFCHR) || inode_is(file->inode, 0)) /* a device; an eventfd or its like */
        return 0;
    target = seek_target(file, (int64_t)a[1], (uint32_t)a[2]);
    if (target >= 0)
        file->offset = (uint64_t)target;
    return target;
}

static int64_t set_size(struct inode *inode, uint64_t size)
{
    int64_t result;

    if (inode_is(inode, S_IFDIR))
        return -EISDIR;
    if ((int64_t)size < 0 || !inode_is(inode, S_IFREG) || inode->ops)
        return -EINVAL;
    if (seal_refuses_size(inode, size))
        return -EPERM;
    if (inode == program.exe)
        return -ETXTBSY;
    result = inode_resize(inode, size);
    if (!result)
        inode_touch(inode, TOUCH_MODIFIED | TOUCH_CHANGED);
    return result;
}

int64_t sys_truncate(const uint64_t *a)
{
    struct inode *inode;
    int64_t result = (int64_t)a[1] < 0 ? -EINVAL : at_find((uint64_t)AT_FDCWD, a[0], PATH_FOLLOW, &inode);

    if (result)
        return result;
    result = set_size(inode, a[1]);
    inode_release(inode);
    return result;
}

int64_t sys_ftruncate(const uint64_t *a)
{
    struct file *file = file_get(a[0]);

    if ((int64_t)a[1] < 0)
        return -EINVAL;
    if (!file)
        return -EBADF;
    if (!file_writable(file) || !inode_is(file->inode, S_IFREG))
        return -EINVAL;
    return set_size(file->inode, a[1]);
}

/* Makes every page of [from, limit), within the file's size. */
static int64_t make_pages(struct inode *inode, uint64_t from, uint64_t limit)
{
    uint64_t first = from >> LAYOUT_FRAME_SHIFT, last = (limit - 1) >> LAYOUT_FRAME_SHIFT;

    if (last - first >= filepage_left())
        return -ENOSPC;
    for (uint64_t index = first; index <= last; index++) {
        bool full = false;

        inode_page(inode, index, true, &full);
        if (full)
            return -ENOSPC;
    }
    return 0;
}

static int64_t allocate(struct inode *inode, uint64_t mode, uint64_t from, uint64_t size)
{
    uint64_t limit = from + size, old = inode->size;
    int64_t result = 0;

    if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
        uint64_t end = (old + LAYOUT_FRAME_SIZE - 1) / LAYOUT_FRAME_SIZE * LAYOUT_FRAME_SIZE;

        if (from < end)
            inode_punch(inode, from, limit < end ? limit : end);
        if (mode & FALLOC_FL_PUNCH_HOLE)
            return 0;
    }
    if (limit > old)
        result = mode & FALLOC_FL_KEEP_SIZE ? 0 : inode_resize(inode, limit);
    if (limit > inode->size)
        limit = inode->size; /* pages behind the end are not kept */
    if (!result && from < limit)
        result = make_pages(inode, from, limit);
    if (result)
        (void)!inode_resize(inode, old);
    return result;
}

int64_t sys_fallocate(const uint64_t *a)
{
    struct file *file = file_get(a[0]);
    uint64_t mode = (uint32_t)a[1], limit = a[2] + a[3];
    int64_t result;

    if (!file)
        return -EBADF;
    if ((int64_t)a[2] < 0 || (int64_t)a[3] <= 0)
        return -EINVAL;
    if (mode & ~(uint64_t)(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
        return -EOPNOTSUPP;
    if ((mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)) == FALLOC_FL_PUNCH_HOLE)
        return -EOPNOTSUPP;
    if (!file_writable(file))
        return -EBADF;
    if (inode_is(file->inode, S_IFIFO))
        return -ESPIPE;
    if (!inode_is(file->inode, S_IFREG) || file->inode->ops)
        return -ENODEV;
    if (limit > FILE_SIZE_MAX)
        return -EFBIG;
    if (seal_refuses_write(file->inode, mode & FALLOC_FL_KEEP_SIZE ? 0 : limit))
        return -EPERM;
    result = allocate(file->inode, mode, a[2], a[3]);
    if (!result)
        inode_touch(file->inode, TOUCH_MODIFIED | TOUCH_CHANGED);
    return result;
}

/* Everything is in memory, and stays there: what is written is as safe as it will ever be. */
static int64_t settle(uint64_t fd)
{
    struct file *file = file_get(fd);

    if (!file)
        return -EBADF;
    return inode_is(file->inode, S_IFREG) || inode_is(file->inode, S_IFDIR) ? 0 : -EINVAL;
}

int64_t sys_fsync(const uint64_t *a)
{
    return settle(a[0]);
}

int64_t sys_fdatasync(const uint64_t *a)
{
    return settle(a[0]);
}

int64_t sys_syncfs(const uint64_t *a)
{
    return file_get(a[0]) ? 0 : -EBADF;
}

int64_t sys_sync(const uint64_t *a)
{
    (void)a;
    return 0;
}

int64_t sys_sync_file_range(const uint64_t *a)
{
    return (int64_t)a[1] < 0 || (int64_t)a[2] < 0 ? -EINVAL : settle(a[0]);
}

int64_t sys_fadvise64(const uint64_t *a)
{
    struct file *file = file_get(a[0]);

    if (!file)
        return -EBADF;
    if (inode_is(file->inode, S_IFIFO))
        return -ESPIPE;
    return (uint32_t)a[3] > 5 ? -EINVAL : 0; /* POSIX_FADV_NOREUSE is the last */
}

int64_t sys_readahead(const uint64_t *a)
{
    struct file *file = file_get(a[0]);

    if (!file || !file_readable(file))
        return -EBADF;
    return inode_is(file->inode, S_IFREG) ? 0 : -EINVAL;
}
