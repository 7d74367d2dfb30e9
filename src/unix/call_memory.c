/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of list_memory.h: arguments from the program, files from descriptors; the rest is space.h's. */
#include <stddef.h>

#include "unix/abi_file.h"
#include "unix/errno.h"
#include "unix/file.h"
#include "unix/seal.h"
#include "unix/space.h"
#include "unix/space_lock.h"
#include "unix/syscalls.h"
#include "unix/user.h"
#include "x86_64/layout.h"

#define PAGE_MASK (LAYOUT_FRAME_SIZE - 1ull)
#define HUGETLB_SHIFT 26 /* of the flags: log2 of the size that is asked for, 0 for the usual one */
#define HUGETLB_BITS 0x3f
#define HUGETLB_2M 21
#define HUGETLB_1G 30
#define ZERO_DEVICE 0x105 /* /dev/zero: 1, 5 */
#define LOCK_ONFAULT 1

static int64_t map_hugetlb(uint64_t flags)
{
    uint64_t size = flags >> HUGETLB_SHIFT & HUGETLB_BITS;

    /* Pages that are kept for it: none. */
    return size == 0 || size == HUGETLB_2M || size == HUGETLB_1G ? -ENOMEM : -EINVAL;
}

/* What the descriptor lets the request be; its checks come after those of the address. */
static void look_at_file(struct space_request *r, const struct file *file)
{
    struct inode *inode = file->inode;

    if (inode_is(inode, S_IFCHR) && inode->rdev == ZERO_DEVICE) {
        r->flags |= SPACE_MAP_ANONYMOUS;
        return;
    }
    r->file = inode;
    r->may_read = file_readable(file);
    r->may_write = file_writable(file);
    r->no_device = !inode_is(inode, S_IFREG) || inode->ops || inode_is_fixed(inode);
    if (inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) && r->may_write &&
        (r->flags & SPACE_MAP_TYPE) != SPACE_MAP_PRIVATE) {
        r->may_write = false;
        r->sealed = true;
    }
}

int64_t sys_mmap(const uint64_t *a)
{
    struct space_request r = { .address = a[0], .length = a[1], .prot = (uint32_t)a[2], .flags = (uint32_t)a[3],
                               .offset = a[5], .may_read = true, .may_write = true };

    if (a[5] & PAGE_MASK)
        return -EINVAL;
    if (a[3] & SPACE_MAP_ANONYMOUS) {
        r.offset = 0;
        return a[3] & SPACE_MAP_HUGETLB ? map_hugetlb(a[3]) : space_request(&r);
    } else {
        const struct file *file = file_get(a[4]);

        if (!file)
            return -EBADF;
        if (a[3] & SPACE_MAP_HUGETLB)
            return -EINVAL;
        look_at_file(&r, file);
        return space_request(&r);
    }
}

int64_t sys_mprotect(const uint64_t *a)
{
    return a[2] > UINT32_MAX ? -EINVAL : space_protect(a[0], a[1], (int)a[2]);
}

int64_t sys_munmap(const uint64_t *a)
{
    return space_unmap(a[0], a[1]);
}

int64_t sys_brk(const uint64_t *a)
{
    return space_brk(a[0]);
}

int64_t sys_mremap(const uint64_t *a)
{
    return a[3] > INT32_MAX ? -EINVAL : space_remap(a[0], a[1], a[2], (int)a[3], a[4]);
}

int64_t sys_msync(const uint64_t *a)
{
    return space_sync(a[0], a[1], (uint32_t)a[2]);
}

int64_t sys_mincore(const uint64_t *a)
{
    uint64_t pages = (a[1] >> LAYOUT_FRAME_SHIFT) + ((a[1] & PAGE_MASK) != 0);

    if (a[0] & PAGE_MASK)
        return -EINVAL;
    if (!user_range(a[0], a[1]))
        return -ENOMEM;
    if (!user_range(a[2], pages))
        return -EFAULT;
    for (uint64_t i = 0; i < pages; i++) {
        uint64_t page = a[0] + (i << LAYOUT_FRAME_SHIFT);
        uint8_t resident;

        if (!space_area(page))
            return -ENOMEM;
        resident = space_resident(page);
        if (!user_put(a[2] + i, resident))
            return -EFAULT;
    }
    return 0;
}

int64_t sys_madvise(const uint64_t *a)
{
    return space_advise(a[0], a[1], (int)a[2]);
}

int64_t sys_mlock(const uint64_t *a)
{
    return space_lock(a[0], a[1], false);
}

int64_t sys_mlock2(const uint64_t *a)
{
    return (uint32_t)a[2] & ~(uint32_t)LOCK_ONFAULT ? -EINVAL : space_lock(a[0], a[1], a[2] & LOCK_ONFAULT);
}

int64_t sys_munlock(const uint64_t *a)
{
    return space_unlock(a[0], a[1]);
}

int64_t sys_mlockall(const uint64_t *a)
{
    return space_lock_all((uint32_t)a[0]);
}

int64_t sys_munlockall(const uint64_t *a)
{
    (void)a;
    return space_unlock_all();
}
