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

/* F_GETPIPE_SZ, F_SETPIPE_SZ.  -EBADF: it is no pipe. */
int64_t pipe_size(const struct file *file);
int64_t pipe_resize(struct file *file, uint64_t size);

#endif
