/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table grows by doubling.  `lowest` is a bound: no descriptor below it is free, so that opening and closing the
 * lowest ones costs one step.
 */
#include "file.h"

#include <stddef.h>

#include "abi_file.h"
#include "at.h"
#include "epoll.h"
#include "errno.h"
#include "filepage.h"
#include "kernel/kheap.h"
#include "pipe.h"
#include "program.h"
#include "runtime/bytes.h"

#define SLOTS_FIRST 16

struct slot {
    struct file *file; /* NULL: free */
    bool cloexec;
};

struct wait_queue files_changed;
uint64_t files_changes;

static struct {
    struct slot *slots;
    uint64_t count, lowest;
} table;

static uint64_t limit(void)
{
    return program.limits[LIMIT_NOFILE].now;
}

void file_changed(void)
{
    files_changes++;
    wait_wake(&files_changed, WAIT_ALL);
}

bool file_readable(const struct file *file)
{
    return (file->flags & O_ACCMODE) != O_WRONLY;
}

bool file_writable(const struct file *file)
{
    return (file->flags & O_ACCMODE) != O_RDONLY;
}

static struct file *make(struct inode *inode, uint32_t flags, const struct file_ops *ops, void *data)
{
    struct file *file = filepage_room() ? kheap_new(sizeof *file) : NULL;

    if (file)
        *file = (struct file){ .references = 1, .flags = flags, .inode = inode_hold(inode), .ops = ops, .data = data };
    return file;
}

static void unmake(struct file *file)
{
    inode_release(file->inode);
    (void)!kheap_delete(file, sizeof *file);
}

static const struct file_ops path_ops; /* of a file that only says where it is: no call reaches them */

/* Makes an open file work as its inode's kind does. */
static int64_t open_kind(struct inode *inode, struct file *file)
{
    if (inode->ops && inode->ops->open)
        return inode->ops->open(inode, file);
    if (inode_is(inode, S_IFIFO))
        return pipe_open(inode, file);
    return inode_is(inode, S_IFREG) || inode_is(inode, S_IFDIR) ? 0 : -ENXIO; /* a socket, an eventfd or its like */
}

int64_t file_open(struct inode *inode, uint32_t flags, struct file **file)
{
    const struct file_ops *ops = inode_is(inode, S_IFDIR) ? &file_directory_ops : &file_regular_ops;
    struct file *made = make(inode, flags, flags & O_PATH ? &path_ops : ops, NULL);
    int64_t result = 0;

    if (!made)
        return -ENOMEM;
    if (!(flags & O_PATH))
        result = open_kind(inode, made);
    if (result)
        unmake(made);
    else
        *file = made;
    return result;
}

int64_t file_new(uint32_t mode, uint32_t flags, const struct file_ops *ops, void *data, struct file **file)
{
    struct inode *inode = inode_new(mode, FILESYSTEM_PIPE);
    struct file *made = inode ? make(inode, flags, ops, data) : NULL;

    if (inode)
        inode_release(inode);
    if (!made)
        return -ENOMEM;
    *file = made;
    return 0;
}

struct file *file_hold(struct file *file)
{
    file->references++;
    return file;
}

void file_release(struct file *file)
{
    if (--file->references)
        return;
    if (file->watches)
        epoll_forget(file);
    if (file->ops->release)
        file->ops->release(file);
    unmake(file);
}

struct file *file_get_any(uint64_t fd)
{
    fd = (uint32_t)fd;
    return fd < table.count ? table.slots[fd].file : NULL;
}

struct file *file_get(uint64_t fd)
{
    struct file *file = file_get_any(fd);

    return file && file->flags & O_PATH ? NULL : file;
}

/* Makes room for descriptor `fd`. */
static bool reach(uint64_t fd)
{
    uint64_t count = table.count ? table.count : SLOTS_FIRST;
    struct slot *slots;

    while (count <= fd)
        count *= 2;
    if (count == table.count)
        return true;
    slots = filepage_room() ? kheap_new(count * sizeof *slots) : NULL;
    if (!slots)
        return false;
    bytes_fill(slots, 0, count * sizeof *slots);
    if (table.count) {
        bytes_copy(slots, table.slots, table.count * sizeof *slots);
        (void)!kheap_delete(table.slots, table.count * sizeof *slots);
    }
    table.slots = slots;
    table.count = count;
    return true;
}

static int64_t find_free(uint64_t from, uint64_t *fd)
{
    uint64_t at = from > table.lowest ? from : table.lowest;

    if (from >= limit())
        return -EINVAL;
    while (at < table.count && table.slots[at].file)
        at++;
    if (at >= limit())
        return -EMFILE;
    if (!reach(at))
        return -ENOMEM;
    if (from <= table.lowest)
        table.lowest = at + 1;
    *fd = at;
    return 0;
}

int64_t fd_install(struct file *file, uint64_t from, bool cloexec)
{
    uint64_t fd;
    int64_t result = find_free(from, &fd);

    if (result) {
        file_release(file);
        return result;
    }
    table.slots[fd] = (struct slot){ file, cloexec };
    return (int64_t)fd;
}

int64_t fd_close(uint64_t fd)
{
    struct file *file = file_get_any(fd);

    fd = (uint32_t)fd;
    if (!file)
        return -EBADF;
    table.slots[fd].file = NULL;
    if (fd < table.lowest)
        table.lowest = fd;
    file_release(file);
    return 0;
}

int64_t fd_replace(struct file *file, uint64_t fd, bool cloexec)
{
    struct file *old = file_get_any(fd);

    if (fd >= limit() || !reach(fd)) {
        file_release(file);
        return fd >= limit() ? -EBADF : -ENOMEM;
    }
    table.slots[fd] = (struct slot){ file, cloexec };
    if (old)
        file_release(old);
    return (int64_t)fd;
}

bool fd_cloexec(uint64_t fd)
{
    return table.slots[(uint32_t)fd].cloexec;
}

void fd_cloexec_set(uint64_t fd, bool cloexec)
{
    table.slots[(uint32_t)fd].cloexec = cloexec;
}

bool fd_next(uint64_t *fd)
{
    while (*fd < table.count && !table.slots[*fd].file)
        ++*fd;
    return *fd < table.count;
}

void files_exec(void)
{
    for (uint64_t fd = 0; fd_next(&fd); fd++)
        if (table.slots[fd].cloexec)
            fd_close(fd);
}

void files_end(void)
{
    at_umask = AT_UMASK_FIRST;
    for (uint64_t fd = 0; fd_next(&fd); fd++)
        fd_close(fd);
    if (table.count)
        (void)!kheap_delete(table.slots, table.count * sizeof *table.slots);
    table.slots = NULL;
    table.count = table.lowest = 0;
}
