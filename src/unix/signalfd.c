/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signalfd: pending signals of a set, read as records.  Which signals those are is asked of the thread that reads or
 * polls; whoever waits is woken by any signal that comes, while there is a signalfd (signals_watched).
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "kernel/kheap.h"
#include "signals.h"
#include "syscalls.h"
#include "user.h"

#define SET_SIZE 8u /* sizeof(sigset_t) of the kernel */

struct signalfd {
    uint64_t set;
};

/* As struct signalfd_siginfo lies in the program's memory. */
struct record {
    uint32_t number;
    int32_t error, code;
    uint32_t pid, uid;
    int32_t fd;
    uint32_t timer, band, overrun, trap;
    int32_t status, value;
    uint64_t pointer, user_time, system_time, address;
    uint8_t pad[48];
};
_Static_assert(sizeof(struct record) == 128, "Linux");

static struct record record_of(const struct siginfo *info)
{
    struct record r = { .number = (uint32_t)info->number, .error = info->error, .code = info->code };

    if (info->code == SI_TIMER) {
        r.timer = (uint32_t)info->timer.id;
        r.overrun = (uint32_t)info->timer.overrun;
        r.pointer = info->timer.value;
    } else if (info->code > SI_USER && info->code < SI_KERNEL) {
        r.address = info->fault.address;
    } else if (info->code != SI_KERNEL) {
        r.pid = (uint32_t)info->sent.pid;
        r.uid = (uint32_t)info->sent.uid;
        r.pointer = info->code == SI_QUEUE ? info->sent.value : 0;
    }
    r.value = (int32_t)r.pointer;
    return r;
}

/* The number of a signal that was taken; -EAGAIN, -ERESTART. */
static int64_t take(const struct file *file, struct siginfo *info)
{
    const struct signalfd *s = file->data;
    int number;

    while (!(number = signal_take(s->set, info))) {
        if (file->flags & O_NONBLOCK)
            return -EAGAIN;
        if (wait_on(&files_changed, WAIT_FOREVER) == WAIT_INTERRUPTED && !(signals_pending() & s->set))
            return -ERESTART;
    }
    return number;
}

static int64_t signalfd_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    const struct signalfd *s = file->data;
    uint64_t room = to->left / sizeof(struct record), done = 0;
    int64_t result = room ? 0 : -EINVAL;

    (void)offset;
    while (done < room && !result && (!done || signals_pending() & s->set)) {
        struct siginfo info;
        struct record r;

        result = take(file, &info);
        if (result < 0)
            break;
        r = record_of(&info);
        result = transfer_put(to, &r, sizeof r) == sizeof r ? 0 : -EFAULT;
        done += !result;
    }
    return done ? (int64_t)(done * sizeof(struct record)) : result;
}

static uint32_t signalfd_poll(struct file *file)
{
    return signals_pending() & ((const struct signalfd *)file->data)->set ? POLLIN : 0;
}

static void signalfd_release(struct file *file)
{
    signals_watched--;
    (void)!kheap_delete(file->data, sizeof(struct signalfd));
}

static const struct file_ops signalfd_ops = { .read = signalfd_read, .poll = signalfd_poll,
                                              .release = signalfd_release };

static int64_t create(uint64_t set, uint32_t flags)
{
    struct signalfd *s = kheap_new(sizeof *s);
    struct file *file;
    int64_t result = s ? file_new(0600, O_RDWR | (flags & O_NONBLOCK), &signalfd_ops, s, &file) : -ENOMEM;

    if (result) {
        if (s)
            (void)!kheap_delete(s, sizeof *s);
        return result;
    }
    s->set = set;
    signals_watched++;
    return fd_install(file, 0, flags & O_CLOEXEC);
}

/* Another set for one that there is. */
static int64_t change(uint64_t fd, uint64_t set)
{
    struct file *file = file_get(fd);

    if (!file || file->ops != &signalfd_ops)
        return file ? -EINVAL : -EBADF;
    ((struct signalfd *)file->data)->set = set;
    file_changed();
    return (int64_t)fd;
}

static int64_t signalfd(const uint64_t *a, uint64_t flags)
{
    uint64_t set;

    if (a[2] != SET_SIZE || (uint32_t)flags & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    if (!user_get(set, a[1]))
        return -EFAULT;
    set &= ~SIGNAL_UNBLOCKABLE;
    return (int32_t)a[0] == -1 ? create(set, (uint32_t)flags) : change(a[0], set);
}

int64_t sys_signalfd(const uint64_t *a)
{
    return signalfd(a, 0);
}

int64_t sys_signalfd4(const uint64_t *a)
{
    return signalfd(a, a[3]);
}
