/* SPDX-License-Identifier: Apache-2.0 */
#include "mapped.h"

#include "physical.h"
#include "tables.h"
#include "x86_64/layout.h"

uint64_t mapped_pages(uint64_t bytes)
{
    return (bytes >> LAYOUT_FRAME_SHIFT) + (bytes % LAYOUT_FRAME_SIZE != 0);
}

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

/* The leaf of the page at `address`; 0 if there is none. */
static uint64_t leaf_of(uint64_t address)
{
    const uint64_t *entry = pagetable_entry(&kernel_tables, virt(address));

    return entry ? *entry : 0;
}

/* The leaf of the page beside the one of `entry`, which lies in the same table unless it is at its end. */
static uint64_t leaf_before(const uint64_t *entry, uint64_t address)
{
    return (uint64_t)entry % LAYOUT_FRAME_SIZE ? entry[-1] : leaf_of(address - LAYOUT_FRAME_SIZE);
}

static uint64_t leaf_after(const uint64_t *entry, uint64_t address)
{
    return (uint64_t)(entry + 1) % LAYOUT_FRAME_SIZE ? entry[1] : leaf_of(address + LAYOUT_FRAME_SIZE);
}

enum status mapped_find(virt_t base, uint64_t *pages, enum owner owner)
{
    const uint64_t *entry = pagetable_entry(&kernel_tables, base);
    uint64_t count = 1, wanted = *pages;

    if (!entry || !*entry)
        return STATUS_NOT_ALLOCATED;
    if ((*entry & PT_OWNER) >> PT_OWNER_SHIFT != (uint64_t)owner)
        return STATUS_NOT_OWNED;
    if (base.v % LAYOUT_FRAME_SIZE || leaf_before(entry, base.v))
        return STATUS_INVALID;
    for (; leaf_after(entry, base.v); count++) {
        base.v += LAYOUT_FRAME_SIZE;
        entry = pagetable_entry(&kernel_tables, base);
        if (count == wanted)
            return STATUS_INVALID;
    }
    if (wanted && wanted != count)
        return STATUS_INVALID;
    *pages = count;
    return STATUS_OK;
}

void mapped_drop(virt_t base, uint64_t pages, enum owner owner)
{
    for (uint64_t i = 0; i < pages; i++)
        physical_free(owner, tables_unmap_page(virt(base.v + (i << LAYOUT_FRAME_SHIFT))), 1);
}
