/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The initial page tables, made by the kernel's own page-table code (src/x86_64/pagetable.c):
 *
 *   0x0 .. LAYOUT_INITMAP_LIMIT    to itself   rwx   code, GDT and variables of the step into 64-bit mode
 *   stage2's last stack            to itself   rw-
 *   LAYOUT_KERNEL_BASE             frames      r-x, r--, rw- as the segments say
 *   LAYOUT_HANDOFF_BASE            frames      r--
 *   LAYOUT_PAGES_BASE              frames      rw-   slot i: the i-th table; slot 0 is the window's own first table
 */
#include "runtime/bytes.h"
#include "stage2.h"
#include "x86_64/layout.h"
#include "x86_64/pagetable.h"

#define REACH 0x200000 /* of a table of the lowest level: the initial map's reaches up to here */
#define STACK_TABLES 3u

static struct {
    uint64_t *tables[TABLES_MAX]; /* by slot */
    uint32_t next;
} window;

static uint64_t *slot_table(void *context, uint32_t slot)
{
    (void)context;
    return window.tables[slot];
}

static enum status slot_take(void *context, int level, uint32_t *slot, phys_t *frame)
{
    (void)context;
    (void)level;
    if (window.next == TABLES_MAX)
        return STATUS_NO_MEMORY;
    *slot = window.next++;
    *frame = phys(memory_frame(REGION_PAGES));
    window.tables[*slot] = (uint64_t *)(uintptr_t)frame->p;
    bytes_fill(window.tables[*slot], 0, LAYOUT_FRAME_SIZE);
    return STATUS_OK;
}

static void slot_give(void *context, int level, uint32_t slot, phys_t frame)
{
    (void)context;
    (void)level;
    (void)slot;
    (void)frame; /* only after a failed map, which is refused at once */
}

static void map(struct pagetable *pt, uint64_t base, uint64_t to, uint64_t bytes, uint64_t flags)
{
    enum status status = pagetable_map(pt, virt(base), phys(to), bytes, flags, false);

    if (status != STATUS_OK)
        refuse("no initial page tables: 0x%llx cannot be mapped: %s", (unsigned long long)base, status_text(status));
}

static void map_kernel(struct pagetable *pt)
{
    for (uint32_t page = 0; page < kernel_page_count; page++) {
        uint32_t flags = kernel_pages[page].flags;

        if (flags)
            map(pt, LAYOUT_KERNEL_BASE + ((uint64_t)page << LAYOUT_FRAME_SHIFT), kernel_pages[page].frame,
                LAYOUT_FRAME_SIZE,
                (flags & KERNEL_PAGE_WRITE ? PT_WRITE : 0) | (flags & KERNEL_PAGE_EXECUTE ? 0 : PT_NX));
    }
}

/* The window shows every table, its own included.  Its first table is in slot 0, so it shows itself at its entry 0; the
 * tables above it are linked by hand, because pagetable_map would give it whatever slot is next. */
static void map_window(struct pagetable *pt)
{
    uint64_t *pml4 = window.tables[pt->root], *pdpt = window.tables[pagetable_slot(pml4[PT_ENTRIES - 1])], *pd;
    uint32_t slot;
    phys_t frame;

    if (slot_take(NULL, 2, &slot, &frame) != STATUS_OK)
        refuse("no initial page tables: more than %u are needed", TABLES_MAX);
    pd = window.tables[slot];
    pdpt[PT_ENTRIES - 1] = pagetable_link(slot, frame);
    pd[0] = pagetable_link(0, phys((uintptr_t)window.tables[0]));
    for (slot = 0; slot < window.next; slot++)
        window.tables[0][slot] = (uintptr_t)window.tables[slot] | PT_PRESENT | PT_WRITE | (pt->nx ? PT_NX : 0);
}

/* A stack in reach of the initial map's tables has none of its own. */
uint32_t tables_most(void)
{
    bool beyond = region_total(&memory.table, REGION_USABLE, REACH, LAYOUT_PHYS32_LIMIT);

    return beyond ? TABLES_MAX : TABLES_MAX - STACK_TABLES;
}

void tables_build(struct handoff *h, uint32_t stack_frame, const uint32_t *handoff_frames, uint32_t handoff_count)
{
    struct pagetable pt = { .nx = h->features & HANDOFF_NX,
                            .phys_limit = LAYOUT_PHYS32_LIMIT,
                            .table = slot_table,
                            .take = slot_take,
                            .give = slot_give };
    uint32_t window_slot;
    phys_t frame;

    if (slot_take(NULL, 1, &window_slot, &frame) != STATUS_OK ||
        slot_take(NULL, PT_LEVELS, &pt.root, &frame) != STATUS_OK)
        refuse("no initial page tables: none can be had");
    map(&pt, LAYOUT_INITMAP_BASE, LAYOUT_INITMAP_BASE, LAYOUT_INITMAP_LIMIT - LAYOUT_INITMAP_BASE, PT_WRITE);
    map(&pt, stack_frame, stack_frame, LAYOUT_FRAME_SIZE, PT_WRITE | PT_NX);
    map_kernel(&pt);
    for (uint32_t i = 0; i < handoff_count; i++)
        map(&pt, LAYOUT_HANDOFF_BASE + ((uint64_t)i << LAYOUT_FRAME_SHIFT), handoff_frames[i], LAYOUT_FRAME_SIZE,
            PT_NX);
    map_window(&pt);
    h->cr3 = (uintptr_t)window.tables[pt.root];
    h->root_slot = pt.root;
    h->next_slot = window.next;
}
