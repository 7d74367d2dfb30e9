/* SPDX-License-Identifier: Apache-2.0 */
/* What an inode is told when a name of it goes. */
#ifndef ACRE_NAMES_H
#define ACRE_NAMES_H

#include "inode.h"

/* A directory that loses its name is dead, and its "." goes as well. */
static inline void names_forget(struct inode *inode, bool directory)
{
    if (directory) {
        inode->directory.dead = true;
        inode->links--;
    }
}

#endif
