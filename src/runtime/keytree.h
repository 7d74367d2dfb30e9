/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of nodes by 64-bit key, for books that grow by one record at a time: no table to resize, no memory of its own.
 * The caller's record starts with the node.
 */
#ifndef ACRE_KEYTREE_H
#define ACRE_KEYTREE_H

#include <stdint.h>

struct keytree_node {
    struct keytree_node *child[2];
    uint64_t key;
};

/*
 * The link that the node with this key hangs on; where there is none, the NULL link that it would hang on.  To add a
 * node, clear its children and hang it there.  Valid until the next change.
 */
struct keytree_node **keytree_link(struct keytree_node **root, uint64_t key);

/* Takes the node off that hangs on the link. */
void keytree_remove(struct keytree_node **link);

#endif
