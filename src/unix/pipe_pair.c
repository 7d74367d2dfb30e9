/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connected pair of stream sockets: two pipes, and each end has the reading end of one and the writing end of the
 * other.  They wait and poll as pipes do.
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "kernel/kheap.h"
#include "pipe.h"

struct pair {
    struct file *in, *out; /* held */
};

/* The inner file waits or not as the outer one does. */
static struct file *inner(const struct file *file, struct file *end)
{
    end->flags = (end->flags & ~(uint32_t)O_NONBLOCK) | (file->flags & O_NONBLOCK);
    return end;
}

static int64_t pair_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    struct file *in = inner(file, ((struct pair *)file->data)->in);

    return in->ops->read(in, to, offset);
}

static int64_t pair_write(struct file *file, struct transfer *from, uint64_t *offset)
{
    struct file *out = inner(file, ((struct pair *)file->data)->out);

    if (!from->left && out->ops->poll(out) & POLLERR) /* a pipe says this only to who writes something */
        return -EPIPE;
    return out->ops->write(out, from, offset);
}

static uint32_t pair_poll(struct file *file)
{
    struct pair *pair = file->data;
    uint32_t in = pair->in->ops->poll(pair->in), out = pair->out->ops->poll(pair->out);

    return in | (out & ~(uint32_t)POLLERR) | (in & POLLHUP ? POLLIN | POLLRDHUP : 0);
}

static int64_t pair_ioctl(struct file *file, uint64_t request, uint64_t argument)
{
    struct file *in = ((struct pair *)file->data)->in;

    return in->ops->ioctl(in, request, argument);
}

static void pair_release(struct file *file)
{
    struct pair *pair = file->data;

    file_release(pair->in);
    file_release(pair->out);
    (void)!kheap_delete(pair, sizeof *pair);
}

static const struct file_ops pair_ops = { pair_read, pair_write, pair_poll, pair_ioctl, pair_release, false };

/* A file of the two ends, whose holds it takes over: also if it fails. */
static int64_t join(struct file *in, struct file *out, uint32_t flags, struct file **file)
{
    struct pair *pair = kheap_new(sizeof *pair);
    int64_t result = pair ? file_new(S_IFSOCK | 0777, O_RDWR | flags, &pair_ops, pair, file) : -ENOMEM;

    if (pair)
        *pair = (struct pair){ in, out };
    if (!result)
        return 0;
    file_release(in);
    file_release(out);
    if (pair)
        (void)!kheap_delete(pair, sizeof *pair);
    return result;
}

int64_t pipe_new_pair(uint32_t flags, struct file *ends[2])
{
    struct file *one[2], *other[2];
    int64_t result = pipe_new(flags, one);

    if (result)
        return result;
    result = pipe_new(flags, other);
    if (result) {
        file_release(one[0]);
        file_release(one[1]);
        return result;
    }
    result = join(one[0], other[1], flags, &ends[0]);
    if (result) {
        file_release(other[0]);
        file_release(one[1]);
        return result;
    }
    result = join(other[0], one[1], flags, &ends[1]);
    if (result)
        file_release(ends[0]);
    return result;
}
