/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times are read from the clock only when something is made or changed: reading a file sets no time (mounted noatime,
 * as /proc/mounts says), so that a program that only reads never has the clock calibrated.
 */
#include "inode.h"
#include "filenode.h"

#include <stddef.h>

#include "abi_file.h"
#include "clock.h"
#include "directory.h"
#include "errno.h"
#include "filepage.h"
#include "pipe.h"
#include "runtime/bytes.h"

#define NANOSECONDS 1000000000u

static uint64_t last_number;

struct inode *inode_new(uint32_t mode, enum filesystem filesystem)
{
    struct inode *inode = filepage_room() ? filenode_new(sizeof *inode) : NULL;

    if (!inode)
        return NULL;
    bytes_fill(inode, 0, sizeof *inode);
    inode->references = 1;
    inode->mode = mode;
    inode->filesystem = filesystem;
    inode->number = ++last_number;
    return inode;
}

struct inode *inode_hold(struct inode *inode)
{
    inode->references++;
    return inode;
}

static void inode_delete(struct inode *inode)
{
    if (inode_is(inode, S_IFREG) && !inode->ops)
        inode_punch(inode, 0, UINT64_MAX);
    else if (inode_is(inode, S_IFLNK) && inode->target)
        filenode_delete(inode->target, inode->size + 1);
    else if (inode_is(inode, S_IFDIR))
        directory_end(inode);
    filenode_delete(inode, sizeof *inode);
}

void inode_release(struct inode *inode)
{
    if (!--inode->references)
        inode_delete(inode);
}

void inode_touch(struct inode *inode, uint32_t times)
{
    uint64_t now = clock_realtime();
    struct inode_time time = { (int64_t)(now / NANOSECONDS), (uint32_t)(now % NANOSECONDS) };

    if (times & TOUCH_ACCESSED)
        inode->accessed = time;
    if (times & TOUCH_MODIFIED)
        inode->modified = time;
    if (times & TOUCH_CHANGED)
        inode->changed = time;
    if (times & TOUCH_BORN)
        inode->born = time;
}

bool inode_target(struct inode *link, const char *text, uint64_t length)
{
    link->target = filenode_new(length + 1);
    if (!link->target)
        return false;
    bytes_copy(link->target, text, length);
    link->target[length] = 0;
    link->size = length;
    return true;
}

bool inode_may_execute(const struct inode *inode)
{
    return inode_is(inode, S_IFREG) && inode->mode & MODE_EXECUTE;
}
