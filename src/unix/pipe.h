/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes and FIFOs. */
#ifndef ACRE_PIPE_H
#define ACRE_PIPE_H

#include "file.h"

#define PIPE_ATOMIC 4096u /* PIPE_BUF: what is no longer is written in one piece */

/* Makes an open file of a FIFO work; waits for the other end unless O_NONBLOCK or O_RDWR says not to. */
int64_t pipe_open(struct inode *fifo, struct file *file);

/* Two files of a new pipe: [0] reads, [1] writes.  flags: O_NONBLOCK, O_DIRECT is ignored. */
int64_t pipe_new(uint32_t flags, struct file *ends[2]);

/* Two files that each read what the other writes: socketpair. */
int64_t pipe_new_pair(uint32_t flags, struct file *ends[2]);

struct pipe;

/* The pipe that a file is an end of; NULL: it is no pipe. */
struct pipe *pipe_of(const struct file *file);

/*
 * For splice and its kin.  They wait as a read of the file, or a write, does, if neither it nor `nonblock` says no.
 * pipe_data: the bytes that are there; 0: there are none, and nobody can write any more.  -EAGAIN, -ERESTART.
 * pipe_room: the bytes that fit, at least 1; also -EPIPE, with its signal.
 */
int64_t pipe_data(struct pipe *pipe, const struct file *file, bool nonblock);
int64_t pipe_room(struct pipe *pipe, const struct file *file, bool nonblock);

/* Bytes that are there, without taking them, `skip` bytes behind the first; and taking them away unread.  Together
 * skip + size are no more than there are. */
void pipe_peek(struct pipe *pipe, uint64_t skip, void *to, uint64_t size);
void pipe_drop(struct pipe *pipe, uint64_t size);

/* F_GETPIPE_SZ, F_SETPIPE_SZ.  -EBADF: it is no pipe. */
int64_t pipe_size(const struct file *file);
int64_t pipe_resize(struct file *file, uint64_t size);

#endif
