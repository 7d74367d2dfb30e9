/* SPDX-License-Identifier: Apache-2.0 */
/* eventfd: a counter that a write adds to and a read takes, all of it or (EFD_SEMAPHORE) one. */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "kernel/kheap.h"
#include "syscalls.h"

#define COUNT_MAX (UINT64_MAX - 1)

struct eventfd {
    uint64_t count;
    bool semaphore;
};

/* -EAGAIN, -ERESTART; 0: look again. */
static int64_t wait_for_change(const struct file *file)
{
    if (file->flags & O_NONBLOCK)
        return -EAGAIN;
    return wait_on(&files_changed, WAIT_FOREVER) == WAIT_INTERRUPTED ? -ERESTART : 0;
}

static int64_t eventfd_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    struct eventfd *event = file->data;
    uint64_t value;
    int64_t result = 0;

    (void)offset;
    if (to->left < sizeof value)
        return -EINVAL;
    while (!event->count && !result)
        result = wait_for_change(file);
    if (result)
        return result;
    value = event->semaphore ? 1 : event->count;
    event->count -= value;
    file_changed();
    return transfer_put(to, &value, sizeof value) == sizeof value ? (int64_t)sizeof value : -EFAULT;
}

static int64_t eventfd_write(struct file *file, struct transfer *from, uint64_t *offset)
{
    struct eventfd *event = file->data;
    uint64_t value;
    int64_t result = 0;

    (void)offset;
    if (from->left < sizeof value)
        return -EINVAL;
    if (transfer_get(from, &value, sizeof value) != sizeof value)
        return -EFAULT;
    if (value > COUNT_MAX)
        return -EINVAL;
    while (value > COUNT_MAX - event->count && !result)
        result = wait_for_change(file);
    if (result)
        return result;
    event->count += value;
    file_changed();
    return sizeof value;
}

static uint32_t eventfd_poll(struct file *file)
{
    const struct eventfd *event = file->data;

    return (event->count ? POLLIN : 0) | (event->count < COUNT_MAX ? POLLOUT : 0);
}

static void eventfd_release(struct file *file)
{
    (void)!kheap_delete(file->data, sizeof(struct eventfd));
}

static const struct file_ops eventfd_ops = { eventfd_read, eventfd_write, eventfd_poll, NULL, eventfd_release, false };

static int64_t create(uint64_t value, uint64_t flags)
{
    struct eventfd *event;
    struct file *file;
    int64_t result;

    if ((uint32_t)flags & ~(uint32_t)(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    event = kheap_new(sizeof *event);
    result = event ? file_new(0600, O_RDWR | (uint32_t)(flags & O_NONBLOCK), &eventfd_ops, event, &file) : -ENOMEM;
    if (result) {
        if (event)
            (void)!kheap_delete(event, sizeof *event);
        return result;
    }
    *event = (struct eventfd){ (uint32_t)value, flags & EFD_SEMAPHORE };
    return fd_install(file, 0, flags & O_CLOEXEC);
}

int64_t sys_eventfd(const uint64_t *a)
{
    return create(a[0], 0);
}

int64_t sys_eventfd2(const uint64_t *a)
{
    return create(a[0], a[1]);
}
