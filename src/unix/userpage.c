/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of the program, filled by the kernel: at their own address, which no user may see yet (space_touch.c), so that
 * neither SMAP nor the page's rights are in the way.
 */
#include "kernel/backed.h"
#include "kernel/tables.h"
#include "unix/space_inner.h"
#include "x86_64/page.h"

static struct backed heap;
static void *zeros;
static phys_t zeros_frame;

void userpage_clear(uint64_t address, uint64_t bytes)
{
    page_clear((void *)address, bytes);
}

void userpage_copy(uint64_t to, const void *from)
{
    page_copy((void *)to, from, LAYOUT_FRAME_SIZE);
}

void userpage_copy_within(uint64_t to, uint64_t from)
{
    userpage_copy(to, (const void *)from);
}

bool userpage_is_zero(uint64_t address)
{
    const uint64_t *words = (const uint64_t *)address, *limit = words + LAYOUT_FRAME_SIZE / sizeof *words;

    while (words < limit && !*words)
        words++;
    return words == limit;
}

bool userpage_zeros(phys_t *frame)
{
    struct mapping leaf;

    if (!zeros) {
        if (!heap.heap.ops)
            backed_init(&heap, "backed(zeros)", OWNER_ZERO_PAGE);
        zeros = heap_new(&heap.heap, LAYOUT_FRAME_SIZE);
        if (!zeros || !pagetable_walk(&kernel_tables, virt((uint64_t)zeros), &leaf))
            return false;
        page_clear(zeros, LAYOUT_FRAME_SIZE);
        zeros_frame = leaf.phys;
    }
    *frame = zeros_frame;
    return true;
}

void userpage_zeros_end(void)
{
    if (zeros)
        (void)!heap_delete(&heap.heap, zeros, LAYOUT_FRAME_SIZE);
    zeros = 0;
}
