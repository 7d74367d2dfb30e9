/* SPDX-License-Identifier: Apache-2.0 */
#include "census.h"

#include "physical.h"
#include "sections.h"
#include "tables.h"
#include "x86_64/layout.h"

/* Heap memory: each leaf says whose it is. */
static bool add_owned_leaf(void *context, struct mapping leaf)
{
    struct ledger *counted = context;
    uint64_t owner = (leaf.flags & PT_OWNER) >> PT_OWNER_SHIFT;

    counted->frames[owner < OWNER_COUNT ? owner : OWNER_FREE] += leaf.bytes >> LAYOUT_FRAME_SHIFT;
    return true;
}

/* The user half: leaves of a program, and what the boot left, which carries no owner. */
static bool add_user_leaf(void *context, struct mapping leaf)
{
    uint64_t owner = (leaf.flags & PT_OWNER) >> PT_OWNER_SHIFT;

    if (owner_is_borrowed(owner))
        return true;
    if (owner == OWNER_FREE)
        leaf.flags |= (uint64_t)OWNER_BOOT_LEFTOVERS << PT_OWNER_SHIFT;
    return add_owned_leaf(context, leaf);
}

static uint64_t count_free(void)
{
    struct idheap_stretch stretch = { 0 };
    uint64_t free = 0;

    while (idheap_next(physical_heap(), stretch.limit, &stretch))
        if (stretch.state == IDHEAP_FREE)
            free += stretch.limit - stretch.base;
    return free;
}

void census_take(struct ledger *counted)
{
    *counted = (struct ledger){ 0 };
    counted->frames[OWNER_FREE] = count_free();
    for (int i = 0; i < SECTION_COUNT; i++)
        counted->frames[sections[i].owner] += tables_pages(sections[i].base, sections[i].limit);
    for (int level = 1; level <= PT_LEVELS; level++)
        counted->frames[owner_of_tables(level)] = pagetable_count(&kernel_tables, level);
    pagetable_each(&kernel_tables, virt(LAYOUT_KMEM_BASE), virt(LAYOUT_KMEM_LIMIT), add_owned_leaf, counted);
    pagetable_each(&kernel_tables, virt(0), virt(LAYOUT_USER_LIMIT), add_user_leaf, counted);
    counted->frames[OWNER_BOOT_LEFTOVERS] += tables_pages(LAYOUT_HANDOFF_BASE, LAYOUT_HANDOFF_LIMIT);
}
