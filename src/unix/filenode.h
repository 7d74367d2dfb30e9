/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of the tree of files: inodes, names, what finds a file's pages.  It is the kernel's heap's, and counted: what
 * a program leaves in the tree outlives it, and is no leak.
 */
#ifndef ACRE_FILENODE_H
#define ACRE_FILENODE_H

#include <stdint.h>

extern uint64_t filenode_bytes; /* in use */

void *filenode_new(uint64_t size); /* NULL: there is none */
void filenode_delete(void *node, uint64_t size);

#endif
