/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a path to an inode, as path_resolution(7) says: symbolic links (SYMLINKS_MAX of them), ".", "..", slashes at the
 * end.  Nothing waits in a walk, so what it comes by needs no holds; what it hands out has them.
 */
#ifndef ACRE_PATH_H
#define ACRE_PATH_H

#include "inode.h"

extern struct inode *path_root, *path_cwd; /* held */

enum path_last { PATH_NAME, PATH_DOT, PATH_DOTDOT, PATH_ROOT }; /* what a path's last part is */

struct path {
    struct inode *directory; /* held: where the last part is looked up */
    struct inode *inode; /* held; NULL: there is nothing of that name */
    enum path_last last;
    bool slash; /* slashes follow the last part: it must be a directory */
    uint32_t length;
    char name[256]; /* of the last part, if PATH_NAME; NUL-ended */
};

#define PATH_FOLLOW 1u /* a symbolic link at the end is followed */
#define PATH_LAST 4u /* the caller judges the last part: slashes after it neither follow a link nor refuse a file */
#define PATH_EMPTY 2u /* an empty path is the directory itself (AT_EMPTY_PATH) */
#define PATH_CREATE 8u /* as O_CREAT has it: a name with a slash after it is refused, -EISDIR, whatever it is */

/*
 * Walks `text` from `from` (held by the caller) unless it starts with a slash.  0, also where the last part is not
 * there; -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG.  path_end gives the holds back.
 */
int64_t path_walk(struct path *path, struct inode *from, const char *text, uint32_t flags);
void path_end(struct path *path);

/* What `text` leads to from the cwd, held. */
int64_t path_find(const char *text, bool follow, struct inode **inode);
int64_t path_find_from(struct inode *from, const char *text, uint32_t flags, struct inode **inode);

/*
 * The path of a directory, or of another inode by the name by which it was found last.  NUL-ended; returns the length.
 * -ENOENT: it has none any more.  -ERANGE: no room.
 */
int64_t path_of(struct inode *inode, char *to, uint64_t room);

#endif
