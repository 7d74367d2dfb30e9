/* SPDX-License-Identifier: Apache-2.0 */
/* Calls about threads themselves. */
#include "errno.h"
#include "program.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"

#define MEMBARRIER_ALL 0x7fu /* a bit a command, from GLOBAL to REGISTER_PRIVATE_EXPEDITED_SYNC_CORE */

enum { ARCH_SET_GS = 0x1001, ARCH_SET_FS, ARCH_GET_FS, ARCH_GET_GS };

int64_t sys_gettid(const uint64_t *a)
{
    (void)a;
    return current->tid;
}

int64_t sys_sched_yield(const uint64_t *a)
{
    (void)a;
    thread_yield();
    return 0;
}

int64_t sys_exit(const uint64_t *a)
{
    thread_exit((int)(a[0] & 0xff));
}

static int64_t set_base(uint64_t *base, uint32_t msr, uint64_t address)
{
    if (address >= LAYOUT_USER_LIMIT)
        return -EPERM;
    *base = address;
    cpu_msr_set(msr, address);
    return 0;
}

int64_t sys_arch_prctl(const uint64_t *a)
{
    switch ((uint32_t)a[0]) {
    case ARCH_SET_FS:
        return set_base(&current->fs_base, MSR_FS_BASE, a[1]);
    case ARCH_SET_GS:
        return set_base(&current->gs_base, MSR_GS_BASE, a[1]);
    case ARCH_GET_FS:
        return user_put(a[1], current->fs_base) ? 0 : -EFAULT;
    case ARCH_GET_GS:
        return user_put(a[1], current->gs_base) ? 0 : -EFAULT;
    default:
        return -EINVAL;
    }
}

int64_t sys_set_tid_address(const uint64_t *a)
{
    current->clear_child_tid = a[0];
    return current->tid;
}

int64_t sys_getcpu(const uint64_t *a)
{
    uint32_t zero = 0;

    return (!a[0] || user_put(a[0], zero)) && (!a[1] || user_put(a[1], zero)) ? 0 : -EFAULT;
}

/* One CPU orders a program's own accesses anyway. */
int64_t sys_membarrier(const uint64_t *a)
{
    if ((uint32_t)a[1])
        return -EINVAL;
    if (!(uint32_t)a[0])
        return MEMBARRIER_ALL;
    return (a[0] & MEMBARRIER_ALL) == (uint32_t)a[0] && !(a[0] & (a[0] - 1)) ? 0 : -EINVAL;
}
