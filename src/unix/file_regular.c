/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open regular files.  Each page goes straight between the file and the program.  Where the program's memory ends in
 * the middle, what went before counts; where memory for pages ends, likewise, and nothing at all is ENOSPC.
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "seal.h"
#include "x86_64/layout.h"

/* Of `size` bytes from `at` on, those in the page of `at`. */
static uint64_t in_page(uint64_t at, uint64_t size)
{
    uint64_t rest = LAYOUT_FRAME_SIZE - at % LAYOUT_FRAME_SIZE;

    return size < rest ? size : rest;
}

static int64_t regular_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    struct inode *inode = file->inode;
    uint64_t done = 0, size = 0;

    if (*offset < inode->size)
        size = to->left < inode->size - *offset ? to->left : inode->size - *offset;
    while (done < size) {
        uint64_t part = in_page(*offset, size - done), went;
        const uint8_t *page = inode_page(inode, *offset >> LAYOUT_FRAME_SHIFT, false, NULL);

        went = page ? transfer_put(to, page + *offset % LAYOUT_FRAME_SIZE, part) : transfer_zeros(to, part);
        done += went;
        *offset += went;
        if (went < part)
            return done ? (int64_t)done : -EFAULT;
    }
    return (int64_t)done;
}

/* Takes one part of one page from the program; the bytes, or -ENAME. */
static int64_t write_part(struct inode *inode, struct transfer *from, uint64_t offset, uint64_t part)
{
    uint64_t old = inode->size, went;
    bool full = false;
    int64_t result = offset + part > old ? inode_resize(inode, offset + part) : 0;
    uint8_t *page = result ? NULL : inode_page(inode, offset >> LAYOUT_FRAME_SHIFT, true, &full);

    went = page ? transfer_get(from, page + offset % LAYOUT_FRAME_SIZE, part) : 0;
    if (went < part && inode->size > old) /* no longer than what came */
        (void)!inode_resize(inode, went && offset + went > old ? offset + went : old);
    if (result || full)
        return result ? result : -ENOSPC;
    return went ? (int64_t)went : -EFAULT;
}

static int64_t regular_write(struct file *file, struct transfer *from, uint64_t *offset)
{
    struct inode *inode = file->inode;
    uint64_t done = 0, size = from->left;
    int64_t result = 0;

    if (!size)
        return 0;
    if (file->flags & O_APPEND)
        *offset = inode->size;
    if (*offset >= FILE_SIZE_MAX)
        return -EFBIG;
    if (size > FILE_SIZE_MAX - *offset)
        size = FILE_SIZE_MAX - *offset;
    if (seal_refuses_write(inode, *offset + size))
        return -EPERM;
    while (done < size && result >= 0) {
        uint64_t part = in_page(*offset, size - done);

        result = write_part(inode, from, *offset, part);
        if (result < 0)
            break;
        done += (uint64_t)result;
        *offset += (uint64_t)result;
        if ((uint64_t)result < part)
            break;
    }
    if (done)
        inode_touch(inode, TOUCH_MODIFIED | TOUCH_CHANGED);
    return done ? (int64_t)done : result;
}

const struct file_ops file_regular_ops = { .read = regular_read, .write = regular_write, .seeks = true };
