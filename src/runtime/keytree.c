/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A digital search tree: a node at depth n hangs where the first n bits of its hashed key lead, and any node below
 * would do in its place.  So a removal puts a leaf there, and nothing is ever balanced.  The hash is a multiplication
 * by an odd number, so no two keys have the same; the depth is at most 64, and about 2 log2 of the nodes, whatever the
 * keys have in common.  References: Knuth, The Art of Computer Programming, vol. 3, 6.3 and 6.4.
 */
#include "keytree.h"

#define HASH_FACTOR 0x9e3779b97f4a7c15 /* 2^64 divided by the golden ratio, made odd */

struct keytree_node **keytree_link(struct keytree_node **root, uint64_t key)
{
    struct keytree_node **link = root;
    uint64_t bits = key * HASH_FACTOR;

    while (*link && (*link)->key != key) {
        link = &(*link)->child[bits >> 63];
        bits <<= 1;
    }
    return link;
}

void keytree_remove(struct keytree_node **link)
{
    struct keytree_node *node = *link, **at = link, *leaf;

    while ((*at)->child[0] || (*at)->child[1])
        at = &(*at)->child[!(*at)->child[0]];
    leaf = *at;
    *at = 0;
    if (leaf == node)
        return;
    leaf->child[0] = node->child[0];
    leaf->child[1] = node->child[1];
    *link = leaf;
}
