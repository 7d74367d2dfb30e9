/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getdents64 and getdents.  An open directory's offset says what comes next: 0 is ".", 1 is "..", and from 2 on the
 * cookies of the entries, plus 2; then the names that are made when asked for, from MADE on.
 */
#include <stddef.h>

#include "abi_file.h"
#include "directory.h"
#include "errno.h"
#include "file.h"
#include "runtime/bytes.h"
#include "syscalls.h"
#include "user.h"

#define MADE (1ull << 62)

struct row {
    struct inode *inode; /* held */
    uint64_t next; /* the offset after it */
    char name[NAME_MAX + 1];
};

static int64_t row_made(struct inode *directory, uint64_t offset, struct row *row)
{
    uint64_t cookie = offset < MADE ? 0 : offset - MADE;
    int64_t result = directory->ops && directory->ops->list
                         ? directory->ops->list(directory, &cookie, row->name, &row->inode)
                         : -ENOENT;

    row->next = MADE + cookie + 1;
    return result;
}

/* What stands at the offset or after it; -ENOENT: nothing. */
static int64_t row_find(struct inode *directory, uint64_t offset, struct row *row)
{
    uint64_t cookie = offset - 2;
    const struct entry *entry;

    if (offset < 2) {
        bytes_copy(row->name, offset ? ".." : ".", offset ? 3 : 2);
        row->inode = inode_hold(offset ? directory->directory.parent : directory);
        row->next = offset + 1;
        return 0;
    }
    entry = offset < MADE ? directory_next(directory, &cookie) : NULL;
    if (!entry)
        return row_made(directory, offset, row);
    bytes_copy(row->name, entry->name, entry->length + 1);
    row->inode = inode_hold(entry->inode);
    row->next = cookie + 3;
    return 0;
}

static bool put64(uint64_t to, const struct row *row, uint64_t length, uint64_t size)
{
    struct abi_dirent64 head = { .inode = row->inode->number, .next = (int64_t)row->next, .size = (uint16_t)size,
                                 .type = (uint8_t)(row->inode->mode >> 12) };

    return user_put(to, head) && user_write(to + sizeof head, row->name, length) &&
           user_fill(to + sizeof head + length, 0, size - sizeof head - length);
}

static bool put_old(uint64_t to, const struct row *row, uint64_t length, uint64_t size)
{
    struct abi_dirent head = { .inode = row->inode->number, .next = row->next, .size = (uint16_t)size };

    return user_put(to, head) && user_write(to + sizeof head, row->name, length) &&
           user_fill(to + sizeof head + length, 0, size - sizeof head - length - 1) &&
           user_fill(to + size - 1, (uint8_t)(row->inode->mode >> 12), 1);
}

/* One record; its size, or -ENAME. */
static int64_t put_row(uint64_t to, uint64_t room, const struct row *row, bool old)
{
    uint64_t length = text_length(row->name) + 1;
    uint64_t size = (old ? sizeof(struct abi_dirent) + 1 : sizeof(struct abi_dirent64)) + length;

    size = (size + 7) / 8 * 8;
    if (size > room)
        return -EINVAL;
    if (!(old ? put_old : put64)(to, row, length, size))
        return -EFAULT;
    return (int64_t)size;
}

static int64_t list(const uint64_t *a, bool old)
{
    struct file *file = file_get(a[0]);
    uint64_t room = (uint32_t)a[2], done = 0;
    struct row row;

    if (!file)
        return -EBADF;
    if (!inode_is(file->inode, S_IFDIR))
        return -ENOTDIR;
    if (file->inode->directory.dead)
        return -ENOENT;
    while (!row_find(file->inode, file->offset, &row)) {
        int64_t size = put_row(a[1] + done, room - done, &row, old);

        inode_release(row.inode);
        if (size < 0)
            return done ? (int64_t)done : size;
        done += (uint64_t)size;
        file->offset = row.next;
    }
    return (int64_t)done;
}

int64_t sys_getdents64(const uint64_t *a)
{
    return list(a, false);
}

int64_t sys_getdents(const uint64_t *a)
{
    return list(a, true);
}

static int64_t directory_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    (void)file, (void)to, (void)offset;
    return -EISDIR;
}

const struct file_ops file_directory_ops = { .read = directory_read, .seeks = true };
