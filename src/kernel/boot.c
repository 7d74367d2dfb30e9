/* SPDX-License-Identifier: Apache-2.0 */
#include "boot.h"

#include "backed.h"
#include "options.h"
#include "panic.h"
#include "physical.h"
#include "runtime/bytes.h"
#include "runtime/sum.h"
#include "tables.h"
#include "x86_64/layout.h"

#define MBR_SIGNATURE_BASE (LAYOUT_MBR_LIMIT - 2)
#define IMAGE_SUM_BASE (LAYOUT_MBR_BASE + IMAGE_MBR_STAGE2_SUM)

struct boot boot;

void boot_keep(const struct handoff *h)
{
    if (h->magic != HANDOFF_MAGIC)
        panic("hand-off: magic is 0x%x", h->magic);
    boot.handoff = *h;
}

/* Low memory is read through the initial map, address 0 included, which no C object may have: hence the asm. */
static const void *low(uint64_t address)
{
    const void *p;

    __asm__("" : "=r"(p) : "0"(address));
    return p;
}

static uint64_t low_sum(uint64_t base, uint64_t limit)
{
    return sum_words(0, low(base), limit - base);
}

static void look_at_low_memory(void)
{
    const struct handoff *h = &boot.handoff;
    struct witness *w = &boot.witness;

    w->ivt_same = low_sum(LAYOUT_IVT_BASE, LAYOUT_IVT_LIMIT) == h->ivt_sum;
    w->mbr_same = low_sum(LAYOUT_MBR_BASE, LAYOUT_MBR_LIMIT) == h->mbr_sum;
    w->unused_same = low_sum(LAYOUT_UNUSED_BASE, LAYOUT_UNUSED_LIMIT) == h->unused_sum;
    w->bounce_same = low_sum(LAYOUT_BOUNCE_BASE, LAYOUT_BOUNCE_BASE + h->bounce_bytes) == h->bounce_sum;
    bytes_copy(&w->mbr_signature, low(MBR_SIGNATURE_BASE), sizeof w->mbr_signature);
    bytes_copy(&w->image_sum, low(IMAGE_SUM_BASE), sizeof w->image_sum);
    bytes_copy(&w->base_memory_kib, low(LAYOUT_BDA_MEMSIZE_BASE), sizeof w->base_memory_kib);
    bytes_copy(&w->stage2_magic, low(LAYOUT_STAGE2_BASE + IMAGE_HDR_MAGIC), sizeof w->stage2_magic);
}

static void keep_tables(const struct handoff *h)
{
    uint64_t bytes = h->bytes - h->entries_offset;
    uint8_t *copy = heap_new(&backed.heap, bytes);

    if (!copy)
        panic("no memory to keep the memory map: %lu bytes", bytes);
    bytes_copy(copy, (const uint8_t *)h + h->entries_offset, bytes);
    boot.entries = (struct map_entry *)copy;
    boot.table.regions = (struct region *)(copy + h->regions_offset - h->entries_offset);
    boot.table.count = boot.table.capacity = h->region_count;
}

static void count_usable(void)
{
    for (uint32_t i = 0; i < boot.table.count; i++) {
        const struct region *r = &boot.table.regions[i];
        uint64_t frames = (r->limit - r->base) >> LAYOUT_FRAME_SHIFT;

        boot.usable_frames += frames;
        if (r->base >= LAYOUT_HIMEM_BASE)
            boot.usable_frames_above_1m += frames;
    }
}

/* The record's frames will be somebody's memory; it is read-only here, and its head lies in its first page. */
static void blot_key(const struct handoff *h)
{
    virt_t page = virt((uint64_t)h);

    *pagetable_entry(&kernel_tables, page) |= PT_WRITE;
    kernel_tables.invalidate(NULL, page);
    options_blot((char *)(uintptr_t)h->options);
}

void boot_dismantle(const struct handoff *h)
{
    if (options_store.keyed)
        blot_key(h);
    keep_tables(h);
    count_usable();
    look_at_low_memory();
    tables_unmap(virt(LAYOUT_INITMAP_BASE), LAYOUT_INITMAP_LIMIT - LAYOUT_INITMAP_BASE, NULL, NULL);
    tables_unmap(virt(h->stack_base), LAYOUT_FRAME_SIZE, NULL, NULL);
    tables_unmap(virt(LAYOUT_HANDOFF_BASE), LAYOUT_HANDOFF_LIMIT - LAYOUT_HANDOFF_BASE, NULL, NULL); /* h is gone */
    physical_reclaim(&boot.table, REGION_STAGE2);
    physical_reclaim(&boot.table, REGION_STACK);
    physical_reclaim(&boot.table, REGION_HANDOFF);
}
