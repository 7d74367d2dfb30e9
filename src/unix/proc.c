/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An open file of /proc has an inode of its own, a regular file without a name, into which the text is written as a
 * program would write it; then it is read as any file.
 *
 * /proc/self is a link to the directory of the only process.  In its fd each name is a link that leads to the open
 * file's inode, whether that has a name or not.
 */
#include "proc.h"

#include <stddef.h>

#include "abi_file.h"
#include "directory.h"
#include "errno.h"
#include "file.h"
#include "memmap.h"
#include "path.h"
#include "program.h"
#include "runtime/bytes.h"
#include "tree.h"
#include "x86_64/layout.h"

void proc_put(struct proc_text *text, const void *bytes, uint64_t size)
{
    struct inode *file = text->file;

    for (uint64_t done = 0; done < size && !text->full;) {
        uint64_t inner = file->size % LAYOUT_FRAME_SIZE, part = LAYOUT_FRAME_SIZE - inner;
        uint8_t *page;

        if (part > size - done)
            part = size - done;
        file->size += part;
        page = inode_page(file, (file->size - 1) >> LAYOUT_FRAME_SHIFT, true, &text->full);
        if (page)
            bytes_copy(page + inner, (const uint8_t *)bytes + done, part);
        done += part;
    }
}

static void put(struct fmt_sink *sink, const char *bytes, size_t size)
{
    proc_put((struct proc_text *)sink, bytes, size);
}

static int64_t text_open(struct inode *inode, struct file *file)
{
    const struct proc_row *row = inode->data;
    struct proc_text text = { .sink.put = put, .file = inode_new(inode->mode, inode->filesystem),
                              .number = inode->rdev };

    if (!text.file)
        return -ENOMEM;
    text.file->number = inode->number;
    text.file->links = 1;
    row->write(&text);
    if (text.full) {
        inode_release(text.file);
        return -ENOMEM;
    }
    inode_release(file->inode);
    file->inode = text.file;
    file->flags &= ~(uint32_t)O_ACCMODE; /* whatever was asked for, it is only read */
    return 0;
}

static const struct inode_ops text_ops = { .open = text_open };

bool proc_add(struct inode *in, const struct proc_row *row, uint64_t number)
{
    struct inode *inode = inode_new(S_IFREG | 0444, in->filesystem);

    if (inode) {
        inode->ops = &text_ops;
        inode->data = row;
        inode->rdev = number;
    }
    return tree_add(in, row->name, inode);
}

/* /proc/self/fd: the descriptor's number is the inode's data. */

static struct file *file_of(const struct inode *link)
{
    return file_get_any((uint64_t)(uintptr_t)link->data);
}

static int64_t fd_follow(struct inode *link, struct inode **to)
{
    struct file *file = file_of(link);

    if (!file)
        return -ENOENT;
    *to = inode_hold(file->inode);
    return 0;
}

static int64_t say_nameless(const struct inode *inode, char *to, uint64_t room)
{
    const char *kind = inode_is(inode, S_IFIFO) ? "pipe" : inode_is(inode, S_IFSOCK) ? "socket" : NULL;

    if (kind)
        return (int64_t)fmt_text(to, room, "%s:[%lu]", kind, inode->number);
    if (!inode_is(inode, S_IFREG))
        return (int64_t)fmt_text(to, room, "anon_inode:[%lu]", inode->number);
    return (int64_t)fmt_text(to, room, "/memfd:%lu (deleted)", inode->number);
}

int64_t proc_text_of(struct inode *inode, char *to, uint64_t room)
{
    int64_t length = path_of(inode, to, room);

    return length == -ENOENT ? say_nameless(inode, to, room) : length;
}

static int64_t fd_text(struct inode *link, char *to, uint64_t room)
{
    struct file *file = file_of(link);

    return file ? proc_text_of(file->inode, to, room) : -ENOENT;
}

static const struct inode_ops fd_ops = { .follow = fd_follow, .text = fd_text };

static int64_t make_fd(struct inode *directory, uint64_t fd, struct inode **found)
{
    struct inode *link = inode_new(S_IFLNK | 0700, directory->filesystem);

    if (!link)
        return -ENOMEM;
    link->ops = &fd_ops;
    link->data = (const void *)(uintptr_t)fd;
    link->links = 1;
    link->size = 64; /* as Linux says of it */
    *found = link;
    return 0;
}

static int64_t fd_find(struct inode *directory, const char *name, uint32_t length, struct inode **found)
{
    uint64_t fd = 0;

    for (uint32_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9' || length > 9 || (length > 1 && name[0] == '0'))
            return -ENOENT;
        fd = fd * 10 + (uint64_t)(name[i] - '0');
    }
    return file_get_any(fd) ? make_fd(directory, fd, found) : -ENOENT;
}

static int64_t fd_list(struct inode *directory, uint64_t *cookie, char *name, struct inode **found)
{
    if (!fd_next(cookie))
        return -ENOENT;
    fmt_text(name, NAME_MAX + 1, "%lu", *cookie);
    return make_fd(directory, *cookie, found);
}

static const struct inode_ops fd_directory_ops = { .find = fd_find, .list = fd_list };

/* /proc/self/exe, cwd and root: the inode is what a function says. */

static struct inode *exe_inode(void)
{
    return program.exe;
}

static struct inode *cwd_inode(void)
{
    return path_cwd;
}

static struct inode *root_inode(void)
{
    return path_root;
}

static struct inode *(*const linked[])(void) = { exe_inode, cwd_inode, root_inode };
static const char *const linked_names[] = { "exe", "cwd", "root" };

static struct inode *inode_of(const struct inode *link)
{
    return linked[(uintptr_t)link->data]();
}

static int64_t link_follow(struct inode *link, struct inode **to)
{
    struct inode *inode = inode_of(link);

    if (!inode)
        return -ENOENT;
    *to = inode_hold(inode);
    return 0;
}

static int64_t link_text(struct inode *link, char *to, uint64_t room)
{
    struct inode *inode = inode_of(link);

    return inode ? path_of(inode, to, room) : -ENOENT;
}

static const struct inode_ops link_ops = { .follow = link_follow, .text = link_text };

static bool add_links(struct inode *self)
{
    bool good = true;

    for (uintptr_t i = 0; good && i < sizeof linked / sizeof *linked; i++) {
        good = tree_link(self, linked_names[i], NULL, &link_ops);
        if (good)
            directory_entry(self, linked_names[i], (uint32_t)text_length(linked_names[i]))->inode->data =
                (const void *)i;
    }
    return good;
}

/* The directory of a path below `in`, made as far as it is missing. */
static struct inode *make_way(struct inode *in, const char *path, enum filesystem filesystem)
{
    char part[NAME_MAX + 1];

    while (in && *path) {
        uint32_t length = 0;

        for (; path[length] && path[length] != '/'; length++)
            part[length] = path[length];
        part[length] = 0;
        path += length + (path[length] == '/');
        in = tree_directory(in, part, 0555, filesystem);
    }
    return in;
}

static bool add_rows(struct inode *root, const struct proc_row *rows)
{
    bool good = true;

    for (; good && rows->name; rows++) {
        bool is_sys = text_starts(rows->directory, "sys");
        struct inode *in = make_way(root, rows->directory, is_sys ? FILESYSTEM_SYS : FILESYSTEM_PROC);

        good = in && proc_add(in, rows, 0);
    }
    return good;
}

static bool make_self(struct inode *root)
{
    struct inode *self = make_way(root, PROC_SELF, FILESYSTEM_PROC);
    struct inode *fd = self ? tree_directory(self, "fd", 0500, FILESYSTEM_PROC) : NULL;

    if (fd)
        fd->ops = &fd_directory_ops;
    return fd && add_links(self);
}

bool proc_make(struct inode *root)
{
    struct inode *proc = make_way(root, "proc", FILESYSTEM_PROC);

    return proc && add_rows(root, proc_system) && add_rows(root, proc_self) && make_self(root) &&
           tree_link(proc, "self", PROC_PID, NULL) && tree_link(proc, "mounts", "self/mounts", NULL) &&
           memmap_make(make_way(root, "sys/firmware/memmap", FILESYSTEM_SYS));
}
