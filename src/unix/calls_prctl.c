/* SPDX-License-Identifier: Apache-2.0 */
/* prctl(2): a thread's name, and settings that are kept and given back where nothing here depends on them. */
#include "errno.h"
#include "program.h"
#include "runtime/bytes.h"
#include "signals.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"

enum option {
    PR_SET_PDEATHSIG = 1,
    PR_GET_PDEATHSIG,
    PR_GET_DUMPABLE,
    PR_SET_DUMPABLE,
    PR_GET_KEEPCAPS = 7,
    PR_SET_KEEPCAPS,
    PR_SET_NAME = 15,
    PR_GET_NAME,
    PR_GET_SECCOMP = 21,
    PR_CAPBSET_READ = 23,
    PR_CAPBSET_DROP,
    PR_GET_TSC,
    PR_GET_SECUREBITS = 27,
    PR_SET_TIMERSLACK = 29,
    PR_GET_TIMERSLACK,
    PR_SET_NO_NEW_PRIVS = 38,
    PR_GET_NO_NEW_PRIVS,
    PR_GET_TID_ADDRESS,
    PR_SET_THP_DISABLE,
    PR_GET_THP_DISABLE,
};

#define CAPABILITY_LAST 40u
#define TSC_ENABLE 1 /* the program may read the time-stamp counter */

static int64_t set_name(uint64_t from)
{
    char name[THREAD_NAME_SIZE] = "";
    int64_t length = user_text(name, from, sizeof name);

    if (length < 0 && length != -ENAMETOOLONG) /* a longer one is cut off */
        return length;
    name[sizeof name - 1] = 0;
    bytes_copy(current->name, name, sizeof name);
    return 0;
}

static int64_t set_flag(uint32_t *flag, uint64_t to)
{
    if (to > 1)
        return -EINVAL;
    *flag = (uint32_t)to;
    return 0;
}

static int64_t set(enum option option, uint64_t value)
{
    switch (option) {
    case PR_SET_PDEATHSIG:
        if (value > SIGNAL_MAX)
            return -EINVAL;
        program.settings.death_signal = (uint32_t)value;
        return 0;
    case PR_SET_DUMPABLE:
        return set_flag(&program.settings.dumpable, value);
    case PR_SET_KEEPCAPS:
        return set_flag(&program.settings.keep_capabilities, value);
    case PR_SET_NO_NEW_PRIVS:
        return value == 1 ? set_flag(&program.settings.no_new_privileges, value) : -EINVAL; /* there is no way back */
    case PR_SET_THP_DISABLE:
        return set_flag(&program.settings.no_huge_pages, value != 0);
    case PR_SET_TIMERSLACK:
        program.settings.slack = value ? value : PROGRAM_SLACK_NS;
        return 0;
    case PR_SET_NAME:
        return set_name(value);
    case PR_CAPBSET_DROP:
        return value <= CAPABILITY_LAST ? 0 : -EINVAL;
    default:
        return -EINVAL;
    }
}

static int64_t put(uint64_t to, const void *from, uint64_t size)
{
    return user_write(to, from, size) ? 0 : -EFAULT;
}

int64_t sys_prctl(const uint64_t *a)
{
    const uint32_t tsc = TSC_ENABLE;

    switch ((enum option)a[0]) {
    case PR_GET_PDEATHSIG:
        return put(a[1], &program.settings.death_signal, sizeof program.settings.death_signal);
    case PR_GET_DUMPABLE:
        return program.settings.dumpable;
    case PR_GET_KEEPCAPS:
        return program.settings.keep_capabilities;
    case PR_GET_NAME:
        return put(a[1], current->name, sizeof current->name);
    case PR_GET_SECCOMP:
    case PR_GET_SECUREBITS:
        return 0;
    case PR_CAPBSET_READ:
        return a[1] <= CAPABILITY_LAST ? 1 : -EINVAL;
    case PR_GET_TSC:
        return put(a[1], &tsc, sizeof tsc);
    case PR_GET_TIMERSLACK:
        return (int64_t)program.settings.slack;
    case PR_GET_NO_NEW_PRIVS:
        return program.settings.no_new_privileges;
    case PR_GET_TID_ADDRESS:
        return put(a[1], &current->clear_child_tid, sizeof current->clear_child_tid);
    case PR_GET_THP_DISABLE:
        return program.settings.no_huge_pages;
    default:
        return set((enum option)a[0], a[1]);
    }
}
