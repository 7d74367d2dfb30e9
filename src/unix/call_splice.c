/* SPDX-License-Identifier: Apache-2.0 */
/*
 * splice and tee: from a pipe or into one, within the kernel.  No pages change hands: one at a time is copied through a
 * buffer, and bytes leave a pipe only when they have arrived.
 *
 * Descriptors 0, 1 and 2 of the console, where they look like pipes (console.c), have no ring: their bytes are read and
 * written as a file's are, but they count as pipes.
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "file.h"
#include "filepage.h"
#include "pipe.h"
#include "syscalls.h"
#include "user.h"
#include "waiting.h"
#include "x86_64/layout.h"

struct splice {
    struct file *from, *to;
    struct pipe *in, *out; /* NULL: that file is no pipe */
    uint64_t from_at, to_at; /* where the program's offsets stand; 0: the file's own are used */
    uint64_t *from_offset, *to_offset;
    uint64_t left;
    bool nonblock;
    void *page; /* between the two */
};

static uint64_t least(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

/* Puts what is in the buffer. */
static int64_t put(struct splice *s, uint64_t size)
{
    struct transfer t = transfer_kernel(s->page, size);

    return s->to->ops->write(s->to, &t, s->to_offset);
}

/* Bytes in the pipe that is read. */
static uint64_t there(const struct splice *s)
{
    int64_t data = pipe_data(s->in, s->from, true);

    return data > 0 ? (uint64_t)data : 0;
}

/* A page's worth out of a pipe; meanwhile another thread may read it (if a terminal was stopped). */
static int64_t step_out(struct splice *s)
{
    uint64_t size = least(least(s->left, LAYOUT_FRAME_SIZE), there(s));
    int64_t went;

    pipe_peek(s->in, 0, s->page, size);
    went = size ? put(s, size) : 0;
    if (went > 0)
        pipe_drop(s->in, least((uint64_t)went, there(s)));
    return went;
}

/* A page's worth into a pipe that has room for it; 0 at the end of the file. */
static int64_t step_in(struct splice *s)
{
    struct transfer t = transfer_kernel(s->page, least(s->left, LAYOUT_FRAME_SIZE));
    uint64_t start = *s->from_offset;
    int64_t got = s->from->ops->read(s->from, &t, s->from_offset), went;

    if (got <= 0)
        return got;
    went = put(s, (uint64_t)got);
    *s->from_offset = start + (went > 0 ? (uint64_t)went : 0);
    return went;
}

/* Waits until something can go, and says in s->left how much; 0: nothing ever will. */
static int64_t wait_for_both(struct splice *s)
{
    int64_t data = INT64_MAX, room = INT64_MAX;

    do {
        if (s->in)
            data = pipe_data(s->in, s->from, s->nonblock);
        if (data <= 0)
            return data;
        if (s->out)
            room = pipe_room(s->out, s->to, s->nonblock);
        if (room < 0)
            return room;
    } while (s->in && !there(s)); /* another thread has been faster */
    s->left = least(s->left, least(s->in ? there(s) : UINT64_MAX, (uint64_t)room));
    return 1;
}

static int64_t move_all(struct splice *s, int64_t (*step_of)(struct splice *s))
{
    uint64_t done = 0;
    int64_t step = wait_for_both(s);

    if (step <= 0)
        return step;
    s->page = filepage_new();
    if (!s->page)
        return -ENOMEM;
    do {
        step = step_of(s);
        done += step > 0 ? (uint64_t)step : 0;
        s->left -= step > 0 ? (uint64_t)step : 0;
    } while (s->left && step > 0 && file_poll(s->from) & POLLIN);
    filepage_free(s->page);
    return done ? (int64_t)done : step;
}

static bool looks_like_pipe(const struct file *file)
{
    return inode_is(file->inode, S_IFIFO);
}

/* Linux's order of errors: do_splice in fs/splice.c. */
static int64_t check_splice(const struct splice *s)
{
    if ((s->in && s->from_at) || (s->out && s->to_at))
        return -ESPIPE;
    if (!file_readable(s->from) || !file_writable(s->to))
        return -EBADF;
    if (!looks_like_pipe(s->from) && !looks_like_pipe(s->to))
        return -EINVAL;
    if ((s->in && s->in == s->out) || (s->to_at && !s->to->ops->seeks) || (s->from_at && !s->from->ops->seeks) ||
        (!s->out && s->to->flags & O_APPEND))
        return -EINVAL;
    return s->from->ops->read && s->to->ops->write && !inode_is(s->from->inode, S_IFDIR) ? 0 : -EINVAL;
}

/* With the program's offsets read before and told after it. */
static int64_t splice_at(struct splice *s, uint64_t from_offset, uint64_t to_offset)
{
    int64_t result;

    if ((s->from_at && !user_get(from_offset, s->from_at)) || (s->to_at && !user_get(to_offset, s->to_at)))
        return -EFAULT;
    if ((int64_t)from_offset < 0 || (int64_t)to_offset < 0)
        return -EINVAL;
    s->from_offset = &from_offset;
    s->to_offset = &to_offset;
    result = move_all(s, s->in ? step_out : step_in);
    if (!s->from_at && s->from->ops->seeks)
        s->from->offset = from_offset;
    if (!s->to_at && s->to->ops->seeks)
        s->to->offset = to_offset;
    if ((s->from_at && !user_put(s->from_at, from_offset)) || (s->to_at && !user_put(s->to_at, to_offset)))
        return -EFAULT;
    return result;
}

static int64_t held(struct splice *s, int64_t (*work)(struct splice *s))
{
    int64_t result;

    file_hold(s->from);
    file_hold(s->to);
    result = work(s);
    file_release(s->from);
    file_release(s->to);
    return result;
}

static int64_t do_splice(struct splice *s)
{
    return splice_at(s, s->from->offset, s->to->offset);
}

int64_t sys_splice(const uint64_t *a)
{
    struct file *from = file_get(a[0]), *to = file_get(a[2]);
    struct splice s = { .from = from, .to = to, .from_at = a[1], .to_at = a[3], .left = least(a[4], RW_MAX),
                        .nonblock = a[5] & SPLICE_F_NONBLOCK };
    int64_t result;

    if (!a[4])
        return 0;
    if ((uint32_t)a[5] & ~SPLICE_F_ALL)
        return -EINVAL;
    if (!from || !to)
        return -EBADF;
    s.in = pipe_of(from);
    s.out = pipe_of(to);
    if (s.in || s.out)
        s.nonblock |= ((s.in ? from->flags : 0) | (s.out ? to->flags : 0)) & O_NONBLOCK;
    result = check_splice(&s);
    return result ? result : held(&s, do_splice);
}

/* What one pipe has goes to the other, and stays. */
static int64_t do_tee(struct splice *s)
{
    uint64_t done = 0, no_offset = 0;
    int64_t step = wait_for_both(s);

    if (step <= 0)
        return step;
    s->to_offset = &no_offset;
    s->page = filepage_new();
    if (!s->page)
        return -ENOMEM;
    while (done < s->left && step > 0) {
        uint64_t size = least(s->left - done, LAYOUT_FRAME_SIZE);

        pipe_peek(s->in, done, s->page, size);
        step = put(s, size);
        done += step > 0 ? (uint64_t)step : 0;
    }
    filepage_free(s->page);
    return done ? (int64_t)done : step;
}

int64_t sys_tee(const uint64_t *a)
{
    struct file *from = file_get(a[0]), *to = file_get(a[1]);
    struct splice s = { .from = from, .to = to, .left = least(a[2], RW_MAX), .nonblock = a[3] & SPLICE_F_NONBLOCK };

    if ((uint32_t)a[3] & ~SPLICE_F_ALL)
        return -EINVAL;
    if (!a[2])
        return 0;
    if (!from || !to || !file_readable(from) || !file_writable(to))
        return -EBADF;
    s.in = pipe_of(from);
    s.out = pipe_of(to);
    return s.in && s.out && s.in != s.out ? held(&s, do_tee) : -EINVAL;
}
