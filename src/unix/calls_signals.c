/* SPDX-License-Identifier: Apache-2.0 */
/* What programs do with signals: signal(7). */
#include "clock.h"
#include "errno.h"
#include "program.h"
#include "signal_frame.h"
#include "signals.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"
#include "wait.h"

#define SET_SIZE 8u /* sizeof(sigset_t) of the kernel */
#define FLAGS_KNOWN \
    (7ull | SA_RESTORER | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND) /* 7: NOCLDSTOP NOCLDWAIT SIGINFO */

static bool is_signal(int32_t number)
{
    return number >= 1 && number <= SIGNAL_MAX;
}

int64_t sys_rt_sigaction(const uint64_t *a)
{
    int32_t number = (int32_t)a[0];
    struct signal_action old, new;

    if (a[3] != SET_SIZE || !is_signal(number) || (a[1] && SIGNAL_BIT(number) & SIGNAL_UNBLOCKABLE))
        return -EINVAL;
    old = *signal_action(number);
    if (a[1]) {
        if (!user_get(new, a[1]))
            return -EFAULT;
        new.flags &= FLAGS_KNOWN;
        new.mask &= ~SIGNAL_UNBLOCKABLE;
        *signal_action(number) = new;
        signal_action_changed(number);
    }
    return !a[2] || user_put(a[2], old) ? 0 : -EFAULT;
}

int64_t sys_rt_sigprocmask(const uint64_t *a)
{
    enum { BLOCK, UNBLOCK, SETMASK };
    uint64_t old = current->signals.blocked, set;

    if (a[3] != SET_SIZE)
        return -EINVAL;
    if (a[1]) {
        if (!user_get(set, a[1]))
            return -EFAULT;
        switch ((int32_t)a[0]) {
        case BLOCK:
            signal_block(old | set);
            break;
        case UNBLOCK:
            signal_block(old & ~set);
            break;
        case SETMASK:
            signal_block(set);
            break;
        default:
            return -EINVAL;
        }
    }
    return !a[2] || user_put(a[2], old) ? 0 : -EFAULT;
}

int64_t sys_rt_sigpending(const uint64_t *a)
{
    uint64_t set = signals_pending() & current->signals.blocked;

    if (a[1] > SET_SIZE)
        return -EINVAL;
    return user_write(a[0], &set, a[1]) ? 0 : -EFAULT;
}

int64_t sys_rt_sigreturn(const uint64_t *a)
{
    struct trap_frame *frame = syscall_frame(a);

    frame->vector = 0; /* what RAX holds now is the program's and no result */
    current->work |= WORK_FRAME;
    if (!signal_frame_pop(frame))
        signal_force(SIGSEGV, NULL);
    return (int64_t)frame->rax;
}

int64_t sys_sigaltstack(const uint64_t *a)
{
    uint64_t rsp = syscall_frame(a)->rsp;
    struct signal_stack old = signal_stack_get(rsp), new;
    int64_t result = 0;

    if (a[0]) {
        if (!user_get(new, a[0]))
            return -EFAULT;
        result = signal_stack_set(&new, rsp);
    }
    return result || !a[1] || user_put(a[1], old) ? result : -EFAULT;
}

/* Waits for a signal to be handled. */
static int64_t suspend(void)
{
    static struct wait_queue sleepers;

    while (wait_on(&sleepers, WAIT_FOREVER) != WAIT_INTERRUPTED)
        ;
    return -EINTR;
}

int64_t sys_pause(const uint64_t *a)
{
    (void)a;
    return suspend();
}

int64_t sys_rt_sigsuspend(const uint64_t *a)
{
    uint64_t set;

    if (a[1] != SET_SIZE)
        return -EINVAL;
    if (!user_get(set, a[0]))
        return -EFAULT;
    signal_block_for_now(set);
    return suspend();
}

static int64_t wait_for(uint64_t set, uint64_t deadline, struct siginfo *info)
{
    static struct wait_queue sleepers;
    enum wait_result result = WAIT_WOKEN;
    int number;

    for (;;) {
        number = signal_take(set, info);
        if (number)
            return number;
        if (result == WAIT_TIMEOUT)
            return -EAGAIN;
        if (result == WAIT_INTERRUPTED)
            return -EINTR;
        current->signals.waited = set;
        result = wait_on(&sleepers, deadline);
        current->signals.waited = 0;
    }
}

int64_t sys_rt_sigtimedwait(const uint64_t *a)
{
    struct timespec t;
    struct siginfo info;
    uint64_t set, ns, deadline = WAIT_FOREVER;
    int64_t number;

    if (a[3] != SET_SIZE)
        return -EINVAL;
    if (!user_get(set, a[0]) || (a[2] && !user_get(t, a[2])))
        return -EFAULT;
    if (a[2]) {
        if (!clock_from_timespec(&t, &ns))
            return -EINVAL;
        deadline = ns ? clock_monotonic() + ns : 0;
    }
    number = wait_for(set & ~SIGNAL_UNBLOCKABLE, deadline, &info);
    return number <= 0 || !a[1] || user_put(a[1], info) ? number : -EFAULT;
}

static struct siginfo info_from(int32_t code)
{
    return (struct siginfo){ .code = code, .sent = { .pid = PROGRAM_PID } };
}

static int64_t send(struct thread *thread, int32_t number, const struct siginfo *info)
{
    if (number < 0 || number > SIGNAL_MAX)
        return -EINVAL;
    if (!number)
        return 0;
    return signal_raise(thread, number, info) ? 0 : -EAGAIN;
}

/* 0, -1's everybody else, and the program's group are the program: there is nobody else. */
int64_t sys_kill(const uint64_t *a)
{
    struct siginfo info = info_from(SI_USER);
    int32_t pid = (int32_t)a[0];

    if ((int32_t)a[1] < 0 || (int32_t)a[1] > SIGNAL_MAX)
        return -EINVAL;
    if (pid != PROGRAM_PID && pid != 0 && pid != -PROGRAM_PID)
        return -ESRCH;
    return send(NULL, (int32_t)a[1], &info);
}

static int64_t send_to(int32_t pid, int32_t tid, int32_t number, const struct siginfo *info)
{
    struct thread *thread;

    if (pid <= 0 || tid <= 0)
        return -EINVAL;
    thread = thread_find(tid);
    return thread && pid == PROGRAM_PID ? send(thread, number, info) : -ESRCH;
}

int64_t sys_tkill(const uint64_t *a)
{
    struct siginfo info = info_from(SI_TKILL);

    return send_to(PROGRAM_PID, (int32_t)a[0], (int32_t)a[1], &info);
}

int64_t sys_tgkill(const uint64_t *a)
{
    struct siginfo info = info_from(SI_TKILL);

    return send_to((int32_t)a[0], (int32_t)a[1], (int32_t)a[2], &info);
}

int64_t sys_rt_sigqueueinfo(const uint64_t *a)
{
    struct siginfo info;

    if (!user_get(info, a[2]))
        return -EFAULT;
    return (int32_t)a[0] == PROGRAM_PID ? send(NULL, (int32_t)a[1], &info) : -ESRCH;
}

int64_t sys_rt_tgsigqueueinfo(const uint64_t *a)
{
    struct siginfo info;

    if (!user_get(info, a[3]))
        return -EFAULT;
    return send_to((int32_t)a[0], (int32_t)a[1], (int32_t)a[2], &info);
}
