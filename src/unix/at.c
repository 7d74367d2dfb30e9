/* SPDX-License-Identifier: Apache-2.0 */
/* One buffer takes the text of every path: nothing waits between copying a path and the end of its walk. */
#include "at.h"

#include <stddef.h>

#include "abi_file.h"
#include "directory.h"
#include "errno.h"
#include "file.h"
#include "user.h"

uint32_t at_umask = AT_UMASK_FIRST;

static char text_buffer[PATH_MAX];

int64_t at_walk(struct path *path, uint64_t fd, uint64_t text, uint32_t flags)
{
    struct inode *from = path_cwd;
    int64_t length = user_text(text_buffer, text, sizeof text_buffer);

    if (length < 0)
        return length;
    if (*text_buffer != '/' && (int32_t)fd != AT_FDCWD) {
        struct file *file = !length && !(flags & PATH_EMPTY) ? NULL : file_get_any(fd);

        if (!file)
            return length ? -EBADF : -ENOENT;
        from = file->inode;
    }
    return path_walk(path, from, text_buffer, flags);
}

int64_t at_find(uint64_t fd, uint64_t text, uint32_t flags, struct inode **inode)
{
    struct path path;
    int64_t result = at_walk(&path, fd, text, flags);

    if (result)
        return result;
    if (path.inode)
        *inode = inode_hold(path.inode);
    else
        result = -ENOENT;
    path_end(&path);
    return result;
}

uint32_t at_flags(uint64_t flags)
{
    return (flags & AT_SYMLINK_NOFOLLOW ? 0 : PATH_FOLLOW) | (flags & AT_EMPTY_PATH ? PATH_EMPTY : 0);
}

int64_t at_may_create(const struct path *path, bool directory)
{
    const struct inode *in = path->directory;

    if (path->inode || path->last != PATH_NAME)
        return -EEXIST;
    if (in->directory.dead || (path->slash && !directory))
        return -ENOENT;
    return inode_is_fixed(in) ? -EACCES : 0;
}

int64_t at_add(const struct path *path, struct inode *inode)
{
    if (!directory_add(path->directory, path->name, path->length, inode))
        return -ENOSPC;
    inode_touch(path->directory, TOUCH_MODIFIED | TOUCH_CHANGED);
    return 0;
}

int64_t at_create(const struct path *path, uint32_t mode, struct inode **made)
{
    struct inode *in = path->directory, *inode;
    int64_t result;

    mode &= ~(at_umask & 0777);
    inode = inode_is(&(struct inode){ .mode = mode }, S_IFDIR) ? directory_new(in, mode & MODE_BITS, in->filesystem)
                                                               : inode_new(mode, in->filesystem);
    if (!inode)
        return -ENOSPC;
    inode_touch(inode, TOUCH_ACCESSED | TOUCH_MODIFIED | TOUCH_CHANGED | TOUCH_BORN);
    result = at_add(path, inode);
    if (!result && made)
        *made = inode_hold(inode);
    inode_release(inode);
    return result;
}
