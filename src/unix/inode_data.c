/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of regular files.  A file is as long as `size`; a page that is not there is a hole and reads as zeros.
 * Invariant: in the page that holds the end, the bytes behind the end are zero, and no page lies behind it.  A program
 * may break the former through a shared mapping; so a file that grows has them zeroed once more.
 */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "filepage.h"
#include "forget.h"
#include "inode.h"
#include "runtime/bytes.h"
#include "x86_64/layout.h"

static uint64_t page_of(uint64_t offset)
{
    return offset >> LAYOUT_FRAME_SHIFT;
}

bool inode_page_put(struct inode *file, uint64_t index, void *page)
{
    if (radix_set(&file->pages, index, page) != STATUS_OK)
        return false;
    file->page_count++;
    return true;
}

void *inode_page(struct inode *file, uint64_t index, bool make, bool *full)
{
    void *page;

    if (!file->size || index > page_of(file->size - 1))
        return NULL;
    page = radix_get(&file->pages, index);
    if (page || !make)
        return page;
    page = filepage_new();
    if (page && !inode_page_put(file, index, page)) {
        filepage_free(page);
        page = NULL;
    }
    if (!page && full)
        *full = true;
    return page;
}

int64_t inode_read(struct inode *file, void *to, uint64_t size, uint64_t offset)
{
    uint64_t done = 0;

    if (offset >= file->size)
        return 0;
    if (size > file->size - offset)
        size = file->size - offset;
    while (done < size) {
        uint64_t at = offset + done, inner = at % LAYOUT_FRAME_SIZE, part = LAYOUT_FRAME_SIZE - inner;
        const uint8_t *page = radix_get(&file->pages, page_of(at));

        if (part > size - done)
            part = size - done;
        if (page)
            bytes_copy((uint8_t *)to + done, page + inner, part);
        else
            bytes_fill((uint8_t *)to + done, 0, part);
        done += part;
    }
    return (int64_t)done;
}

/* Zeroes [from, limit) of one page, if the page is there. */
static void zero_part(struct inode *file, uint64_t from, uint64_t limit)
{
    uint8_t *page = radix_get(&file->pages, page_of(from));

    if (page && from < limit)
        bytes_fill(page + from % LAYOUT_FRAME_SIZE, 0, limit - from);
}

static void free_pages(struct inode *file, uint64_t first, uint64_t end)
{
    uint64_t index = first;
    void *page = radix_next(&file->pages, &index);

    if (page && index < end)
        space_forget_pages(file, first, end - first);
    for (; page && index < end; page = radix_next(&file->pages, &index)) {
        radix_take(&file->pages, index);
        filepage_free(page);
        file->page_count--;
    }
}

void inode_punch(struct inode *file, uint64_t from, uint64_t limit)
{
    uint64_t first = page_of(from) + (from % LAYOUT_FRAME_SIZE != 0), end = page_of(limit);

    if (first > end) { /* within one page */
        zero_part(file, from, limit);
        return;
    }
    zero_part(file, from, first << LAYOUT_FRAME_SHIFT);
    zero_part(file, end << LAYOUT_FRAME_SHIFT, limit);
    free_pages(file, first, end);
}

int64_t inode_resize(struct inode *file, uint64_t size)
{
    uint64_t old = file->size;

    if (size > FILE_SIZE_MAX)
        return -EFBIG;
    if (size > old && old % LAYOUT_FRAME_SIZE)
        zero_part(file, old, (page_of(old) + 1) << LAYOUT_FRAME_SHIFT);
    file->size = size;
    if (size >= old)
        return 0;
    space_cut_pages(file, (size + LAYOUT_FRAME_SIZE - 1) >> LAYOUT_FRAME_SHIFT);
    inode_punch(file, size, UINT64_MAX - LAYOUT_FRAME_SIZE + 1);
    return 0;
}
