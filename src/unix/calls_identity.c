/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who the program is: process 1 of one, the leader of its group and session, root at first.  Its user and group numbers
 * change as Linux lets root and others change them; files are not guarded by them.
 */
#include "errno.h"
#include "program.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"

#define SAME UINT32_MAX /* -1: leave it as it is */

int64_t sys_getpid(const uint64_t *a)
{
    (void)a;
    return PROGRAM_PID;
}

/* Nobody started it. */
int64_t sys_getppid(const uint64_t *a)
{
    (void)a;
    return 0;
}

int64_t sys_getpgrp(const uint64_t *a)
{
    (void)a;
    return PROGRAM_PID;
}

static bool is_self(uint64_t pid)
{
    return (uint32_t)pid == 0 || (uint32_t)pid == PROGRAM_PID;
}

int64_t sys_getpgid(const uint64_t *a)
{
    return is_self(a[0]) ? PROGRAM_PID : -ESRCH;
}

int64_t sys_getsid(const uint64_t *a)
{
    return is_self(a[0]) ? PROGRAM_PID : -ESRCH;
}

/* A session's leader changes neither its group nor its session. */
int64_t sys_setpgid(const uint64_t *a)
{
    if ((int32_t)a[1] < 0)
        return -EINVAL;
    return is_self(a[0]) ? -EPERM : -ESRCH;
}

int64_t sys_setsid(const uint64_t *a)
{
    (void)a;
    return -EPERM;
}

int64_t sys_getuid(const uint64_t *a)
{
    (void)a;
    return program.ids.uid;
}

int64_t sys_geteuid(const uint64_t *a)
{
    (void)a;
    return program.ids.euid;
}

int64_t sys_getgid(const uint64_t *a)
{
    (void)a;
    return program.ids.gid;
}

int64_t sys_getegid(const uint64_t *a)
{
    (void)a;
    return program.ids.egid;
}

static int64_t put_three(const uint64_t *a, uint32_t real, uint32_t effective, uint32_t saved)
{
    return user_put(a[0], real) && user_put(a[1], effective) && user_put(a[2], saved) ? 0 : -EFAULT;
}

int64_t sys_getresuid(const uint64_t *a)
{
    return put_three(a, program.ids.uid, program.ids.euid, program.ids.suid);
}

int64_t sys_getresgid(const uint64_t *a)
{
    return put_three(a, program.ids.gid, program.ids.egid, program.ids.sgid);
}

/* Real, effective, saved: of users or of groups. */
struct three {
    uint32_t real, effective, saved;
};

static struct three users(void)
{
    return (struct three){ program.ids.uid, program.ids.euid, program.ids.suid };
}

static struct three groups(void)
{
    return (struct three){ program.ids.gid, program.ids.egid, program.ids.sgid };
}

static void set_users(const struct three *to)
{
    program.ids.uid = to->real;
    program.ids.euid = program.ids.fsuid = to->effective;
    program.ids.suid = to->saved;
}

static void set_groups(const struct three *to)
{
    program.ids.gid = to->real;
    program.ids.egid = program.ids.fsgid = to->effective;
    program.ids.sgid = to->saved;
}

/* setresuid(2): who is not root may only exchange what there is. */
static bool may_be(const struct three *now, uint32_t id)
{
    return program.ids.euid == 0 || id == now->real || id == now->effective || id == now->saved;
}

static int64_t set_three(struct three *to, const struct three *now, const uint64_t *a)
{
    const uint32_t wanted[3] = { (uint32_t)a[0], (uint32_t)a[1], (uint32_t)a[2] };
    uint32_t *places[3] = { &to->real, &to->effective, &to->saved };

    *to = *now;
    for (int i = 0; i < 3; i++) {
        if (wanted[i] == SAME)
            continue;
        if (!may_be(now, wanted[i]))
            return -EPERM;
        *places[i] = wanted[i];
    }
    return 0;
}

/* setreuid(2): the saved one follows the effective one if the real one is set, or the effective one to another. */
static int64_t set_two(struct three *to, const struct three *now, const uint64_t *a)
{
    uint32_t real = (uint32_t)a[0], effective = (uint32_t)a[1];

    *to = *now;
    if (real != SAME && program.ids.euid != 0 && real != now->real && real != now->effective)
        return -EPERM;
    if (effective != SAME && !may_be(now, effective))
        return -EPERM;
    if (real != SAME)
        to->real = real;
    if (effective != SAME)
        to->effective = effective;
    if (real != SAME || (effective != SAME && effective != now->real))
        to->saved = to->effective;
    return 0;
}

/* setuid(2): root sets all three. */
static int64_t set_one(struct three *to, const struct three *now, uint32_t id)
{
    *to = *now;
    if (id == SAME)
        return -EINVAL;
    if (program.ids.euid == 0)
        *to = (struct three){ id, id, id };
    else if (id == now->real || id == now->saved)
        to->effective = id;
    else
        return -EPERM;
    return 0;
}

int64_t sys_setresuid(const uint64_t *a)
{
    struct three now = users(), to;
    int64_t error = set_three(&to, &now, a);

    if (!error)
        set_users(&to);
    return error;
}

int64_t sys_setresgid(const uint64_t *a)
{
    struct three now = groups(), to;
    int64_t error = set_three(&to, &now, a);

    if (!error)
        set_groups(&to);
    return error;
}

int64_t sys_setreuid(const uint64_t *a)
{
    struct three now = users(), to;
    int64_t error = set_two(&to, &now, a);

    if (!error)
        set_users(&to);
    return error;
}

int64_t sys_setregid(const uint64_t *a)
{
    struct three now = groups(), to;
    int64_t error = set_two(&to, &now, a);

    if (!error)
        set_groups(&to);
    return error;
}

int64_t sys_setuid(const uint64_t *a)
{
    struct three now = users(), to;
    int64_t error = set_one(&to, &now, (uint32_t)a[0]);

    if (!error)
        set_users(&to);
    return error;
}

int64_t sys_setgid(const uint64_t *a)
{
    struct three now = groups(), to;
    int64_t error = set_one(&to, &now, (uint32_t)a[0]);

    if (!error)
        set_groups(&to);
    return error;
}

/* setfsuid(2) returns the old one, whether it changes or not. */
int64_t sys_setfsuid(const uint64_t *a)
{
    struct three now = users();
    uint32_t old = program.ids.fsuid;

    if ((uint32_t)a[0] != SAME && (may_be(&now, (uint32_t)a[0]) || (uint32_t)a[0] == old))
        program.ids.fsuid = (uint32_t)a[0];
    return old;
}

int64_t sys_setfsgid(const uint64_t *a)
{
    struct three now = groups();
    uint32_t old = program.ids.fsgid;

    if ((uint32_t)a[0] != SAME && (may_be(&now, (uint32_t)a[0]) || (uint32_t)a[0] == old))
        program.ids.fsgid = (uint32_t)a[0];
    return old;
}

int64_t sys_getgroups(const uint64_t *a)
{
    int32_t room = (int32_t)a[0];

    if (room < 0)
        return -EINVAL;
    if (room == 0)
        return program.group_count;
    if ((uint32_t)room < program.group_count)
        return -EINVAL;
    if (!user_write(a[1], program.groups, program.group_count * sizeof *program.groups))
        return -EFAULT;
    return program.group_count;
}

int64_t sys_setgroups(const uint64_t *a)
{
    uint32_t list[PROGRAM_GROUPS_MAX], count = (uint32_t)a[0];

    if (program.ids.euid != 0)
        return -EPERM;
    if (count > PROGRAM_GROUPS_MAX)
        return -EINVAL;
    if (!user_read(list, a[1], count * sizeof *list))
        return -EFAULT;
    for (uint32_t i = 0; i < count; i++)
        program.groups[i] = list[i];
    program.group_count = count;
    return 0;
}
