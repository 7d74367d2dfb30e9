/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rename, in the order in which Linux finds fault: the last parts' kinds, what is there, slashes, one within the other,
 * kinds that do not go together, directories that are not empty.  Nothing is changed before all that is known; the one
 * thing that may still fail, a new name, comes first.
 */
#include <stddef.h>

#include "abi_file.h"
#include "at.h"
#include "directory.h"
#include "errno.h"
#include "names.h"
#include "syscalls.h"

static int64_t check_names(const struct path *from, const struct path *to, uint64_t flags)
{
    bool from_directory = from->inode && inode_is(from->inode, S_IFDIR);

    if (from->directory->filesystem != to->directory->filesystem)
        return -EXDEV;
    if (from->last != PATH_NAME)
        return -EBUSY;
    if (to->last != PATH_NAME)
        return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    if (!from->inode)
        return -ENOENT;
    if (flags & RENAME_NOREPLACE && to->inode)
        return -EEXIST;
    if (flags & RENAME_EXCHANGE && !to->inode)
        return -ENOENT;
    if (flags & RENAME_EXCHANGE && to->slash && !inode_is(to->inode, S_IFDIR))
        return -ENOTDIR;
    if (!from_directory && (from->slash || (!(flags & RENAME_EXCHANGE) && to->slash)))
        return -ENOTDIR;
    return 0;
}

/* One must not lie in the other. */
static int64_t check_nesting(const struct path *from, const struct path *to, uint64_t flags)
{
    if (inode_is(from->inode, S_IFDIR) && directory_within(to->directory, from->inode))
        return -EINVAL;
    if (to->inode && inode_is(to->inode, S_IFDIR) && directory_within(from->directory, to->inode))
        return flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    return 0;
}

static int64_t check_kinds(const struct path *from, const struct path *to, uint64_t flags)
{
    bool moves_directory = inode_is(from->inode, S_IFDIR);

    if (from->inode->filesystem != from->directory->filesystem ||
        (to->inode && to->inode->filesystem != to->directory->filesystem))
        return -EBUSY;
    if (inode_is_fixed(from->directory))
        return -EPERM;
    if (!to->inode)
        return to->directory->directory.dead ? -ENOENT : 0;
    if (flags & RENAME_EXCHANGE)
        return 0;
    if (moves_directory != inode_is(to->inode, S_IFDIR))
        return moves_directory ? -ENOTDIR : -EISDIR;
    return moves_directory && to->inode->directory.count ? -ENOTEMPTY : 0;
}

static void touch_all(const struct path *from, const struct path *to)
{
    inode_touch(from->directory, TOUCH_MODIFIED | TOUCH_CHANGED);
    inode_touch(to->directory, TOUCH_MODIFIED | TOUCH_CHANGED);
    inode_touch(from->inode, TOUCH_CHANGED);
    if (to->inode)
        inode_touch(to->inode, TOUCH_CHANGED);
}

static void exchange(const struct path *from, const struct path *to)
{
    struct entry *one = directory_entry(from->directory, from->name, from->length);
    struct entry *other = directory_entry(to->directory, to->name, to->length);

    directory_replace(from->directory, one, to->inode); /* the paths hold both */
    directory_replace(to->directory, other, from->inode);
}

static int64_t move(const struct path *from, const struct path *to)
{
    struct entry *target = directory_entry(to->directory, to->name, to->length);

    if (target) {
        names_forget(to->inode, inode_is(to->inode, S_IFDIR));
        directory_replace(to->directory, target, from->inode);
    } else if (!directory_add(to->directory, to->name, to->length, from->inode)) {
        return -ENOSPC;
    }
    directory_remove(from->directory, directory_entry(from->directory, from->name, from->length));
    from->inode->home = to->directory;
    return 0;
}

static int64_t rename_path(const struct path *from, const struct path *to, uint64_t flags)
{
    int64_t result = check_names(from, to, flags);

    if (!result)
        result = check_nesting(from, to, flags);
    if (!result)
        result = from->inode == to->inode ? 1 : check_kinds(from, to, flags);
    if (result)
        return result > 0 ? 0 : result;
    touch_all(from, to);
    if (!(flags & RENAME_EXCHANGE))
        return move(from, to);
    exchange(from, to);
    return 0;
}

static int64_t rename_at(uint64_t from_fd, uint64_t from_text, uint64_t to_fd, uint64_t to_text, uint64_t flags)
{
    struct path from, to;
    int64_t result;

    if (flags & ~(uint64_t)(RENAME_NOREPLACE | RENAME_EXCHANGE) || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
        return -EINVAL;
    result = at_walk(&from, from_fd, from_text, PATH_LAST);
    if (result)
        return result;
    result = at_walk(&to, to_fd, to_text, PATH_LAST);
    if (!result) {
        result = rename_path(&from, &to, flags);
        path_end(&to);
    }
    path_end(&from);
    return result;
}

int64_t sys_rename(const uint64_t *a)
{
    return rename_at((uint64_t)AT_FDCWD, a[0], (uint64_t)AT_FDCWD, a[1], 0);
}

int64_t sys_renameat(const uint64_t *a)
{
    return rename_at(a[0], a[1], a[2], a[3], 0);
}

int64_t sys_renameat2(const uint64_t *a)
{
    return rename_at(a[0], a[1], a[2], a[3], (uint32_t)a[4]);
}
