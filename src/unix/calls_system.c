/* SPDX-License-Identifier: Apache-2.0 */
/* What a program asks about the system, and small settings that it makes for itself. */
#include "clock.h"
#include "errno.h"
#include "kernel/ledger.h"
#include "program.h"
#include "random.h"
#include "runtime/bytes.h"
#include "runtime/range.h"
#include "syscalls.h"
#include "thread.h"
#include "uname.h"
#include "user.h"
#include "x86_64/layout.h"

/* As they lie in the program's memory. */
struct utsname {
    char system[65], node[65], release[65], version[65], machine[65], domain[65];
};
struct sysinfo {
    int64_t uptime;
    uint64_t loads[3], total, free, shared, buffers, swap_total, swap_free;
    uint16_t processes;
    uint64_t high_total, high_free;
    uint32_t unit;
};

_Static_assert(sizeof(struct utsname) == 390 && sizeof(struct sysinfo) == 112, "Linux");

int64_t sys_uname(const uint64_t *a)
{
    static const struct utsname names = { UNAME_SYSTEM,  UNAME_NODE,    UNAME_RELEASE,
                                          UNAME_VERSION, UNAME_MACHINE, UNAME_DOMAIN };

    return user_put(a[0], names) ? 0 : -EFAULT;
}

int64_t sys_sysinfo(const uint64_t *a)
{
    struct sysinfo info;

    bytes_fill(&info, 0, sizeof info);
    info.uptime = (int64_t)(clock_monotonic() / CLOCK_SECOND);
    info.total = ledger_total(&ledger) * LAYOUT_FRAME_SIZE;
    info.free = ledger.frames[OWNER_FREE] * LAYOUT_FRAME_SIZE;
    info.processes = (uint16_t)threads_count;
    info.unit = 1;
    return user_put(a[0], info) ? 0 : -EFAULT;
}

#define RANDOM_FLAGS 7u /* GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE */
#define RANDOM_CONTRARY 6u /* the latter two exclude each other */
#define RANDOM_MOST 0x7fffffffull /* bytes a call, as Linux */

int64_t sys_getrandom(const uint64_t *a)
{
    uint64_t size = range_min(a[1], RANDOM_MOST), done = 0, part;
    uint8_t bytes[256];
    bool good = true;

    if (a[2] & ~(uint64_t)RANDOM_FLAGS || (a[2] & RANDOM_CONTRARY) == RANDOM_CONTRARY)
        return -EINVAL;
    for (; done < size; done += part) {
        part = range_min(size - done, sizeof bytes);
        random_fill(bytes, part);
        good = user_write(a[0] + done, bytes, part);
        if (!good)
            break;
    }
    bytes_fill(bytes, 0, sizeof bytes);
    return done || good ? (int64_t)done : -EFAULT;
}

int64_t sys_personality(const uint64_t *a)
{
    uint32_t old = program.personality;

    if ((uint32_t)a[0] != UINT32_MAX) /* which asks */
        program.personality = (uint32_t)a[0];
    return old;
}

/* ---- capabilities: root has all, others have none (capabilities(7)) */

#define CAPABILITY_LAST 40u /* CAP_CHECKPOINT_RESTORE */
#define CAPABILITIES ((2ull << CAPABILITY_LAST) - 1)
#define CAPABILITY_V1 0x19980330u
#define CAPABILITY_V2 0x20071026u
#define CAPABILITY_V3 0x20080522u

struct capability_head {
    uint32_t version, pid;
};
struct capability_data {
    uint32_t effective, permitted, inheritable;
};

/* How many structs follow the head; an unknown version is answered with ours, and 0. */
static int64_t capability_count(uint64_t at, uint32_t *count)
{
    const uint32_t ours = CAPABILITY_V3;
    struct capability_head head;

    if (!user_get(head, at))
        return -EFAULT;
    *count = head.version == CAPABILITY_V1 ? 1 : head.version == CAPABILITY_V2 || head.version == CAPABILITY_V3 ? 2 : 0;
    if (!*count)
        return user_put(at, ours) ? -EINVAL : -EFAULT;
    return head.pid == 0 || head.pid == PROGRAM_PID ? 0 : -ESRCH;
}

int64_t sys_capget(const uint64_t *a)
{
    uint64_t have = program.ids.euid == 0 ? CAPABILITIES : 0;
    struct capability_data data[2] = { { (uint32_t)have, (uint32_t)have, 0 },
                                       { (uint32_t)(have >> 32), (uint32_t)(have >> 32), 0 } };
    uint32_t count;
    int64_t error = capability_count(a[0], &count);

    if (error == -EINVAL && !a[1]) /* that is how a program asks for the version */
        return 0;
    if (error)
        return error;
    return user_write(a[1], data, count * sizeof *data) ? 0 : -EFAULT;
}

int64_t sys_capset(const uint64_t *a)
{
    struct capability_data data[2] = { { 0 } };
    uint32_t count;
    int64_t error = capability_count(a[0], &count);

    if (error)
        return error;
    if (!user_read(data, a[1], count * sizeof *data))
        return -EFAULT;
    return program.ids.euid == 0 ? 0 : -EPERM; /* nothing depends on them */
}

/* ---- priorities: kept, for one CPU's threads are all equal */

#define PRIORITY_PROCESS 0
#define PRIORITY_USER 2

static int64_t check_priority(const uint64_t *a)
{
    if ((int32_t)a[0] < PRIORITY_PROCESS || (int32_t)a[0] > PRIORITY_USER)
        return -EINVAL;
    if (a[0] == PRIORITY_USER ? (uint32_t)a[1] != 0 && (uint32_t)a[1] != program.ids.uid :
                                (uint32_t)a[1] != 0 && !thread_find((int32_t)a[1]))
        return -ESRCH;
    return 0;
}

int64_t sys_getpriority(const uint64_t *a)
{
    int64_t error = check_priority(a);

    return error ? error : 20 - program.settings.nice; /* the call's value is never negative: 1 to 40 */
}

int64_t sys_setpriority(const uint64_t *a)
{
    int32_t to = (int32_t)a[2] < -20 ? -20 : (int32_t)a[2] > 19 ? 19 : (int32_t)a[2];
    int64_t error = check_priority(a);

    if (!error && to < program.settings.nice && program.ids.euid != 0)
        error = -EACCES;
    if (!error)
        program.settings.nice = to;
    return error;
}
