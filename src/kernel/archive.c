/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of the bytes is that of the regions' addresses, but the regions below 1 MiB come last: so stage2 took them.
 * Pages of 4 KiB throughout, because each is given back, or mapped for the program, on its own.
 */
#include "archive.h"

#include "fail.h"
#include "ledger.h"
#include "panic.h"
#include "runtime/region.h"
#include "say.h"
#include "tables.h"
#include "virtual.h"
#include "x86_64/com1.h"
#include "x86_64/protocol.h"

static struct archive archive;

static _Noreturn void refuse(const char *what, enum status status)
{
    say(PROTO_REFUSED "%lu KiB of the program's files cannot be mapped: %s: %s\n", archive.bytes >> 10, what,
        status_text(status));
    machine_end(PROTO_EXIT_REFUSED);
}

static void map_region(const struct region *r, uint64_t *at)
{
    for (uint64_t frame = r->base; frame < r->limit; frame += LAYOUT_FRAME_SIZE, *at += LAYOUT_FRAME_SIZE) {
        enum status status = tables_map_page(virt(*at), phys(frame), PT_WRITE | PT_NX | PT_GLOBAL, OWNER_FILES);

        if (status != STATUS_OK)
            refuse("no page table", status);
    }
}

/* The regions of the archive that lie above 1 MiB, or those below; returns where the next page belongs. */
static uint64_t map_regions(const struct handoff *h, bool high, uint64_t at)
{
    const struct region *regions = (const struct region *)((uintptr_t)h + h->regions_offset);

    for (uint32_t i = 0; i < h->region_count; i++)
        if (regions[i].type == REGION_ARCHIVE && (regions[i].base >= LAYOUT_HIMEM_BASE) == high)
            map_region(&regions[i], &at);
    return at;
}

void archive_map(const struct handoff *h)
{
    struct idheap_request request = { .count = (uint64_t)h->archive_pages + 1 };
    uint64_t id, limit;
    enum status status;

    if (!h->archive_pages)
        return;
    archive.bytes = (uint64_t)h->archive_pages << LAYOUT_FRAME_SHIFT;
    status = fail_due() ? STATUS_NOT_FOUND : idheap_import_alloc(&virtual_import, &request, &id);
    if (status != STATUS_OK)
        refuse("no addresses", status);
    archive.base = (uint8_t *)(id << LAYOUT_FRAME_SHIFT);
    limit = map_regions(h, false, map_regions(h, true, (uint64_t)archive.base));
    if (limit - (uint64_t)archive.base != archive.bytes)
        panic("archive: the regions have 0x%lx bytes of it, not 0x%lx", limit - (uint64_t)archive.base, archive.bytes);
}

struct archive boot_archive(void)
{
    return archive;
}
