/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tree of nodes with 64 slots each, as high as the highest index needs: six bits of the index a level.  An item at
 * index 0 alone needs no node.  A node without items is freed at once, and the root goes when only its slot 0 is used,
 * so the tree's size follows what it holds.  A call takes one step a level, of which there are 11 for the highest
 * index; radix_next looks at 64 slots of each at most, and radix_hole at every item that it passes.
 */
#include "radix.h"

#include <stdbool.h>
#include <stddef.h>

#include "filenode.h"
#include "runtime/bytes.h"

#define SLOT_BITS 6
#define SLOTS (1u << SLOT_BITS)

struct radix_node {
    uint32_t used; /* slots that are not NULL */
    void *slot[SLOTS];
};

/* The slot of the index in a node so many levels above the items (1: its slots are items). */
static uint32_t slot_of(uint64_t index, uint32_t level)
{
    return (uint32_t)(index >> (level - 1) * SLOT_BITS) % SLOTS;
}

static bool reaches(const struct radix *radix, uint64_t index)
{
    uint32_t bits = radix->height * SLOT_BITS;

    return bits >= 64 || index >> bits == 0;
}

static struct radix_node *node_new(void)
{
    struct radix_node *node = filenode_new(sizeof *node);

    if (node)
        bytes_fill(node, 0, sizeof *node);
    return node;
}

static void node_delete(struct radix_node *node)
{
    filenode_delete(node, sizeof *node);
}

/* The root goes as long as its slot 0 is all that it has. */
static void shrink(struct radix *radix)
{
    while (radix->root && radix->height) {
        struct radix_node *root = radix->root;

        if (root->used > 1 || !root->slot[0])
            return;
        radix->root = root->slot[0];
        radix->height--;
        node_delete(root);
    }
    if (!radix->root)
        radix->height = 0;
}

static bool grow(struct radix *radix, uint64_t index)
{
    for (; !reaches(radix, index); radix->height++) {
        struct radix_node *node;

        if (!radix->root)
            continue;
        node = node_new();
        if (!node)
            return false;
        node->slot[0] = radix->root;
        node->used = 1;
        radix->root = node;
    }
    return true;
}

static void *take(void **link, uint32_t level, uint64_t index)
{
    struct radix_node *node = *link;
    void **slot, *item = *link;
    bool had;

    if (!level)
        *link = NULL;
    if (!node || !level)
        return item;
    slot = &node->slot[slot_of(index, level)];
    had = *slot != NULL;
    item = take(slot, level - 1, index);
    node->used -= had && !*slot;
    if (!node->used) {
        node_delete(node);
        *link = NULL;
    }
    return item;
}

/* The first item at or above `from` below `at`, whose first index is `base`. */
static void *next_below(void *at, uint32_t level, uint64_t base, uint64_t from, uint64_t *index)
{
    uint32_t shift = (level - 1) * SLOT_BITS;
    const struct radix_node *node = at;

    if (!level) {
        *index = base;
        return at;
    }
    for (uint64_t s = from > base ? (from - base) >> shift : 0; s < SLOTS; s++) {
        void *item = node->slot[s] ? next_below(node->slot[s], level - 1, base + (s << shift), from, index) : NULL;

        if (item)
            return item;
    }
    return NULL;
}

void *radix_get(const struct radix *radix, uint64_t index)
{
    void *at = radix->root;

    if (!reaches(radix, index))
        return NULL;
    for (uint32_t level = radix->height; level && at; level--)
        at = ((struct radix_node *)at)->slot[slot_of(index, level)];
    return at;
}

/* The link where the item of the index hangs, with the nodes on the way; NULL: no memory. */
static void **make_way(struct radix *radix, uint64_t index, struct radix_node **last)
{
    void **link = &radix->root;

    for (uint32_t level = radix->height; level; level--) {
        struct radix_node *node = *link;

        if (!node) {
            node = *link = node_new();
            if (!node)
                return NULL;
            if (*last)
                (*last)->used++;
        }
        *last = node;
        link = &node->slot[slot_of(index, level)];
    }
    return link;
}

enum status radix_set(struct radix *radix, uint64_t index, void *item)
{
    struct radix_node *last = NULL;
    void **link = grow(radix, index) ? make_way(radix, index, &last) : NULL;

    if (!link) {
        radix_take(radix, index); /* takes away the nodes that were made for nothing */
        return STATUS_NO_MEMORY;
    }
    if (last && !*link)
        last->used++;
    *link = item;
    return STATUS_OK;
}

void *radix_take(struct radix *radix, uint64_t index)
{
    void *item = reaches(radix, index) ? take(&radix->root, radix->height, index) : NULL;

    shrink(radix);
    return item;
}

void *radix_next(const struct radix *radix, uint64_t *index)
{
    if (!radix->root || !reaches(radix, *index))
        return NULL;
    return next_below(radix->root, radix->height, 0, *index, index);
}

uint64_t radix_hole(const struct radix *radix, uint64_t index)
{
    while (radix_get(radix, index))
        index++;
    return index;
}
