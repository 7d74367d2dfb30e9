/* SPDX-License-Identifier: Apache-2.0 */
#include "mapped.h"

#include "physical.h"
#include "tables.h"
#include "x86_64/layout.h"

static enum status make_page(uint64_t address, enum owner owner)
{
    phys_t frame;
    enum status status = physical_alloc(owner, &frame);

    if (status != STATUS_OK)
        return status;
    status = tables_map_page(virt(address), frame, PT_WRITE | PT_NX | PT_GLOBAL, owner);
    if (status != STATUS_OK)
        physical_free(owner, frame, 1);
    return status;
}

enum status mapped_make(virt_t base, uint64_t pages, enum owner owner)
{
    for (uint64_t i = 0; i < pages; i++) {
        enum status status = make_page(base.v + (i << LAYOUT_FRAME_SHIFT), owner);

        if (status != STATUS_OK) {
            mapped_drop(base, i, owner);
            return status;
        }
    }
    return STATUS_OK;
}

/* The entry of the page after, or before, the one of `entry`; mostly it lies in the same table. */
static uint64_t *entry_after(uint64_t *entry, uint64_t address)
{
    if ((uint64_t)(entry + 1) % LAYOUT_FRAME_SIZE)
        return entry + 1;
    return pagetable_entry(&kernel_tables, virt(address + LAYOUT_FRAME_SIZE));
}

static uint64_t *entry_before(uint64_t *entry, uint64_t address)
{
    if ((uint64_t)entry % LAYOUT_FRAME_SIZE)
        return entry - 1;
    return pagetable_entry(&kernel_tables, virt(address - LAYOUT_FRAME_SIZE));
}

static bool is_mapped(const uint64_t *entry)
{
    return entry && *entry;
}

/* Pages mapped in a row from `address` on, but no more than one above `most`. */
static uint64_t count_pages(uint64_t *entry, uint64_t address, uint64_t most)
{
    uint64_t count = 0;

    for (; is_mapped(entry) && count <= most; count++) {
        entry = entry_after(entry, address);
        address += LAYOUT_FRAME_SIZE;
    }
    return count;
}

enum status mapped_find(virt_t base, uint64_t *pages, enum owner owner)
{
    uint64_t *entry = pagetable_entry(&kernel_tables, base), count;

    if (!is_mapped(entry))
        return STATUS_NOT_ALLOCATED;
    if ((*entry & PT_OWNER) >> PT_OWNER_SHIFT != (uint64_t)owner)
        return STATUS_NOT_OWNED;
    if (base.v % LAYOUT_FRAME_SIZE || is_mapped(entry_before(entry, base.v)))
        return STATUS_INVALID;
    count = count_pages(entry, base.v, *pages ? *pages : UINT64_MAX - 1);
    if (*pages && count != *pages)
        return STATUS_INVALID;
    *pages = count;
    return STATUS_OK;
}

bool mapped_drop_one(virt_t base, enum owner owner)
{
    uint64_t *entry = pagetable_entry(&kernel_tables, base), index = (uint64_t)entry % LAYOUT_FRAME_SIZE;

    /* Entries at the table's ends have a neighbour in another one. */
    if (!index || index == LAYOUT_FRAME_SIZE - sizeof *entry || base.v % LAYOUT_FRAME_SIZE ||
        (*entry & PT_OWNER) >> PT_OWNER_SHIFT != (uint64_t)owner || entry[-1] || entry[1])
        return false;
    physical_free(owner, tables_unmap_entry(base, entry), 1);
    return true;
}

void mapped_drop(virt_t base, uint64_t pages, enum owner owner)
{
    uint64_t *entry = pages ? pagetable_entry(&kernel_tables, base) : NULL;

    while (pages--) {
        uint64_t *next = pages ? entry_after(entry, base.v) : NULL; /* a table with another page in it stays */

        physical_free(owner, tables_unmap_entry(base, entry), 1);
        base.v += LAYOUT_FRAME_SIZE;
        entry = next;
    }
}
