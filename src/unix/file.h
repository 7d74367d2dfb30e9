/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open files and the table of their descriptors.  A descriptor has one hold of its file; a call that may wait takes
 * another, for another thread may close the descriptor meanwhile.
 */
#ifndef ACRE_FILE_H
#define ACRE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "inode.h"
#include "transfer.h"
#include "wait.h"

/*
 * What an open file does.  read and write start at *offset and move it by what they return; they may wait, unless the
 * file has O_NONBLOCK.  What is NULL gives the error in brackets.
 */
struct file_ops {
    int64_t (*read)(struct file *file, struct transfer *to, uint64_t *offset); /* [EINVAL] */
    int64_t (*write)(struct file *file, struct transfer *from, uint64_t *offset); /* [EINVAL] */
    uint32_t (*poll)(struct file *file); /* POLL bits that hold now [POLLIN | POLLOUT] */
    int64_t (*ioctl)(struct file *file, uint64_t request, uint64_t argument); /* [ENOTTY] */
    void (*release)(struct file *file); /* the last hold goes; file->inode is released after it */
    bool seeks; /* has an offset: else lseek, pread and pwrite give ESPIPE */
};

struct file {
    uint32_t references;
    uint32_t flags; /* O_ of abi_file.h: how it was opened, and what F_SETFL sets */
    uint64_t offset; /* of a directory: the cookie */
    struct inode *inode; /* held */
    const struct file_ops *ops;
    void *data; /* of ops */
    uint64_t watches; /* epoll sets that have it */
};

/* Whoever makes a file readable, writable or ended wakes all; who waits for one looks again. */
extern struct wait_queue files_changed;
extern uint64_t files_changes; /* how often */
void file_changed(void);

/* execve: closes what has FD_CLOEXEC.  exit: closes all, and the umask is as it was before the program. */
void files_exec(void);
void files_end(void);

/* A file of the inode, of which it takes a hold, opened as its kind is.  -ENAME. */
int64_t file_open(struct inode *inode, uint32_t flags, struct file **file);
/* One with ops of its own and an inode that has no name (`mode`). */
int64_t file_new(uint32_t mode, uint32_t flags, const struct file_ops *ops, void *data, struct file **file);

struct file *file_hold(struct file *file);
void file_release(struct file *file);

/* The file of a descriptor, not held; NULL: EBADF.  The second refuses also one of O_PATH. */
struct file *file_get_any(uint64_t fd);
struct file *file_get(uint64_t fd);

/* Descriptors are below RLIMIT_NOFILE's soft limit.  The lowest one at or above `from` for the file, whose
 * hold the table takes over, also if it fails: -EMFILE, -ENOMEM; -EINVAL if `from` is beyond the limit. */
int64_t fd_install(struct file *file, uint64_t from, bool cloexec);
/* Puts the file at exactly this descriptor, whatever is there. */
int64_t fd_replace(struct file *file, uint64_t fd, bool cloexec);
int64_t fd_close(uint64_t fd);
bool fd_cloexec(uint64_t fd);
void fd_cloexec_set(uint64_t fd, bool cloexec);
/* The first descriptor in use at or above *fd; false: none. */
bool fd_next(uint64_t *fd);

bool file_readable(const struct file *file);
bool file_writable(const struct file *file);

extern const struct file_ops file_regular_ops, file_directory_ops;

#endif
