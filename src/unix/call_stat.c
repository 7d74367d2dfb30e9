/* SPDX-License-Identifier: Apache-2.0 */
/* stat and its kin, access, statfs. */
#include <stddef.h>

#include "abi_file.h"
#include "at.h"
#include "errno.h"
#include "file.h"
#include "filepage.h"
#include "runtime/bytes.h"
#include "syscalls.h"
#include "user.h"
#include "x86_64/layout.h"

#define BLOCK 512 /* st_blocks counts them */

static struct abi_time time_of(struct inode_time time)
{
    return (struct abi_time){ time.seconds, time.nanoseconds };
}

static struct abi_statx_time statx_time_of(struct inode_time time)
{
    return (struct abi_statx_time){ time.seconds, time.nanoseconds, 0 };
}

static uint64_t blocks_of(const struct inode *inode)
{
    bool pages = inode_is(inode, S_IFREG) && !inode->ops;

    return pages ? inode->page_count * (LAYOUT_FRAME_SIZE / BLOCK) : 0;
}

static int64_t put_stat(const struct inode *inode, uint64_t to)
{
    struct abi_stat stat;

    bytes_fill(&stat, 0, sizeof stat);
    stat.device = inode->filesystem;
    stat.inode = inode->number;
    stat.links = inode->links;
    stat.mode = inode->mode;
    stat.uid = inode->uid;
    stat.gid = inode->gid;
    stat.rdev = inode_is(inode, S_IFCHR) ? inode->rdev : 0;
    stat.size = (int64_t)inode->size;
    stat.block_size = LAYOUT_FRAME_SIZE;
    stat.blocks = (int64_t)blocks_of(inode);
    stat.accessed = time_of(inode->accessed);
    stat.modified = time_of(inode->modified);
    stat.changed = time_of(inode->changed);
    return user_put(to, stat) ? 0 : -EFAULT;
}

static int64_t stat_at(uint64_t fd, uint64_t text, uint32_t flags, uint64_t to)
{
    struct inode *inode;
    int64_t result = at_find(fd, text, flags, &inode);

    if (result)
        return result;
    result = put_stat(inode, to);
    inode_release(inode);
    return result;
}

int64_t sys_stat(const uint64_t *a)
{
    return stat_at((uint64_t)AT_FDCWD, a[0], PATH_FOLLOW, a[1]);
}

int64_t sys_lstat(const uint64_t *a)
{
    return stat_at((uint64_t)AT_FDCWD, a[0], 0, a[1]);
}

int64_t sys_fstat(const uint64_t *a)
{
    struct file *file = file_get_any(a[0]);

    return file ? put_stat(file->inode, a[1]) : -EBADF;
}

int64_t sys_newfstatat(const uint64_t *a)
{
    if (a[3] & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
        return -EINVAL;
    return stat_at(a[0], a[1], at_flags(a[3]), a[2]);
}

static int64_t put_statx(const struct inode *inode, uint64_t to)
{
    struct abi_statx stat;

    bytes_fill(&stat, 0, sizeof stat);
    stat.mask = STATX_BASIC_STATS | STATX_BTIME;
    stat.block_size = LAYOUT_FRAME_SIZE;
    stat.links = inode->links;
    stat.uid = inode->uid;
    stat.gid = inode->gid;
    stat.mode = (uint16_t)inode->mode;
    stat.inode = inode->number;
    stat.size = inode->size;
    stat.blocks = blocks_of(inode);
    stat.accessed = statx_time_of(inode->accessed);
    stat.born = statx_time_of(inode->born);
    stat.changed = statx_time_of(inode->changed);
    stat.modified = statx_time_of(inode->modified);
    if (inode_is(inode, S_IFCHR)) {
        stat.rdev_major = (uint32_t)(inode->rdev >> 8);
        stat.rdev_minor = inode->rdev & 0xff;
    }
    stat.device_minor = inode->filesystem;
    return user_put(to, stat) ? 0 : -EFAULT;
}

int64_t sys_statx(const uint64_t *a)
{
    uint64_t known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE;
    struct inode *inode;
    int64_t result;

    if ((uint32_t)a[3] & STATX_RESERVED || (uint32_t)a[2] & ~known || (a[2] & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    result = at_find(a[0], a[1], at_flags(a[2]), &inode);
    if (result)
        return result;
    result = put_statx(inode, a[4]);
    inode_release(inode);
    return result;
}

/* The program is root: it may read and write everything, and execute what has an x bit at all. */
static int64_t access_at(uint64_t fd, uint64_t text, uint64_t mode, uint32_t flags)
{
    struct inode *inode;
    int64_t result = (uint32_t)mode & ~(uint32_t)(R_OK | W_OK | X_OK) ? -EINVAL : at_find(fd, text, flags, &inode);

    if (result)
        return result;
    if (mode & X_OK && !inode_is(inode, S_IFDIR) && !(inode->mode & MODE_EXECUTE))
        result = -EACCES;
    inode_release(inode);
    return result;
}

int64_t sys_access(const uint64_t *a)
{
    return access_at((uint64_t)AT_FDCWD, a[0], a[1], PATH_FOLLOW);
}

int64_t sys_faccessat(const uint64_t *a)
{
    return access_at(a[0], a[1], a[2], PATH_FOLLOW);
}

int64_t sys_faccessat2(const uint64_t *a)
{
    if (a[3] & ~(uint64_t)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return access_at(a[0], a[1], a[2], at_flags(a[3]));
}

static int64_t put_statfs(const struct inode *inode, uint64_t to)
{
    struct abi_statfs stat;
    enum filesystem filesystem = inode->filesystem;

    bytes_fill(&stat, 0, sizeof stat);
    stat.type = filesystem == FILESYSTEM_PROC   ? PROC_MAGIC
                : filesystem == FILESYSTEM_SYS  ? SYSFS_MAGIC
                : filesystem == FILESYSTEM_PIPE ? PIPEFS_MAGIC
                                                : TMPFS_MAGIC;
    stat.block_size = stat.fragment_size = LAYOUT_FRAME_SIZE;
    stat.name_max = NAME_MAX;
    stat.flags = ST_VALID | ST_NOATIME;
    stat.id[0] = (int32_t)filesystem;
    if (stat.type == TMPFS_MAGIC) {
        stat.blocks = filepage_total();
        stat.blocks_free = stat.blocks_available = filepage_left();
        stat.files = stat.blocks;
        stat.files_free = stat.blocks_free;
    }
    return user_put(to, stat) ? 0 : -EFAULT;
}

int64_t sys_statfs(const uint64_t *a)
{
    struct inode *inode;
    int64_t result = at_find((uint64_t)AT_FDCWD, a[0], PATH_FOLLOW, &inode);

    if (result)
        return result;
    result = put_statfs(inode, a[1]);
    inode_release(inode);
    return result;
}

int64_t sys_fstatfs(const uint64_t *a)
{
    struct file *file = file_get_any(a[0]);

    return file ? put_statfs(file->inode, a[1]) : -EBADF;
}
