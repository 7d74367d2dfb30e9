/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive of the program's files: read through the bounce buffer, once, into runs of frames below 4 GiB.
 *
 *   disk       |0 1 2 3 4 5 6 7 8 9|                         pages, partition 2
 *   regions    |  |4 5 6 7| |8 9|   ...   |0 1| |2 3|      0..3 above 1 MiB: memory_run's order is that of the bytes,
 *              0                1 MiB                        so that the regions alone tell the kernel where they are
 *
 * A run costs a look at the regions; a sector costs the BIOS's reading, a copy and the sum.  What is in it is the
 * kernel's to judge.
 */
#include "runtime/bytes.h"
#include "runtime/sum.h"
#include "stage2.h"
#include "x86_64/layout.h"

#define PAGE_SECTORS (LAYOUT_FRAME_SIZE / LAYOUT_SECTOR_SIZE)
#define PAGES_PER_TABLE 512u
#define REGIONS_MORE 2u /* its last run above 1 MiB, and the one below, may leave a rest of a region */
#define TABLES_SPARE 4u /* of the kernel's mapping: it need not begin with a table, and those of the upper levels */

/* Before the first frame is taken: what is short is said with both numbers. */
static void need_frames(struct handoff *h, uint32_t pages)
{
    uint32_t tables = pages / PAGES_PER_TABLE + TABLES_SPARE;

    memory_need(pages + tables + tables_most() + memory_handoff(REGIONS_MORE) + STAGE3_FRAMES, h->book_frames,
                "the program's files, page tables and first heaps");
}

/* Reads `bytes` from sector `lba` to the frames at `to`; returns the sum, continued. */
static uint64_t read_run(uint32_t lba, uint32_t to, uint32_t bytes, uint64_t sum)
{
    while (bytes > 0) {
        uint32_t sectors = bytes / LAYOUT_SECTOR_SIZE;
        const void *data = disk_read(lba, &sectors);
        uint32_t part = sectors * LAYOUT_SECTOR_SIZE;

        sum = sum_words(sum, data, part);
        bytes_copy((void *)(uintptr_t)to, data, part);
        lba += sectors;
        to += part;
        bytes -= part;
    }
    return sum;
}

void archive_load(struct handoff *h)
{
    uint32_t lba = HEADER32(IMAGE_HDR_ARCHIVE_LBA), left = HEADER32(IMAGE_HDR_ARCHIVE_PAGES);
    uint64_t sum = 0;

    if (!left)
        return;
    if (left > IMAGE_ARCHIVE_PAGES_MAX)
        refuse("the archive has %u pages; the most is %u", left, IMAGE_ARCHIVE_PAGES_MAX);
    need_frames(h, left);
    h->archive_pages = left;
    while (left > 0) {
        uint32_t frames, base = memory_run(REGION_ARCHIVE, left, &frames);

        sum = read_run(lba, base, frames << LAYOUT_FRAME_SHIFT, sum);
        lba += frames * PAGE_SECTORS;
        left -= frames;
    }
    h->archive_sum = HEADER64(IMAGE_HDR_ARCHIVE_SUM);
    check_sum("the archive", sum, h->archive_sum);
    h->book_frames = memory_books(); /* its end may cut a region in two */
}
