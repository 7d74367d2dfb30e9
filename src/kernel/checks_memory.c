/* SPDX-License-Identifier: Apache-2.0 */
/* What the heaps are built on: regions, frames, page tables, the books. */
#include "boot.h"
#include "checks.h"
#include "meta.h"
#include "physical.h"
#include "tables.h"
#include "virtual.h"
#include "x86_64/layout.h"

#define LARGE_2M (1ull << 21)
#define LARGE_1G (1ull << 30)
#define TRIAL_BASE \
    (LAYOUT_TAG1_BASE - 4 * LARGE_1G) /* the end of the untagged slot: the heap starts at its other end */
#define TRIAL_FRAMES 64

static bool regions_sound(void)
{
    figure("regions: %u", boot.table.count);
    return region_check(&boot.table) == STATUS_OK;
}

static bool physical_sound(void)
{
    struct idheap_stats stats;

    idheap_stats(physical_heap(), &stats);
    figure("total: %lu", stats.total);
    figure("free: %lu", stats.free);
    figure("metadata-bytes: %lu", stats.metadata_bytes);
    return idheap_check(physical_heap()) == STATUS_OK && idheap_check(&virtual_page) == STATUS_OK &&
           idheap_check(&virtual_huge) == STATUS_OK &&
           stats.free == ledger.frames[OWNER_FREE];
}

static bool usable_frame(phys_t frame)
{
    const struct region *r = region_find(&boot.table, frame.p);

    return r && frame.p != 0 && !(frame.p >= LAYOUT_LOWMEM_LIMIT && frame.p < LAYOUT_HIMEM_BASE);
}

static bool physical_single(void)
{
    phys_t frames[TRIAL_FRAMES];
    uint64_t before = ledger.frames[OWNER_FREE];
    uint32_t count = 0;
    bool ok = true;

    while (count < TRIAL_FRAMES && physical_alloc(OWNER_BACKED, &frames[count]) == STATUS_OK) {
        ok = ok && usable_frame(frames[count]);
        for (uint32_t i = 0; i < count; i++)
            ok = ok && frames[i].p != frames[count].p;
        count++;
    }
    figure("frames: %u", count);
    for (uint32_t i = 0; i < count; i++)
        physical_free(OWNER_BACKED, frames[i], 1);
    return ok && count > 0 && ledger.frames[OWNER_FREE] + ledger.frames[OWNER_METADATA_PHYSICAL] >= before;
}

static bool physical_span(void)
{
    phys_t base;
    uint64_t bytes = LARGE_2M;

    while (bytes > LAYOUT_FRAME_SIZE &&
           physical_alloc_span(OWNER_BACKED, bytes >> LAYOUT_FRAME_SHIFT, bytes, 0, &base) != STATUS_OK)
        bytes >>= 1;
    figure("bytes: %lu", bytes);
    if (bytes == LAYOUT_FRAME_SIZE)
        return true; /* no two frames are neighbours anywhere: that is this map's right */
    physical_free(OWNER_BACKED, base, bytes >> LAYOUT_FRAME_SHIFT);
    return !(base.p & (bytes - 1)) && usable_frame(base) && usable_frame(phys(base.p + bytes - LAYOUT_FRAME_SIZE));
}

static bool leaf_is(uint64_t address, uint64_t bytes, uint64_t to)
{
    struct mapping leaf;

    return pagetable_walk(&kernel_tables, virt(address), &leaf) && leaf.bytes == bytes && leaf.phys.p == to;
}

/* Maps a range that holds pages of each size; what is behind them is never touched.
 *
 *   TRIAL_BASE + 1 GiB - 4 KiB |4K|--------- 1 GiB ---------|--2 MiB--|4K|
 */
static bool page_sizes(void)
{
    uint64_t start = TRIAL_BASE + LARGE_1G - LAYOUT_FRAME_SIZE, to = LARGE_1G - LAYOUT_FRAME_SIZE;
    uint64_t middle = TRIAL_BASE + LARGE_1G, tables = kernel_tables.tables;
    uint64_t large = kernel_tables.page1g ? LARGE_1G : LARGE_2M;
    uint64_t bytes = LAYOUT_FRAME_SIZE + LARGE_1G + LARGE_2M + LAYOUT_FRAME_SIZE;
    bool ok;

    figure("largest: %lu", large);
    if (tables_map(virt(start), phys(to), bytes, PT_WRITE | PT_NX) != STATUS_OK)
        return false;
    ok = leaf_is(start, LAYOUT_FRAME_SIZE, to) && leaf_is(middle, large, LARGE_1G) &&
         leaf_is(middle + LARGE_1G, LARGE_2M, 2 * LARGE_1G) &&
         leaf_is(middle + LARGE_1G + LARGE_2M, LAYOUT_FRAME_SIZE, 2 * LARGE_1G + LARGE_2M);
    ok = ok && pagetable_unmap(&kernel_tables, virt(middle + LAYOUT_FRAME_SIZE), LAYOUT_FRAME_SIZE, NULL, NULL) ==
                   STATUS_OK; /* splits down to 4 KiB */
    ok = ok && leaf_is(middle, LAYOUT_FRAME_SIZE, LARGE_1G) &&
         !leaf_is(middle + LAYOUT_FRAME_SIZE, LAYOUT_FRAME_SIZE, 0) &&
         leaf_is(middle + LARGE_2M, LARGE_2M, LARGE_1G + LARGE_2M);
    tables_unmap(virt(start), bytes, NULL, NULL);
    figure("tables: %lu", kernel_tables.tables);
    return ok && kernel_tables.tables == tables;
}

static bool metadata_lazy(void)
{
    uint64_t books = ledger.frames[OWNER_METADATA_PHYSICAL] + ledger.frames[OWNER_METADATA_VIRTUAL] +
                     ledger.frames[OWNER_METADATA_TAGGED];

    figure("pages: %lu", meta_pages());
    figure("allowed: %u", boot.handoff.book_frames);
    return meta_pages() == books && meta_pages() <= boot.handoff.book_frames;
}

static const struct check checks[] = {
    { "regions: sorted, disjoint, frame-aligned", regions_sound },
    { "physical heap: its books are sound and agree with the ledger", physical_sound },
    { "physical heap: single frames are usable and distinct", physical_single },
    { "physical heap: a span is aligned and usable", physical_span },
    { "page tables: 4 KiB, 2 MiB and 1 GiB pages map, walk, split and unmap", page_sizes },
    { "heap metadata: what the ledger says, and no more than stage2 allowed for", metadata_lazy },
};

const struct check_list checks_memory = { checks, sizeof checks / sizeof *checks };
