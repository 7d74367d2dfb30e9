/* SPDX-License-Identifier: Apache-2.0 */
/* read, write and their kin: one piece or many, at the file's offset or at a given one. */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "kernel/kheap.h"
#include "pipe.h"
#include "syscalls.h"
#include "user.h"

enum way { READS, WRITES };

/* Whether it can be read, or written, at all. */
static int64_t may_move(const struct file *file, enum way way)
{
    if (!(way == READS ? file_readable : file_writable)(file))
        return -EBADF;
    return (way == READS ? file->ops->read : file->ops->write) ? 0 : -EINVAL;
}

static int64_t move_bytes(struct file *file, enum way way, struct transfer *t, uint64_t *offset)
{
    int64_t result = may_move(file, way);

    if (result)
        return result;
    return (way == READS ? file->ops->read : file->ops->write)(file, t, offset);
}

/* At the file's own offset, or at `at`, if that is not NULL. */
static int64_t move_file(struct file *file, enum way way, struct transfer *t, const uint64_t *at)
{
    uint64_t offset = at ? *at : file->offset;
    int64_t result;

    if (at && (int64_t)offset < 0)
        return -EINVAL;
    if (at && !file->ops->seeks)
        return -ESPIPE;
    file_hold(file);
    result = move_bytes(file, way, t, &offset);
    if (!at && file->ops->seeks)
        file->offset = offset;
    file_release(file);
    return result;
}

static int64_t move_one(const uint64_t *a, enum way way, const uint64_t *at)
{
    struct file *file = file_get(a[0]);
    struct transfer t = transfer_user(a[1], a[2] < RW_MAX ? a[2] : RW_MAX);

    if (!file)
        return -EBADF;
    if ((int64_t)a[2] < 0)
        return -EINVAL;
    if (!user_range(a[1], a[2]))
        return -EFAULT;
    return move_file(file, way, &t, at);
}

/* The sum of the pieces' sizes, cut to RW_MAX; -EINVAL, -EFAULT. */
static int64_t check_pieces(struct abi_iovec *pieces, uint64_t count)
{
    uint64_t total = 0;

    for (uint64_t i = 0; i < count; i++) {
        if ((int64_t)pieces[i].size < 0)
            return -EINVAL;
        if (!user_range(pieces[i].base, pieces[i].size))
            return -EFAULT;
        if (pieces[i].size > RW_MAX - total)
            pieces[i].size = RW_MAX - total;
        total += pieces[i].size;
    }
    return (int64_t)total;
}

/* At most `most` bytes of a[2] pieces that stand at a[1]. */
static int64_t move_some(struct file *file, const uint64_t *a, enum way way, const uint64_t *at, uint64_t most)
{
    struct abi_iovec few[8], *pieces = few;
    uint64_t bytes = a[2] * sizeof *pieces;
    int64_t result;

    if (a[2] > IOV_MAX)
        return -EINVAL;
    if (bytes > sizeof few)
        pieces = kheap_new(bytes);
    if (!pieces)
        return -ENOMEM;
    result = user_read(pieces, a[1], bytes) ? check_pieces(pieces, a[2]) : -EFAULT;
    if (!result) { /* pieces without a byte reach no file */
        result = may_move(file, way);
    } else if (result > 0) {
        struct transfer t = transfer_pieces(pieces, (uint64_t)result < most ? (uint64_t)result : most);

        result = move_file(file, way, &t, at);
    }
    if (pieces != few)
        (void)!kheap_delete(pieces, bytes);
    return result;
}

static int64_t move_pieces(const uint64_t *a, enum way way, const uint64_t *at)
{
    struct file *file = file_get(a[0]);

    return file ? move_some(file, a, way, at, RW_MAX) : -EBADF;
}

int64_t sys_read(const uint64_t *a)
{
    return move_one(a, READS, NULL);
}

int64_t sys_write(const uint64_t *a)
{
    return move_one(a, WRITES, NULL);
}

int64_t sys_pread64(const uint64_t *a)
{
    return move_one(a, READS, &a[3]);
}

int64_t sys_pwrite64(const uint64_t *a)
{
    return move_one(a, WRITES, &a[3]);
}

int64_t sys_readv(const uint64_t *a)
{
    return move_pieces(a, READS, NULL);
}

int64_t sys_writev(const uint64_t *a)
{
    return move_pieces(a, WRITES, NULL);
}

int64_t sys_preadv(const uint64_t *a)
{
    return move_pieces(a, READS, &a[3]);
}

int64_t sys_pwritev(const uint64_t *a)
{
    return move_pieces(a, WRITES, &a[3]);
}

/* The flags are hints for disks, but for RWF_APPEND and the like, which are refused. */
#define RWF_HINTS (0x1ull | 0x2 | 0x4 | 0x8) /* RWF_HIPRI, DSYNC, SYNC, NOWAIT */

static int64_t move_pieces2(const uint64_t *a, enum way way)
{
    if (a[5] & ~RWF_HINTS)
        return -EOPNOTSUPP;
    return move_pieces(a, way, (int64_t)a[3] == -1 ? NULL : &a[3]);
}

int64_t sys_preadv2(const uint64_t *a)
{
    return move_pieces2(a, READS);
}

int64_t sys_pwritev2(const uint64_t *a)
{
    return move_pieces2(a, WRITES);
}

/* What the ring has room for, or has: no pages change hands. */
int64_t sys_vmsplice(const uint64_t *a)
{
    struct file *file = file_get(a[0]);
    bool writes = file && file_writable(file);
    struct pipe *pipe = file ? pipe_of(file) : NULL;
    int64_t room = 0;

    if (a[3] & ~(uint64_t)SPLICE_F_ALL)
        return -EINVAL;
    if (!pipe)
        return -EBADF;
    if (a[2])
        room = (writes ? pipe_room : pipe_data)(pipe, file, a[3] & SPLICE_F_NONBLOCK);
    return room < 0 ? room : move_some(file, a, writes ? WRITES : READS, NULL, (uint64_t)room);
}
