/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors 0, 1 and 2.  With console=pipe COM1's bytes are the program's as they are, in and out, and the files look
 * like pipes, so that a C library buffers as it would there.  The end of the input is told by bytes: ESCAPE, then END;
 * ESCAPE twice is the byte itself.
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "input.h"
#include "path.h"
#include "tty.h"
#include "user.h"
#include "x86_64/com1.h"
#include "x86_64/protocol.h"

#define PIECE 256u
#define FIONREAD 0x541b

static struct {
    uint8_t bytes[PIECE];
    uint32_t count, at;
    bool escaped, ended;
} in;

/* Decodes what has come into in.bytes, if all before has been read. */
static void take_in(void)
{
    uint8_t coded[PIECE];
    uint32_t count;

    if (in.at < in.count || in.ended)
        return;
    in.at = in.count = 0;
    count = input_take(coded, PIECE);
    for (uint32_t i = 0; i < count; i++) {
        if (!in.escaped && coded[i] == PROTO_INPUT_ESCAPE) {
            in.escaped = true;
        } else if (in.escaped && coded[i] == PROTO_INPUT_END) {
            in.ended = true;
            return;
        } else {
            in.escaped = false;
            in.bytes[in.count++] = coded[i];
        }
    }
}

static void arrived(void)
{
    take_in();
    file_changed();
}

static int64_t wait_for_bytes(const struct file *file)
{
    for (;;) {
        take_in();
        if (in.at < in.count || in.ended)
            return 0;
        if (file->flags & O_NONBLOCK)
            return -EAGAIN;
        if (wait_on(&files_changed, WAIT_FOREVER) == WAIT_INTERRUPTED)
            return -ERESTART;
    }
}

static int64_t in_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    uint64_t done = 0;
    int64_t result = to->left ? wait_for_bytes(file) : 0;

    (void)offset;
    while (!result && to->left && in.at < in.count) {
        uint64_t rest = in.count - in.at, part = to->left < rest ? to->left : rest;
        uint64_t went = transfer_put(to, in.bytes + in.at, part);

        in.at += (uint32_t)went;
        done += went;
        if (went < part)
            return done ? (int64_t)done : -EFAULT;
        take_in();
    }
    return done ? (int64_t)done : result;
}

static uint32_t in_poll(struct file *file)
{
    (void)file;
    take_in();
    return (in.at < in.count ? POLLIN | POLLRDNORM : 0) | (in.ended ? POLLHUP : 0);
}

static int64_t in_ioctl(struct file *file, uint64_t request, uint64_t argument)
{
    uint32_t count = in.count - in.at;

    (void)file;
    if (request != FIONREAD)
        return -ENOTTY;
    return user_put(argument, count) ? 0 : -EFAULT;
}

static int64_t out_write(struct file *file, struct transfer *from, uint64_t *offset)
{
    char bytes[PIECE];
    uint64_t done = 0;

    (void)file, (void)offset;
    while (from->left) {
        uint64_t part = from->left < PIECE ? from->left : PIECE, went = transfer_get(from, bytes, part);

        com1_write(bytes, went);
        done += went;
        if (went < part)
            return done ? (int64_t)done : -EFAULT;
    }
    return (int64_t)done;
}

static uint32_t out_poll(struct file *file)
{
    (void)file;
    return POLLOUT | POLLWRNORM;
}

static const struct file_ops in_ops = { .read = in_read, .poll = in_poll, .ioctl = in_ioctl };
static const struct file_ops out_ops = { .write = out_write, .poll = out_poll };

/* Who opens /dev/stdin, /dev/stdout or /dev/stderr gets the same bytes. */
static int64_t open_again(struct inode *inode, struct file *file)
{
    file->ops = inode->data;
    return 0;
}

static const struct inode_ops pipe_inode = { .open = open_again };

static int64_t open_pipe(const struct file_ops *ops, uint32_t flags)
{
    struct file *file;
    int64_t result = file_new(S_IFIFO | 0600, flags, ops, NULL, &file);

    if (result)
        return result;
    file->inode->ops = &pipe_inode;
    file->inode->data = ops;
    return fd_install(file, 0, false);
}

static int64_t open_pipes(void)
{
    int64_t result;

    input_start(arrived);
    result = open_pipe(&in_ops, O_RDONLY);
    for (int i = 1; i < 3 && result >= 0; i++)
        result = open_pipe(&out_ops, O_WRONLY);
    return result;
}

static int64_t open_terminal(void)
{
    struct inode *inode;
    struct file *file;
    int64_t result = path_find("/dev/console", true, &inode);

    if (result)
        return result;
    result = file_open(inode, O_RDWR, &file);
    inode_release(inode);
    for (int i = 0; i < 3 && result >= 0; i++)
        result = fd_install(file_hold(file), 0, false);
    if (result >= 0)
        file_release(file);
    return result;
}

int64_t console_open(bool is_pipe)
{
    int64_t result = is_pipe ? open_pipes() : open_terminal();

    return result < 0 ? result : 0;
}
