/* SPDX-License-Identifier: Apache-2.0 */
/* Names: mkdir, mknod, rmdir, unlink, link, symlink, readlink, getcwd, chdir. */
#include <stddef.h>

#include "abi_file.h"
#include "at.h"
#include "directory.h"
#include "errno.h"
#include "file.h"
#include "names.h"
#include "runtime/bytes.h"
#include "syscalls.h"
#include "user.h"

static int64_t make_at(uint64_t fd, uint64_t text, uint32_t mode)
{
    struct path path;
    int64_t result = at_walk(&path, fd, text, PATH_LAST);

    if (result)
        return result;
    result = at_may_create(&path, (mode & S_IFMT) == S_IFDIR);
    if (!result)
        result = at_create(&path, mode, NULL);
    path_end(&path);
    return result;
}

int64_t sys_mkdir(const uint64_t *a)
{
    return make_at((uint64_t)AT_FDCWD, a[0], S_IFDIR | (a[1] & 01777));
}

int64_t sys_mkdirat(const uint64_t *a)
{
    return make_at(a[0], a[1], S_IFDIR | (a[2] & 01777));
}

/* Plain files, FIFOs and sockets' names; there is no driver for any other device than those of /dev. */
static int64_t make_node(uint64_t fd, uint64_t text, uint32_t mode)
{
    uint32_t type = mode & S_IFMT;

    if (type == S_IFDIR)
        return -EPERM;
    if (type && type != S_IFREG && type != S_IFIFO && type != S_IFSOCK)
        return type == S_IFCHR || type == S_IFBLK ? -EPERM : -EINVAL;
    return make_at(fd, text, (type ? type : S_IFREG) | (mode & MODE_BITS));
}

int64_t sys_mknod(const uint64_t *a)
{
    return make_node((uint64_t)AT_FDCWD, a[0], (uint32_t)a[1]);
}

int64_t sys_mknodat(const uint64_t *a)
{
    return make_node(a[0], a[1], (uint32_t)a[2]);
}

static int64_t may_remove_directory(const struct path *path)
{
    if (path->last != PATH_NAME)
        return path->last == PATH_DOT ? -EINVAL : path->last == PATH_DOTDOT ? -ENOTEMPTY : -EBUSY;
    if (!path->inode)
        return -ENOENT;
    if (!inode_is(path->inode, S_IFDIR))
        return -ENOTDIR;
    if (path->inode->filesystem != path->directory->filesystem)
        return -EBUSY;
    return path->inode->directory.count ? -ENOTEMPTY : 0;
}

static int64_t may_unlink(const struct path *path)
{
    if (path->last != PATH_NAME)
        return -EISDIR;
    if (!path->inode)
        return -ENOENT;
    if (path->slash)
        return inode_is(path->inode, S_IFDIR) ? -EISDIR : -ENOTDIR;
    return inode_is(path->inode, S_IFDIR) ? -EISDIR : 0;
}

static int64_t remove_name(const struct path *path, bool directory)
{
    struct entry *entry = directory_entry(path->directory, path->name, path->length);

    if (!entry || inode_is_fixed(path->directory))
        return -EPERM;
    inode_touch(path->directory, TOUCH_MODIFIED | TOUCH_CHANGED);
    if (path->inode->links)
        inode_touch(path->inode, TOUCH_CHANGED);
    names_forget(path->inode, directory);
    directory_remove(path->directory, entry);
    return 0;
}

static int64_t remove_at(uint64_t fd, uint64_t text, bool directory)
{
    struct path path;
    int64_t result = at_walk(&path, fd, text, PATH_LAST);

    if (result)
        return result;
    result = directory ? may_remove_directory(&path) : may_unlink(&path);
    if (!result)
        result = remove_name(&path, directory);
    path_end(&path);
    return result;
}

int64_t sys_rmdir(const uint64_t *a)
{
    return remove_at((uint64_t)AT_FDCWD, a[0], true);
}

int64_t sys_unlink(const uint64_t *a)
{
    return remove_at((uint64_t)AT_FDCWD, a[0], false);
}

int64_t sys_unlinkat(const uint64_t *a)
{
    if ((uint32_t)a[2] & ~(uint32_t)AT_REMOVEDIR)
        return -EINVAL;
    return remove_at(a[0], a[1], a[2] & AT_REMOVEDIR);
}

static int64_t link_inode(struct inode *inode, uint64_t fd, uint64_t text)
{
    struct path path;
    int64_t result = at_walk(&path, fd, text, PATH_LAST);

    if (result)
        return result;
    result = at_may_create(&path, false);
    if (!result && inode->filesystem != path.directory->filesystem)
        result = -EXDEV;
    if (!result && inode_is(inode, S_IFDIR))
        result = -EPERM;
    if (!result)
        result = at_add(&path, inode);
    if (!result)
        inode_touch(inode, TOUCH_CHANGED);
    path_end(&path);
    return result;
}

static int64_t link_at(uint64_t old_fd, uint64_t old, uint64_t fd, uint64_t text, uint64_t flags)
{
    struct inode *inode;
    int64_t result;

    if ((uint32_t)flags & ~(uint32_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    result = at_find(old_fd, old, (flags & AT_SYMLINK_FOLLOW ? PATH_FOLLOW : 0) | (at_flags(flags) & PATH_EMPTY),
                     &inode);
    if (result)
        return result;
    result = link_inode(inode, fd, text);
    inode_release(inode);
    return result;
}

int64_t sys_link(const uint64_t *a)
{
    return link_at((uint64_t)AT_FDCWD, a[0], (uint64_t)AT_FDCWD, a[1], 0);
}

int64_t sys_linkat(const uint64_t *a)
{
    return link_at(a[0], a[1], a[2], a[3], a[4]);
}

static char link_text[PATH_MAX]; /* a symbolic link's, while its name is walked to, or it is read */

static int64_t make_symlink(const struct path *path, uint64_t length)
{
    struct inode *inode;
    int64_t result = at_may_create(path, false);

    if (result)
        return result;
    inode = inode_new(S_IFLNK | 0777, path->directory->filesystem);
    if (!inode)
        return -ENOSPC;
    inode_touch(inode, TOUCH_ACCESSED | TOUCH_MODIFIED | TOUCH_CHANGED | TOUCH_BORN);
    result = inode_target(inode, link_text, length) ? at_add(path, inode) : -ENOSPC;
    inode_release(inode);
    return result;
}

static int64_t symlink_at(uint64_t target, uint64_t fd, uint64_t text)
{
    int64_t length = user_text(link_text, target, sizeof link_text), result;
    struct path path;

    if (length <= 0)
        return length ? length : -ENOENT;
    result = at_walk(&path, fd, text, PATH_LAST);
    if (result)
        return result;
    result = make_symlink(&path, (uint64_t)length);
    path_end(&path);
    return result;
}

int64_t sys_symlink(const uint64_t *a)
{
    return symlink_at(a[0], (uint64_t)AT_FDCWD, a[1]);
}

int64_t sys_symlinkat(const uint64_t *a)
{
    return symlink_at(a[0], a[1], a[2]);
}

static int64_t put_target(struct inode *inode, uint64_t to, uint64_t room)
{
    const char *text = inode->target;
    int64_t length = (int64_t)inode->size;

    if (inode->ops) {
        length = inode->ops->text(inode, link_text, sizeof link_text);
        text = link_text;
    }
    if (length > (int64_t)room)
        length = (int64_t)room;
    return length < 0 || user_write(to, text, (uint64_t)length) ? length : -EFAULT;
}

static int64_t readlink_at(uint64_t fd, uint64_t text, uint64_t to, uint64_t size)
{
    struct path path;
    int64_t result = (int32_t)size <= 0 ? -EINVAL : at_walk(&path, fd, text, PATH_EMPTY);
    bool empty;

    if (result)
        return result;
    empty = path.last == PATH_DOT && !path.length;
    if (!path.inode)
        result = -ENOENT;
    else if (inode_is(path.inode, S_IFLNK))
        result = put_target(path.inode, to, (uint32_t)size);
    else
        result = empty ? -ENOENT : -EINVAL;
    path_end(&path);
    return result;
}

int64_t sys_readlink(const uint64_t *a)
{
    return readlink_at((uint64_t)AT_FDCWD, a[0], a[1], a[2]);
}

int64_t sys_readlinkat(const uint64_t *a)
{
    return readlink_at(a[0], a[1], a[2], a[3]);
}

int64_t sys_getcwd(const uint64_t *a)
{
    int64_t length = path_of(path_cwd, link_text, sizeof link_text);

    if (length < 0)
        return length == -ERANGE ? -ENAMETOOLONG : length;
    if ((uint64_t)length + 1 > a[1])
        return -ERANGE;
    return user_write(a[0], link_text, (uint64_t)length + 1) ? length + 1 : -EFAULT;
}

static int64_t change_to(struct inode *inode)
{
    if (!inode_is(inode, S_IFDIR))
        return -ENOTDIR;
    inode_hold(inode);
    inode_release(path_cwd);
    path_cwd = inode;
    return 0;
}

int64_t sys_chdir(const uint64_t *a)
{
    struct inode *inode;
    int64_t result = at_find((uint64_t)AT_FDCWD, a[0], PATH_FOLLOW, &inode);

    if (result)
        return result;
    result = change_to(inode);
    inode_release(inode);
    return result;
}

int64_t sys_fchdir(const uint64_t *a)
{
    struct file *file = file_get_any(a[0]);

    return file ? change_to(file->inode) : -EBADF;
}
