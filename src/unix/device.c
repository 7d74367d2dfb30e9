/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "random.h"
#include "runtime/bytes.h"
#include "tty.h"

#define PIECE 256u

static int64_t null_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    (void)file, (void)to, (void)offset;
    return 0;
}

static int64_t null_write(struct file *file, struct transfer *from, uint64_t *offset)
{
    (void)file, (void)offset;
    return (int64_t)from->left;
}

static int64_t zero_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    uint64_t size = to->left, went = transfer_zeros(to, size);

    (void)file, (void)offset;
    return went || !size ? (int64_t)went : -EFAULT;
}

static int64_t full_write(struct file *file, struct transfer *from, uint64_t *offset)
{
    (void)file, (void)from, (void)offset;
    return -ENOSPC;
}

static int64_t random_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    uint8_t bytes[PIECE];
    uint64_t done = 0;

    (void)file, (void)offset;
    while (to->left) {
        uint64_t part = to->left < PIECE ? to->left : PIECE, went;

        random_fill(bytes, part);
        went = transfer_put(to, bytes, part);
        done += went;
        if (went < part)
            return done ? (int64_t)done : -EFAULT;
    }
    return (int64_t)done;
}

static uint32_t random_poll(struct file *file)
{
    (void)file;
    return POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
}

static const struct file_ops null_ops = { .read = null_read, .write = null_write, .seeks = true };
static const struct file_ops zero_ops = { .read = zero_read, .write = null_write, .seeks = true };
static const struct file_ops full_ops = { .read = zero_read, .write = full_write, .seeks = true };
static const struct file_ops random_ops = { .read = random_read, .write = null_write, .poll = random_poll,
                                            .seeks = true };

static int64_t device_open(struct inode *inode, struct file *file)
{
    file->ops = inode->data;
    return 0;
}

static const struct inode_ops device_inode = { .open = device_open };
static const struct inode_ops tty_inode = { .open = tty_open };

/* Numbers of Linux's Documentation/admin-guide/devices.txt. */
static const struct device {
    const char *name;
    const struct inode_ops *inode;
    const struct file_ops *file;
    uint8_t major, minor;
} devices[] = {
    { "null", &device_inode, &null_ops, 1, 3 },
    { "zero", &device_inode, &zero_ops, 1, 5 },
    { "full", &device_inode, &full_ops, 1, 7 },
    { "random", &device_inode, &random_ops, 1, 8 },
    { "urandom", &device_inode, &random_ops, 1, 9 },
    { "tty", &tty_inode, NULL, 5, 0 },
    { "console", &tty_inode, NULL, 5, 1 },
};

#define DEVICES (sizeof devices / sizeof *devices)

const char *device_name(uint32_t n)
{
    return n < DEVICES ? devices[n].name : NULL;
}

struct inode *device_new(const char *name)
{
    const struct device *device = devices;
    struct inode *inode;

    while (device < devices + DEVICES && !text_equal(device->name, name))
        device++;
    inode = device < devices + DEVICES ? inode_new(S_IFCHR | 0666, FILESYSTEM_DEV) : NULL;
    if (!inode)
        return NULL;
    inode->ops = device->inode;
    inode->data = device->file;
    inode->rdev = (uint64_t)device->major << 8 | device->minor;
    return inode;
}
