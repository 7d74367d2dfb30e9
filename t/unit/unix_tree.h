/* SPDX-License-Identifier: Apache-2.0 */
/* Trees of files in a test program; after unix_host.h. */
#ifndef ACRE_UNIX_TREE_H
#define ACRE_UNIX_TREE_H

#include "unix/directory.h"

#define UNIX_TREE_DIRECTORY 0040000 /* S_IFDIR, which abi_file.h and <sys/stat.h> both define */

/* Takes all out of the directory, and out of those below it. */
static void unix_tree_empty(struct inode *directory)
{
    uint64_t cookie = 0;

    for (struct entry *entry; (entry = directory_next(directory, &cookie)); cookie++) {
        if (inode_is(entry->inode, UNIX_TREE_DIRECTORY)) {
            unix_tree_empty(entry->inode);
            entry->inode->links--;
        }
        directory_remove(directory, entry);
    }
}

#endif
