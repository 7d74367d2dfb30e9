/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PAGES window: table frames, one slot of a page each.
 *
 *   slot   0        1..510            511         512       513..
 *         +--------+-----------------+-----------+---------+---------
 *         |window  | tables of       | for one   |window   | tables    ...   32 groups of 512
 *         |table 0 | anything        | moment    |table 1  |
 *         +--------+-----------------+-----------+---------+---------
 *
 * The first slot of a group is the window's own table that shows the group, itself included.  A new one is zeroed
 * through slot 511 before it is linked: what a fresh frame holds would be mappings.
 */
#include "tables.h"

#include "panic.h"
#include "physical.h"
#include "runtime/bytes.h"
#include "x86_64/layout.h"

#define SLOTS (1u << LAYOUT_PAGES_SLOT_BITS)
#define GROUP PT_ENTRIES
#define SCRATCH_SLOT 511u
#define WINDOW_FLAGS (PT_PRESENT | PT_WRITE)

struct pagetable kernel_tables;

static uint64_t used[SLOTS / 64]; /* a bit a slot */
static uint32_t hint; /* no free slot below */

uint64_t *tables_slot(void *context, uint32_t slot)
{
    (void)context;
    return (uint64_t *)(LAYOUT_PAGES_BASE + ((uint64_t)slot << LAYOUT_FRAME_SHIFT));
}

static void flush(uint64_t address)
{
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static void invalidate(void *context, virt_t address)
{
    (void)context;
    flush(address.v);
}

static bool is_used(uint32_t slot)
{
    return used[slot / 64] >> slot % 64 & 1;
}

static void set_used(uint32_t slot, bool value)
{
    if (value)
        used[slot / 64] |= 1ull << slot % 64;
    else
        used[slot / 64] &= ~(1ull << slot % 64);
}

/* Shows `entry` (0: nothing) in a slot whose group has its table. */
static void show(uint32_t slot, uint64_t entry)
{
    tables_slot(NULL, slot & ~(GROUP - 1u))[slot % GROUP] = entry;
    flush((uint64_t)tables_slot(NULL, slot));
}

static uint64_t window_entry(phys_t frame)
{
    return frame.p | WINDOW_FLAGS | (kernel_tables.nx ? PT_NX : 0);
}

static uint64_t *below(uint64_t *table, uint32_t index)
{
    return tables_slot(NULL, pagetable_slot(table[index]));
}

/* The window's PD: entry g points to the table of group g. */
static uint64_t *window_directory(void)
{
    return below(below(tables_slot(NULL, kernel_tables.root), PT_ENTRIES - 1), PT_ENTRIES - 1);
}

static enum status open_group(uint32_t first)
{
    phys_t frame;
    enum status status = physical_alloc(OWNER_TABLES_PT, &frame);

    if (status != STATUS_OK)
        return status;
    if (is_used(first)) { /* the allocation needed a slot for its own books, and has opened this group */
        physical_free(OWNER_TABLES_PT, frame, 1);
        return STATUS_OK;
    }
    show(SCRATCH_SLOT, window_entry(frame));
    bytes_fill(tables_slot(NULL, SCRATCH_SLOT), 0, LAYOUT_FRAME_SIZE);
    tables_slot(NULL, SCRATCH_SLOT)[0] = window_entry(frame);
    show(SCRATCH_SLOT, 0);
    window_directory()[first / GROUP] = pagetable_link(first, frame);
    set_used(first, true);
    kernel_tables.tables++;
    return STATUS_OK;
}

static uint32_t free_slot(void)
{
    uint32_t found = hint;

    while (found < SLOTS && (is_used(found) || found % GROUP == 0))
        found++;
    return found;
}

enum status tables_slot_take(void *context, int level, uint32_t *slot, phys_t *frame)
{
    uint32_t found = free_slot();
    enum status status;

    (void)context;
    if (found < SLOTS && !is_used(found & ~(GROUP - 1u))) {
        status = open_group(found & ~(GROUP - 1u));
        if (status != STATUS_OK)
            return status;
        found = free_slot(); /* opening the group may have come back here and taken that one */
    }
    if (found == SLOTS)
        return STATUS_FULL;
    set_used(found, true); /* before the frame: its allocation may come back here for a table of its own */
    hint = found + 1;
    status = physical_alloc(owner_of_tables(level), frame);
    if (status != STATUS_OK) {
        set_used(found, false);
        hint = found < hint ? found : hint;
        return status;
    }
    show(found, window_entry(*frame));
    bytes_fill(tables_slot(NULL, found), 0, LAYOUT_FRAME_SIZE);
    *slot = found;
    return STATUS_OK;
}

void tables_slot_give(void *context, int level, uint32_t slot, phys_t frame)
{
    (void)context;
    show(slot, 0);
    set_used(slot, false);
    if (slot < hint)
        hint = slot;
    physical_free(owner_of_tables(level), frame, 1);
}

void tables_init(const struct handoff *h)
{
    kernel_tables = (struct pagetable){
        .root = h->root_slot,
        .nx = h->features & HANDOFF_NX,
        .page1g = h->features & HANDOFF_PAGE1G,
        .phys_limit = 1ull << h->phys_bits,
        .tables = h->next_slot,
        .window = (uint64_t *)LAYOUT_PAGES_BASE,
        .table = tables_slot,
        .take = tables_slot_take,
        .give = tables_slot_give,
        .invalidate = invalidate,
    };
    for (uint32_t slot = 0; slot < h->next_slot; slot++)
        set_used(slot, true);
    set_used(SCRATCH_SLOT, true);
    hint = h->next_slot;
}

void tables_to_ledger(void)
{
    for (int level = 2; level <= PT_LEVELS; level++) /* physical_init enters all as level 1 */
        ledger_move(OWNER_TABLES_PT, owner_of_tables(level), pagetable_count(&kernel_tables, level));
}

enum status tables_map_page(virt_t page, phys_t frame, uint64_t flags, enum owner owner)
{
    return pagetable_map_page(&kernel_tables, page, frame, flags | (uint64_t)owner << PT_OWNER_SHIFT);
}

phys_t tables_unmap_entry(virt_t page, uint64_t *entry)
{
    struct mapping leaf;

    if (!entry || !*entry)
        panic("page tables: the page at 0x%lx cannot be unmapped: it is not mapped", page.v);
    pagetable_unmap_page(&kernel_tables, page, entry, &leaf);
    return leaf.phys;
}

phys_t tables_unmap_page(virt_t page)
{
    return tables_unmap_entry(page, pagetable_entry(&kernel_tables, page));
}

enum status tables_map(virt_t base, phys_t frame, uint64_t bytes, uint64_t flags)
{
    return pagetable_map(&kernel_tables, base, frame, bytes, flags, true);
}

void tables_unmap(virt_t base, uint64_t bytes, void (*gone)(void *context, struct mapping leaf), void *context)
{
    enum status status = pagetable_unmap(&kernel_tables, base, bytes, gone, context);

    if (status != STATUS_OK)
        panic("page tables: 0x%lx cannot be unmapped: %s", base.v, status_text(status));
}

static bool count_leaf(void *context, struct mapping leaf)
{
    *(uint64_t *)context += leaf.bytes >> LAYOUT_FRAME_SHIFT;
    return true;
}

uint64_t tables_pages(uint64_t base, uint64_t limit)
{
    uint64_t pages = 0;

    pagetable_each(&kernel_tables, virt(base), virt(limit), count_leaf, &pages);
    return pages;
}

uint64_t tables_slots(void)
{
    uint64_t slots = 0;

    for (uint32_t i = 0; i < SLOTS / 64; i++)
        for (uint64_t word = used[i]; word; word &= word - 1)
            slots++;
    return slots - 1; /* the scratch slot shows nothing between two uses */
}
