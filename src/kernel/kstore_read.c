/* SPDX-License-Identifier: Apache-2.0 */
/* What of the kernel's memory may be read from outside: a heap's pages, known by the owner that their leaves carry. */
#include "kstore_groups.h"
#include "tables.h"
#include "x86_64/layout.h"

static bool is_heap(uint64_t owner)
{
    return owner == OWNER_BACKED || owner == OWNER_GENERAL || (owner >= OWNER_TAG_SYMBOL && owner < OWNER_COUNT);
}

/* The owner of the page at an address, OWNER_FREE if there is none. */
static uint64_t owner_at(uint64_t address)
{
    struct mapping leaf;

    return pagetable_walk(&kernel_tables, virt(address), &leaf) ? (leaf.flags & PT_OWNER) >> PT_OWNER_SHIFT :
                                                                  OWNER_FREE;
}

bool kstore_readable(uint64_t address, uint32_t bytes, const char **heap)
{
    uint64_t owner;

    if (address < LAYOUT_KMEM_BASE || address >= LAYOUT_KMEM_LIMIT || bytes > LAYOUT_KMEM_LIMIT - address)
        return false;
    owner = owner_at(address);
    if (!is_heap(owner) || !bytes || owner_at(address + bytes - 1) != owner)
        return false;
    *heap = owner_name((enum owner)owner);
    return true;
}
