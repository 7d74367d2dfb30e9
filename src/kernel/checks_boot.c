/* SPDX-License-Identifier: Apache-2.0 */
/* The stages of doc/boot.md and the rows of low memory in doc/memory-map.md, as the boot left them. */
#include "archive.h"
#include "boot.h"
#include "checks.h"
#include "physical.h"
#include "runtime/sum.h"
#include "tables.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"
#include "x86_64/protect.h"
#include "x86_64/trap.h"

#define MBR_SIGNATURE 0xaa55

static const char *map_source_name(uint32_t source)
{
    static const char *const names[] = {
        [MAP_SOURCE_E820] = "e820", [MAP_SOURCE_E801] = "e801", [MAP_SOURCE_88] = "88"
    };

    return source < sizeof names / sizeof *names ? names[source] : "unknown";
}

static bool machine_facts(void)
{
    const struct handoff *h = &boot.handoff;

    figure("ebda-pointer: 0x%x", h->ebda_pointer);
    figure("base-memory-kib: %u", h->base_memory_kib);
    figure("low-limit: 0x%x", h->low_limit);
    figure("phys-bits: %u", h->phys_bits);
    figure("map-source: %s", map_source_name(h->map_source));
    figure("entries: %u", h->entry_count);
    return h->phys_bits >= 32 && h->phys_bits <= 52 && h->low_limit <= LAYOUT_LOWMEM_LIMIT && h->entry_count > 0;
}

static bool stage1_loaded(void)
{
    figure("drive: 0x%x", boot.handoff.boot_drive);
    figure("signature: 0x%x", boot.witness.mbr_signature);
    return boot.witness.mbr_signature == MBR_SIGNATURE && boot.witness.mbr_same;
}

static bool stage2_loaded(void)
{
    figure("magic: 0x%x", boot.witness.stage2_magic);
    figure("limit: 0x%x", boot.handoff.stage2_limit);
    figure("a20: %s", boot.handoff.a20);
    return boot.witness.stage2_magic == IMAGE_MAGIC && boot.handoff.stage2_limit <= LAYOUT_STAGE2_LIMIT;
}

static bool vectors_untouched(void)
{
    figure("base: 0x%x", LAYOUT_IVT_BASE);
    figure("limit: 0x%x", LAYOUT_IVT_LIMIT);
    return boot.witness.ivt_same;
}

static bool bda_untouched(void)
{
    figure("base-memory-kib: %u", boot.witness.base_memory_kib);
    return boot.witness.base_memory_kib == boot.handoff.base_memory_kib;
}

static bool bounce_used(void)
{
    figure("read: %s", boot.handoff.features & HANDOFF_EDD ? "edd" : "chs");
    figure("sectors: %u", boot.handoff.sectors_read);
    figure("retries: %u", boot.handoff.disk_retries);
    figure("last-bytes: %u", boot.handoff.bounce_bytes);
    return boot.witness.bounce_same && boot.handoff.bounce_bytes > 0 &&
           boot.handoff.bounce_bytes <= LAYOUT_BOUNCE_LIMIT - LAYOUT_BOUNCE_BASE;
}

static bool rmstack_fits(void)
{
    figure("used: %u", boot.handoff.rmstack_used);
    figure("size: %u", LAYOUT_RMSTACK_LIMIT - LAYOUT_RMSTACK_BASE);
    return boot.handoff.rmstack_used > 0 && boot.handoff.rmstack_used < LAYOUT_RMSTACK_LIMIT - LAYOUT_RMSTACK_BASE;
}

static bool unused_untouched(void)
{
    figure("base: 0x%x", LAYOUT_UNUSED_BASE);
    figure("limit: 0x%x", LAYOUT_UNUSED_LIMIT);
    return boot.witness.unused_same;
}

static bool found(void *context, struct mapping leaf)
{
    *(uint64_t *)context = leaf.base.v;
    return false;
}

static bool nothing_mapped(uint64_t base, uint64_t limit)
{
    uint64_t first = ~0ull;

    pagetable_each(&kernel_tables, virt(base), virt(limit), found, &first);
    if (first != ~0ull)
        figure("mapped: 0x%lx", first);
    return first == ~0ull;
}

static bool initmap_gone(void)
{
    figure("limit: 0x%x", LAYOUT_INITMAP_LIMIT);
    return nothing_mapped(LAYOUT_INITMAP_BASE, LAYOUT_INITMAP_LIMIT) && !probe_read(LAYOUT_STAGE2_BASE);
}

static bool stack_gone(void)
{
    const struct handoff *h = &boot.handoff;
    uint64_t frame = h->stack_base >> LAYOUT_FRAME_SHIFT;

    figure("base: 0x%x", h->stack_base);
    return nothing_mapped(h->stack_base, (uint64_t)h->stack_base + LAYOUT_FRAME_SIZE) && !probe_read(h->stack_base) &&
           idheap_states(physical_heap(), frame, 1) != IDHEAP_FOREIGN;
}

/* Each frame that stage2 had is the heap's: free, or used anew by somebody whom the ledger knows. */
static bool reclaimed(void)
{
    figure("boot-leftovers: %lu", ledger.frames[OWNER_BOOT_LEFTOVERS]);
    for (uint32_t i = 0; i < boot.table.count; i++) {
        const struct region *r = &boot.table.regions[i];

        if (idheap_states(physical_heap(), r->base >> LAYOUT_FRAME_SHIFT,
                          (r->limit - r->base) >> LAYOUT_FRAME_SHIFT) &
            IDHEAP_FOREIGN)
            return false;
    }
    return ledger.frames[OWNER_BOOT_LEFTOVERS] == 0;
}

static bool handoff_gone(void)
{
    figure("base: 0x%lx", LAYOUT_HANDOFF_BASE);
    figure("bytes: %u", boot.handoff.bytes);
    return nothing_mapped(LAYOUT_HANDOFF_BASE, LAYOUT_HANDOFF_LIMIT) && !probe_read(LAYOUT_HANDOFF_BASE);
}

/* Page by page through the mapping, so that a frame in the wrong place shows. */
static bool archive_whole(void)
{
    struct archive archive = boot_archive();
    uint64_t sum = sum_words(0, archive.base, archive.bytes);

    figure("pages: %u", boot.handoff.archive_pages);
    figure("sum: 0x%lx", sum);
    return archive.bytes >> LAYOUT_FRAME_SHIFT == boot.handoff.archive_pages &&
           ledger.frames[OWNER_FILES] == boot.handoff.archive_pages && sum == boot.handoff.archive_sum;
}

static bool protections_on(void)
{
    struct protection list[PROTECTION_COUNT];
    bool ok = true;

    protect_read(list);
    for (int i = 0; i < PROTECTION_COUNT; i++) {
        figure("%s: %s", list[i].name, !list[i].present ? "absent" : list[i].on ? "on" : "off");
        ok = ok && list[i].present == list[i].on;
    }
    return ok;
}

static const struct check checks[] = {
    { "machine: facts", machine_facts },
    { "stage1: at 0x7c00, unchanged since it ran", stage1_loaded },
    { "stage2: from 0x8000, within its limit", stage2_loaded },
    { "stage3: every protection that the CPU has is on", protections_on },
    { "low memory: the interrupt vectors are as the BIOS left them", vectors_untouched },
    { "low memory: the BIOS data area is as it was found", bda_untouched },
    { "low memory: the bounce buffer holds the last read and no more", bounce_used },
    { "low memory: the real-mode stack stayed within its 4 KiB", rmstack_fits },
    { "low memory: the unused sector is as it was found", unused_untouched },
    { "low memory: the initial map is unmapped", initmap_gone },
    { "low memory: stage2's stack is unmapped and its frame reclaimed", stack_gone },
    { "low memory: stage2's memory is reclaimed", reclaimed },
    { "hand-off: unmapped", handoff_gone },
    { "archive: in one piece, with its sum", archive_whole },
};

const struct check_list checks_boot = { checks, sizeof checks / sizeof *checks };
