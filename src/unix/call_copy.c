/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one file to another within the kernel: sendfile, copy_file_range.  One page at a time goes through a buffer.
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "filepage.h"
#include "syscalls.h"
#include "user.h"
#include "x86_64/layout.h"

struct copying {
    struct file *from, *to;
    uint64_t *from_offset, *to_offset;
    uint64_t left;
    void *page; /* between the two */
};

/* One page's worth; the bytes that went, 0 at the end, -ENAME. */
static int64_t copy_step(struct copying *c)
{
    uint64_t size = c->left < LAYOUT_FRAME_SIZE ? c->left : LAYOUT_FRAME_SIZE, start = *c->from_offset;
    struct transfer in = transfer_kernel(c->page, size), out;
    int64_t got = c->from->ops->read(c->from, &in, c->from_offset), put;

    if (got <= 0)
        return got;
    out = transfer_kernel(c->page, (uint64_t)got);
    put = c->to->ops->write(c->to, &out, c->to_offset);
    *c->from_offset = start + (put > 0 ? (uint64_t)put : 0);
    return put;
}

static int64_t copy_all(struct copying *c)
{
    uint64_t done = 0;
    int64_t step = 0;

    c->page = filepage_new();
    if (!c->page)
        return -ENOMEM;
    while (c->left && (step = copy_step(c)) > 0) {
        done += (uint64_t)step;
        c->left -= (uint64_t)step;
    }
    filepage_free(c->page);
    return done ? (int64_t)done : step;
}

/* Where a file is read or written: at an offset of the program's, or at the file's own. */
static int64_t offset_begin(struct file *file, uint64_t at, uint64_t *offset)
{
    *offset = file->offset;
    if (!at)
        return 0;
    if (!user_get(*offset, at))
        return -EFAULT;
    return (int64_t)*offset < 0 ? -EINVAL : !file->ops->seeks ? -ESPIPE : 0;
}

static int64_t offset_end(struct file *file, uint64_t at, uint64_t offset)
{
    if (at)
        return user_put(at, offset) ? 0 : -EFAULT;
    if (file->ops->seeks)
        file->offset = offset;
    return 0;
}

static int64_t check_send(const struct file *from, const struct file *to)
{
    if (!from || !to || !file_readable(from) || !file_writable(to))
        return -EBADF;
    if (!inode_is(from->inode, S_IFREG) || !from->ops->read || !to->ops->write || to->flags & O_APPEND)
        return -EINVAL;
    return 0;
}

static int64_t check_range(const struct file *from, const struct file *to)
{
    if (!from || !to)
        return -EBADF;
    if (inode_is(from->inode, S_IFDIR) || inode_is(to->inode, S_IFDIR))
        return -EISDIR;
    if (!inode_is(from->inode, S_IFREG) || !inode_is(to->inode, S_IFREG))
        return -EINVAL;
    return file_readable(from) && file_writable(to) && !(to->flags & O_APPEND) ? 0 : -EBADF;
}

static int64_t copy_between(struct file *from, uint64_t from_at, struct file *to, uint64_t to_at, uint64_t size)
{
    uint64_t from_offset, to_offset;
    struct copying c = { from, to, &from_offset, &to_offset, size < RW_MAX ? size : RW_MAX, NULL };
    int64_t result = offset_begin(from, from_at, &from_offset), ended;

    if (!result)
        result = offset_begin(to, to_at, &to_offset);
    if (result)
        return result;
    file_hold(from);
    file_hold(to);
    result = copy_all(&c);
    ended = offset_end(from, from_at, from_offset);
    if (!ended)
        ended = offset_end(to, to_at, to_offset);
    file_release(from);
    file_release(to);
    return ended ? ended : result;
}

int64_t sys_sendfile(const uint64_t *a)
{
    struct file *to = file_get(a[0]), *from = file_get(a[1]);
    int64_t result = check_send(from, to);

    return result ? result : copy_between(from, a[2], to, 0, a[3]);
}

/* Whether the ranges of one file overlap. */
static bool overlap(uint64_t one, uint64_t other, uint64_t size)
{
    return one < other ? other - one < size : one - other < size;
}

int64_t sys_copy_file_range(const uint64_t *a)
{
    struct file *from = file_get(a[0]), *to = file_get(a[2]);
    uint64_t from_offset, to_offset, size = a[4];
    int64_t result = a[5] ? -EINVAL : check_range(from, to);

    if (result)
        return result;
    result = offset_begin(from, a[1], &from_offset);
    if (!result)
        result = offset_begin(to, a[3], &to_offset);
    if (result)
        return result;
    if (from_offset >= from->inode->size)
        return 0;
    if (size > from->inode->size - from_offset)
        size = from->inode->size - from_offset;
    if (from->inode == to->inode && overlap(from_offset, to_offset, size))
        return -EINVAL;
    return copy_between(from, a[1], to, a[3], size);
}
