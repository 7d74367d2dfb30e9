/* SPDX-License-Identifier: Apache-2.0 */
/* The directories and files that are there without an archive. */
#ifndef ACRE_TREE_H
#define ACRE_TREE_H

#include "inode.h"

/*
 * Makes the root with /dev, /proc, /sys and /tmp; path_root and path_cwd are it.  False: no memory.
 * Devices' names that the archive has as well stay as they are made here.
 */
bool tree_init(void);

/* Directory `name` in `in`, made if it is not there; not held by the caller.  NULL: no memory. */
struct inode *tree_directory(struct inode *in, const char *name, uint32_t mode, enum filesystem filesystem);

/* Gives an inode, whose hold is taken over, a name.  False, also for NULL: no memory. */
bool tree_add(struct inode *in, const char *name, struct inode *inode);

/* A symbolic link with ops or (NULL) a text. */
bool tree_link(struct inode *in, const char *name, const char *text, const struct inode_ops *ops);

#endif
