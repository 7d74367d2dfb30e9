/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as calls take them: a directory's descriptor and a text in the program's memory. */
#ifndef ACRE_AT_H
#define ACRE_AT_H

#include "path.h"

/* umask, and what it is when a program starts. */
extern uint32_t at_umask;
#define AT_UMASK_FIRST 022u

/* path_walk from the directory of `fd`, which may be AT_FDCWD.  path_end gives the holds back. */
int64_t at_walk(struct path *path, uint64_t fd, uint64_t text, uint32_t flags);

/* The same for what must be there; held. */
int64_t at_find(uint64_t fd, uint64_t text, uint32_t flags, struct inode **inode);

/* PATH_ flags of a call's AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH. */
uint32_t at_flags(uint64_t flags);

/* Whether a name may be made in the directory of the path: 0, -EEXIST, -ENOENT. */
int64_t at_may_create(const struct path *path, bool directory);

/*
 * Makes a new inode of the mode, as umask lets it, under the path's name.  `made` (may be NULL) gets it, held.
 * -ENOSPC.
 */
int64_t at_create(const struct path *path, uint32_t mode, struct inode **made);

/* Gives the inode the path's name, and the directory its times.  -ENOSPC. */
int64_t at_add(const struct path *path, struct inode *inode);

#endif
