/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap of its own, so that the pages are booked under OWNER_FILES.  The archive's pages stand side by side, so each
 * is unmapped alone and its address never comes back; a page of the heap has a guard behind it.
 *
 * The reserve is what a system call, a page fault or the program's end may need of the kernel's heaps and page tables
 * before something is given back; and where there is memory for it, some pages that the program may touch beyond it
 * (SPACE_RESERVE_FRAMES), so that who has filled the disk lives to say so.
 */
#include "filepage.h"

#include "kernel/backed.h"
#include "kernel/panic.h"
#include "kernel/physical.h"
#include "kernel/tables.h"
#include "runtime/bytes.h"

#define RESERVE 16 /* frames */
#define RESERVE_PART 64 /* of all frames, one for the program */
#define RESERVE_MORE 48 /* of these at most */

static struct backed pages;

static struct {
    uint64_t base, limit;
} archive;

void filepage_init(const void *base, uint64_t bytes)
{
    backed_init(&pages, "files", OWNER_FILES);
    archive.base = (uint64_t)(uintptr_t)base;
    archive.limit = archive.base + bytes;
}

uint64_t filepage_total(void)
{
    return ledger_total(&ledger);
}

static uint64_t reserve(void)
{
    uint64_t more = filepage_total() / RESERVE_PART;

    return RESERVE + (more < RESERVE_MORE ? more : RESERVE_MORE);
}

bool filepage_room(void)
{
    return ledger.frames[OWNER_FREE] > reserve();
}

void *filepage_new(void)
{
    void *page = filepage_room() ? heap_new(&pages.heap, LAYOUT_FRAME_SIZE) : NULL;

    if (page)
        bytes_fill(page, 0, LAYOUT_FRAME_SIZE);
    return page;
}

void filepage_free(void *page)
{
    uint64_t address = (uint64_t)(uintptr_t)page;
    enum status status;

    if (address >= archive.base && address < archive.limit) {
        physical_free(OWNER_FILES, tables_unmap_page(virt(address)), 1);
        return;
    }
    status = heap_delete(&pages.heap, page, LAYOUT_FRAME_SIZE);
    if (status != STATUS_OK)
        panic("a page of a file, 0x%lx, cannot be given back: %s", address, status_text(status));
}

phys_t filepage_frame(const void *page)
{
    const uint64_t *entry = pagetable_entry(&kernel_tables, virt((uint64_t)(uintptr_t)page));

    return phys(*entry & PT_FRAME);
}

uint64_t filepage_left(void)
{
    return filepage_room() ? ledger.frames[OWNER_FREE] - reserve() : 0;
}
