/* SPDX-License-Identifier: Apache-2.0 */
/* A memfd is a regular file that never had a name.  Without MFD_ALLOW_SEALING its seals are sealed from the start. */
#include "memfd.h"

#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "seal.h"
#include "syscalls.h"
#include "user.h"

#define MEMFD_NAME_MAX 249 /* NAME_MAX without "memfd:" */
#define SEAL_ABLE (1ull << 63) /* inode->rdev of a memfd, which is no device */

int64_t sys_memfd_create(const uint64_t *a)
{
    char name[MEMFD_NAME_MAX + 1];
    int64_t length = user_text(name, a[0], sizeof name), result;
    struct inode *inode;
    struct file *file;

    if ((uint32_t)a[1] & ~(uint32_t)(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC))
        return -EINVAL;
    if (length < 0)
        return length == -ENAMETOOLONG ? -EINVAL : length;
    inode = inode_new(S_IFREG | (a[1] & MFD_NOEXEC_SEAL ? 0666 : 0777), FILESYSTEM_ROOT);
    if (!inode)
        return -ENOMEM;
    inode->rdev = SEAL_ABLE;
    inode->seals = a[1] & (MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL) ? 0 : F_SEAL_SEAL;
    inode_touch(inode, TOUCH_ACCESSED | TOUCH_MODIFIED | TOUCH_CHANGED | TOUCH_BORN);
    result = file_open(inode, O_RDWR | O_LARGEFILE, &file);
    inode_release(inode);
    return result ? result : fd_install(file, 0, a[1] & MFD_CLOEXEC);
}

static bool is_memfd(const struct file *file)
{
    return inode_is(file->inode, S_IFREG) && file->inode->rdev == SEAL_ABLE;
}

int64_t memfd_seal(struct file *file, uint32_t seals)
{
    if (!is_memfd(file) || seals & ~F_SEAL_ALL)
        return -EINVAL;
    if (!file_writable(file) || file->inode->seals & F_SEAL_SEAL)
        return -EPERM;
    file->inode->seals |= seals;
    return 0;
}

int64_t memfd_seals(const struct file *file)
{
    return is_memfd(file) ? (int64_t)file->inode->seals : -EINVAL;
}
