/* SPDX-License-Identifier: Apache-2.0 */
/* The set of nodes by key: what is added is found until it is removed, whatever the keys have in common. */
#include "heap_world.h"

#include "runtime/keytree.h"

#define NODES 4096u
#define OPS 200000u

static struct keytree_node nodes[NODES], *root;
static bool in[NODES];

static struct keytree_node *find(uint64_t key)
{
    return *keytree_link(&root, key);
}

static void add(uint32_t i)
{
    nodes[i].child[0] = nodes[i].child[1] = NULL;
    *keytree_link(&root, nodes[i].key) = &nodes[i];
    in[i] = true;
}

static uint32_t depth_of(const struct keytree_node *node)
{
    uint32_t left, right;

    if (!node)
        return 0;
    left = depth_of(node->child[0]);
    right = depth_of(node->child[1]);
    return 1 + (left > right ? left : right);
}

static bool all_are_as_known(void)
{
    for (uint32_t i = 0; i < NODES; i++)
        if (find(nodes[i].key) != (in[i] ? &nodes[i] : NULL))
            return false;
    return true;
}

/* Adds and removes nodes with keys i * stride + base at random. */
static bool keys_are_kept(uint64_t base, uint64_t stride)
{
    bool good = true;

    memset(in, 0, sizeof in);
    root = NULL;
    for (uint32_t i = 0; i < NODES; i++)
        nodes[i].key = base + i * stride;
    for (uint32_t n = 0; n < OPS; n++) {
        uint32_t i = random_below(NODES);

        good = good && find(nodes[i].key) == (in[i] ? &nodes[i] : NULL);
        if (in[i])
            keytree_remove(keytree_link(&root, nodes[i].key));
        in[i] = !in[i];
        if (in[i])
            add(i);
        if (n % 50000 == 0)
            good = good && all_are_as_known();
    }
    good = good && all_are_as_known();
    for (uint32_t i = 0; i < NODES; i++)
        if (!in[i])
            add(i);
    tap_note("%u nodes, depth %u", NODES, depth_of(root));
    return good && depth_of(root) <= 40;
}

int main(void)
{
    tap_plan(5);
    tap_ok(keys_are_kept(0, 1), "keys in a row");
    tap_ok(keys_are_kept(0x7f0000000000, 0x10000), "multiples of 64 KiB");
    tap_ok(keys_are_kept(3, (uint64_t)1 << 52), "keys that differ in the highest bits only");
    while (root)
        keytree_remove(&root);
    memset(in, 0, sizeof in);
    tap_ok(all_are_as_known(), "the root can be removed until there is none");
    add(7);
    tap_ok(root == &nodes[7] && !root->child[0] && !root->child[1], "and the tree be used again");
    return tap_done();
}
