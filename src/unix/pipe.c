/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pipe is a ring of bytes over pages that are taken when they are first written and given back when the pipe runs
 * empty.  It lives as long as an end of it is open; that of a FIFO hangs on its inode meanwhile.
 *
 * A reader gets what is there, and waits only if nothing is and somebody may still write.  A writer of no more than
 * PIPE_ATOMIC bytes waits until all of them have room.
 */
#include "pipe.h"

#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "filepage.h"
#include "kernel/kheap.h"
#include "runtime/bytes.h"
#include "signals.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"
#include "x86_64/layout.h"

#define PAGES_MAX 256u /* 1 MiB, the most that F_SETPIPE_SZ gives */
#define PAGES_USUAL 16u
#define FIONREAD 0x541b

struct pipe {
    uint32_t readers, writers; /* open files */
    uint32_t readings, writings; /* openings so far: who opens a FIFO waits for the other's to change */
    uint64_t head, count; /* ring: first byte, bytes */
    uint32_t pages;
    uint8_t *page[PAGES_MAX];
};

static uint64_t capacity(const struct pipe *pipe)
{
    return (uint64_t)pipe->pages << LAYOUT_FRAME_SHIFT;
}

static struct pipe *pipe_make(void)
{
    struct pipe *pipe = filepage_room() ? kheap_new(sizeof *pipe) : NULL;

    if (!pipe)
        return NULL;
    bytes_fill(pipe, 0, sizeof *pipe);
    pipe->pages = PAGES_USUAL;
    return pipe;
}

static void drop_pages(struct pipe *pipe)
{
    for (uint32_t i = 0; i < pipe->pages; i++) {
        if (pipe->page[i])
            filepage_free(pipe->page[i]);
        pipe->page[i] = NULL;
    }
    pipe->head = 0;
}

static void pipe_delete(struct pipe *pipe)
{
    drop_pages(pipe);
    (void)!kheap_delete(pipe, sizeof *pipe);
}

/* Bytes from ring offset `at` to the end of its page, at most `size`; and the page, made if it is not there. */
static uint64_t stretch(struct pipe *pipe, uint64_t at, uint64_t size, uint8_t **bytes)
{
    uint64_t inner = at % LAYOUT_FRAME_SIZE, part = LAYOUT_FRAME_SIZE - inner;
    uint8_t **page = &pipe->page[at % capacity(pipe) >> LAYOUT_FRAME_SHIFT];

    if (!*page)
        *page = filepage_new();
    *bytes = *page ? *page + inner : NULL;
    return size < part ? size : part;
}

/* Takes what is there out of the ring; the bytes, or -EFAULT. */
static int64_t ring_take(struct pipe *pipe, struct transfer *to)
{
    uint64_t done = 0, size = to->left < pipe->count ? to->left : pipe->count;

    while (done < size) {
        uint8_t *bytes;
        uint64_t part = stretch(pipe, pipe->head, size - done, &bytes), went = transfer_put(to, bytes, part);

        pipe->head = (pipe->head + went) % capacity(pipe);
        pipe->count -= went;
        done += went;
        if (went < part)
            break;
    }
    if (!pipe->count)
        drop_pages(pipe);
    return done ? (int64_t)done : -EFAULT;
}

/* Puts `size` bytes, for which there is room, into the ring; the bytes, -EFAULT or -ENOMEM. */
static int64_t ring_put(struct pipe *pipe, struct transfer *from, uint64_t size)
{
    uint64_t done = 0;

    while (done < size) {
        uint8_t *bytes;
        uint64_t part = stretch(pipe, pipe->head + pipe->count, size - done, &bytes), went;

        if (!bytes)
            return done ? (int64_t)done : -ENOMEM;
        went = transfer_get(from, bytes, part);
        pipe->count += went;
        done += went;
        if (went < part)
            break;
    }
    return done ? (int64_t)done : -EFAULT;
}

/* -EAGAIN, -ERESTART; 0: something has changed. */
static int64_t wait_for_change(const struct file *file, bool nonblock)
{
    if (nonblock || file->flags & O_NONBLOCK)
        return -EAGAIN;
    return wait_on(&files_changed, WAIT_FOREVER) == WAIT_INTERRUPTED ? -ERESTART : 0;
}

int64_t pipe_data(struct pipe *pipe, const struct file *file, bool nonblock)
{
    int64_t result = 0;

    while (!pipe->count && pipe->writers && !result)
        result = wait_for_change(file, nonblock);
    return result ? result : (int64_t)pipe->count;
}

static int64_t take_from(struct pipe *pipe, const struct file *file, struct transfer *to)
{
    int64_t result = to->left ? pipe_data(pipe, file, false) : 0;

    if (result <= 0)
        return result;
    result = ring_take(pipe, to);
    file_changed();
    return result;
}

static int64_t broken(void)
{
    signal_raise(current, SIGPIPE, NULL);
    return -EPIPE;
}

static int64_t put_into(struct pipe *pipe, const struct file *file, struct transfer *from)
{
    uint64_t done = 0, least = from->left <= PIPE_ATOMIC ? from->left : 1;
    int64_t result = 0;

    while (from->left && !result) {
        uint64_t room = capacity(pipe) - pipe->count;

        if (!pipe->readers) {
            result = broken();
        } else if (room < least) {
            result = wait_for_change(file, false);
        } else {
            int64_t went = ring_put(pipe, from, from->left < room ? from->left : room);

            file_changed();
            done += went > 0 ? (uint64_t)went : 0;
            result = went < 0 ? went : 0;
        }
    }
    return done ? (int64_t)done : result;
}

int64_t pipe_room(struct pipe *pipe, const struct file *file, bool nonblock)
{
    int64_t result = 0;

    while (pipe->readers && pipe->count == capacity(pipe) && !result)
        result = wait_for_change(file, nonblock);
    if (!pipe->readers)
        return broken();
    return result ? result : (int64_t)(capacity(pipe) - pipe->count);
}

void pipe_peek(struct pipe *pipe, uint64_t skip, void *to, uint64_t size)
{
    uint64_t done = 0;

    while (done < size) {
        uint8_t *bytes;
        uint64_t part = stretch(pipe, pipe->head + skip + done, size - done, &bytes);

        bytes_copy((uint8_t *)to + done, bytes, part);
        done += part;
    }
}

void pipe_drop(struct pipe *pipe, uint64_t size)
{
    pipe->head = (pipe->head + size) % capacity(pipe);
    pipe->count -= size;
    if (!pipe->count)
        drop_pages(pipe);
    file_changed();
}

static uint32_t reader_poll(const struct pipe *pipe)
{
    return (pipe->count ? POLLIN | POLLRDNORM : 0) | (!pipe->writers && pipe->writings ? POLLHUP : 0);
}

static uint32_t writer_poll(const struct pipe *pipe)
{
    uint32_t room = capacity(pipe) - pipe->count >= PIPE_ATOMIC ? POLLOUT | POLLWRNORM : 0;

    return room | (pipe->readers ? 0 : POLLERR);
}

static int64_t pipe_read(struct file *file, struct transfer *to, uint64_t *offset)
{
    (void)offset;
    return take_from(file->data, file, to);
}

static int64_t pipe_write(struct file *file, struct transfer *from, uint64_t *offset)
{
    (void)offset;
    return put_into(file->data, file, from);
}

static uint32_t pipe_poll(struct file *file)
{
    return (file_readable(file) ? reader_poll(file->data) : 0) | (file_writable(file) ? writer_poll(file->data) : 0);
}

static int64_t put_count(const struct pipe *pipe, uint64_t request, uint64_t at)
{
    int32_t count = (int32_t)pipe->count;

    if (request != FIONREAD)
        return -ENOTTY;
    return user_put(at, count) ? 0 : -EFAULT;
}

static int64_t pipe_ioctl(struct file *file, uint64_t request, uint64_t argument)
{
    return put_count(file->data, request, argument);
}

static void leave(struct pipe *pipe, bool reads, bool writes)
{
    pipe->readers -= reads;
    pipe->writers -= writes;
    file_changed();
}

static void pipe_release(struct file *file)
{
    struct pipe *pipe = file->data;

    leave(pipe, file_readable(file), file_writable(file));
    if (pipe->readers || pipe->writers)
        return;
    if (file->inode->pipe == pipe)
        file->inode->pipe = NULL;
    pipe_delete(pipe);
}

static const struct file_ops pipe_ops = { pipe_read, pipe_write, pipe_poll, pipe_ioctl, pipe_release, false };

static void enter(struct pipe *pipe, bool reads, bool writes)
{
    pipe->readers += reads;
    pipe->writers += writes;
    pipe->readings += reads;
    pipe->writings += writes;
    file_changed();
}

/* Waits until the other end has been opened, be it for a moment. */
static int64_t wait_for_other(struct pipe *pipe, const struct file *file)
{
    bool reads = file_readable(file);
    const uint32_t *others = reads ? &pipe->writers : &pipe->readers;
    const uint32_t *openings = reads ? &pipe->writings : &pipe->readings;
    uint32_t before = *openings;

    while (!*others && *openings == before)
        if (wait_on(&files_changed, WAIT_FOREVER) == WAIT_INTERRUPTED)
            return -ERESTART;
    return 0;
}

int64_t pipe_open(struct inode *fifo, struct file *file)
{
    bool reads = file_readable(file), writes = file_writable(file), both = reads && writes;
    struct pipe *pipe = fifo->pipe ? fifo->pipe : pipe_make();
    int64_t result = 0;

    if (!pipe)
        return -ENOMEM;
    fifo->pipe = pipe;
    file->ops = &pipe_ops;
    file->data = pipe;
    if (writes && !both && file->flags & O_NONBLOCK && !pipe->readers)
        result = -ENXIO;
    enter(pipe, reads, writes);
    if (!result && !both && !(file->flags & O_NONBLOCK))
        result = wait_for_other(pipe, file);
    if (result)
        pipe_release(file);
    return result;
}

int64_t pipe_new(uint32_t flags, struct file *ends[2])
{
    struct pipe *pipe = pipe_make();
    int64_t result = pipe ? file_new(S_IFIFO | 0600, O_RDONLY | flags, &pipe_ops, pipe, &ends[0]) : -ENOMEM;

    if (result) {
        if (pipe)
            pipe_delete(pipe);
        return result;
    }
    enter(pipe, true, false);
    result = file_open(ends[0]->inode, O_PATH, &ends[1]);
    if (result) {
        file_release(ends[0]);
        return result;
    }
    ends[1]->flags = O_WRONLY | flags;
    ends[1]->ops = &pipe_ops;
    ends[1]->data = pipe;
    ends[0]->inode->links = 1;
    ends[0]->inode->pipe = pipe; /* so that /proc/self/fd opens it again */
    inode_touch(ends[0]->inode, TOUCH_ACCESSED | TOUCH_MODIFIED | TOUCH_CHANGED);
    enter(pipe, false, true);
    return 0;
}

struct pipe *pipe_of(const struct file *file)
{
    return file->ops == &pipe_ops ? file->data : NULL;
}

int64_t pipe_size(const struct file *file)
{
    return pipe_of(file) ? (int64_t)capacity(file->data) : -EBADF;
}

/* Only an empty ring changes its size: then nothing has to be moved. */
int64_t pipe_resize(struct file *file, uint64_t size)
{
    struct pipe *pipe = pipe_of(file);
    uint32_t pages = 1;

    if (!pipe)
        return -EBADF;
    if (!size || size > (uint64_t)INT32_MAX + 1)
        return -EINVAL;
    while ((uint64_t)pages << LAYOUT_FRAME_SHIFT < size)
        pages *= 2;
    if (pages > PAGES_MAX)
        return -EPERM;
    if (pages == pipe->pages)
        return (int64_t)capacity(pipe);
    if (pipe->count)
        return -EBUSY;
    pipe->pages = pages;
    return (int64_t)capacity(pipe);
}
