/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for the user address space, in this process: frames with contents, page tables in them, a heap for nodes,
 * files, and a CPU that touches memory through the tables and faults as the real one does.
 *
 * The functions here stand for src/kernel/{physical,tables,kheap,say,ledger}.c, src/unix/{inode,filepage,userpage}.c.
 */
#ifndef ACRE_SPACE_WORLD_H
#define ACRE_SPACE_WORLD_H

#include "heap_world.h"

#include "kernel/kheap.h"
#include "kernel/physical.h"
#include "unix/log.h"
#include "kernel/tables.h"
#include "unix/errno.h"
#include "unix/filepage.h"
#include "unix/forget.h"
#include "unix/inode.h"
#include "unix/program.h"
#include "unix/signals.h"
#include "unix/space_inner.h"
#include "unix/space_lock.h"

#define FRAMES 16384u /* 64 MiB */
#define FILE_PAGES 64u

struct ledger ledger;
struct reclaim_list physical_hooks;
struct pagetable kernel_tables;
struct program program;

static struct {
    void *bytes[FRAMES]; /* contents of a frame in use, made at first sight */
    uint8_t used[FRAMES]; /* owner + 1 */
    uint32_t hint;
    uint64_t nodes; /* of kheap */
    uint32_t fail_percent; /* of allocations of all kinds */
    uint64_t refused; /* allocations that failed */
    uint64_t said, invalidated;
    phys_t zeros;
} world;

static void world_stop(const char *why)
{
    printf("Bail out! %s\n", why);
    abort();
}

static bool world_fails(void)
{
    if (!world.fail_percent || random_next() % 100 >= world.fail_percent)
        return false;
    world.refused++;
    return true;
}

/* ---- frames */

static uint8_t *frame_bytes(phys_t frame)
{
    uint64_t number = frame.p >> LAYOUT_FRAME_SHIFT;

    if (number >= FRAMES || !world.used[number])
        world_stop("a frame that nobody has");
    if (!world.bytes[number])
        world.bytes[number] = memset(aligned_alloc(LAYOUT_FRAME_SIZE, LAYOUT_FRAME_SIZE), 0xa5, LAYOUT_FRAME_SIZE);
    return world.bytes[number];
}

enum status physical_alloc_span(enum owner owner, uint64_t count, uint64_t align, uint64_t limit, phys_t *base)
{
    uint64_t step = align > LAYOUT_FRAME_SIZE ? align >> LAYOUT_FRAME_SHIFT : 1, i;

    (void)limit;
    if (world_fails())
        return STATUS_NO_MEMORY;
    for (uint64_t at = step; at + count <= FRAMES; at += step) {
        for (i = 0; i < count && !world.used[at + i]; i++)
            ;
        if (i < count)
            continue;
        memset(world.used + at, (int)owner + 1, count);
        ledger_move(OWNER_FREE, owner, count);
        *base = phys(at << LAYOUT_FRAME_SHIFT);
        return STATUS_OK;
    }
    return STATUS_NOT_FOUND;
}

enum status physical_alloc(enum owner owner, phys_t *frame)
{
    if (world_fails())
        return STATUS_NO_MEMORY;
    for (uint32_t i = 0; i < FRAMES; i++, world.hint++) {
        uint32_t at = world.hint % FRAMES;

        if (at == 0 || world.used[at])
            continue;
        world.used[at] = (uint8_t)(owner + 1);
        ledger_move(OWNER_FREE, owner, 1);
        *frame = phys((uint64_t)at << LAYOUT_FRAME_SHIFT);
        return STATUS_OK;
    }
    return STATUS_NOT_FOUND;
}

void physical_free(enum owner owner, phys_t base, uint64_t count)
{
    uint64_t number = base.p >> LAYOUT_FRAME_SHIFT;

    for (uint64_t i = number; i < number + count; i++) {
        if (i >= FRAMES || world.used[i] != owner + 1)
            world_stop("a frame is freed by somebody who does not have it");
        world.used[i] = 0;
        free(world.bytes[i]);
        world.bytes[i] = NULL;
    }
    ledger_move(owner, OWNER_FREE, count);
}

uint64_t ledger_total(const struct ledger *l)
{
    uint64_t total = 0;

    for (int i = 0; i < OWNER_COUNT; i++)
        total += l->frames[i];
    return total;
}

/* ---- page tables: slot numbers are frame numbers */

static uint64_t *world_table(void *context, uint32_t slot)
{
    (void)context;
    return (uint64_t *)frame_bytes(phys((uint64_t)slot << LAYOUT_FRAME_SHIFT));
}

static enum status world_table_take(void *context, int level, uint32_t *slot, phys_t *frame)
{
    enum status status = physical_alloc(owner_of_tables(level), frame);

    (void)context;
    if (status != STATUS_OK)
        return status;
    memset(frame_bytes(*frame), 0, LAYOUT_FRAME_SIZE);
    *slot = (uint32_t)(frame->p >> LAYOUT_FRAME_SHIFT);
    return STATUS_OK;
}

static void world_table_give(void *context, int level, uint32_t slot, phys_t frame)
{
    (void)context;
    if (frame.p >> LAYOUT_FRAME_SHIFT != slot)
        world_stop("a table is given back at another place");
    physical_free(owner_of_tables(level), frame, 1);
}

static void world_invalidate(void *context, virt_t address)
{
    (void)context;
    (void)address;
    world.invalidated++;
}

void tables_unmap(virt_t base, uint64_t bytes, void (*gone)(void *context, struct mapping leaf), void *context)
{
    if (pagetable_unmap(&kernel_tables, base, bytes, gone, context) != STATUS_OK)
        world_stop("tables_unmap failed");
}

phys_t tables_unmap_page(virt_t page)
{
    uint64_t *entry = pagetable_entry(&kernel_tables, page);
    struct mapping leaf;

    if (!entry || !*entry)
        world_stop("a page that is not mapped is unmapped");
    pagetable_unmap_page(&kernel_tables, page, entry, &leaf);
    return leaf.phys;
}

/* ---- heap, log */

void *kheap_new(uint64_t size)
{
    if (world_fails())
        return NULL;
    world.nodes++;
    return malloc(size);
}

enum status kheap_delete(void *p, uint64_t size)
{
    (void)size;
    world.nodes--;
    free(p);
    return STATUS_OK;
}

void log_line(const char *format, ...)
{
    (void)format;
    world.said++;
}

/* ---- files: their pages are frames of "files" */

struct world_file {
    struct inode inode;
    phys_t pages[FILE_PAGES]; /* 0: a hole */
};

struct inode *inode_new(uint32_t mode, enum filesystem filesystem)
{
    struct world_file *file = world_fails() ? NULL : calloc(1, sizeof *file);

    (void)filesystem;
    if (!file)
        return NULL;
    file->inode.references = 1;
    file->inode.mode = mode;
    return &file->inode;
}

struct inode *inode_hold(struct inode *inode)
{
    inode->references++;
    return inode;
}

void inode_release(struct inode *inode)
{
    struct world_file *file = (struct world_file *)inode;

    if (--inode->references)
        return;
    for (unsigned i = 0; i < FILE_PAGES; i++)
        if (file->pages[i].p)
            physical_free(OWNER_FILES, file->pages[i], 1);
    free(file);
}

void inode_touch(struct inode *inode, uint32_t times)
{
    (void)inode;
    (void)times;
}

void *inode_page(struct inode *inode, uint64_t index, bool make, bool *full)
{
    struct world_file *file = (struct world_file *)inode;
    phys_t frame;

    if (index << LAYOUT_FRAME_SHIFT >= inode->size || index >= FILE_PAGES)
        return NULL;
    if (!file->pages[index].p && make) {
        if (physical_alloc(OWNER_FILES, &frame) != STATUS_OK) {
            if (full)
                *full = true;
            return NULL;
        }
        memset(frame_bytes(frame), 0, LAYOUT_FRAME_SIZE);
        file->pages[index] = frame;
    }
    return file->pages[index].p ? frame_bytes(file->pages[index]) : NULL;
}

/* Whole pages only. */
void inode_punch(struct inode *inode, uint64_t from, uint64_t limit)
{
    struct world_file *file = (struct world_file *)inode;

    for (uint64_t i = from >> LAYOUT_FRAME_SHIFT; i < limit >> LAYOUT_FRAME_SHIFT && i < FILE_PAGES; i++) {
        space_forget_pages(inode, i, 1);
        if (file->pages[i].p)
            physical_free(OWNER_FILES, file->pages[i], 1);
        file->pages[i] = phys(0);
    }
}

phys_t filepage_frame(const void *page)
{
    for (uint64_t i = 0; i < FRAMES; i++)
        if (world.bytes[i] == page)
            return phys(i << LAYOUT_FRAME_SHIFT);
    world_stop("no page of a file");
    return phys(0);
}

/* ---- pages of the program, as the kernel fills them */

static uint8_t *filling(uint64_t address)
{
    struct mapping leaf;

    if (!pagetable_walk(&kernel_tables, virt(address), &leaf) || (leaf.flags & (PT_USER | PT_WRITE)) != PT_WRITE)
        world_stop("the kernel fills a page that it may not write, or that users see");
    return frame_bytes(phys((leaf.phys.p + (address - leaf.base.v)) & ~PAGE_MASK));
}

void userpage_clear(uint64_t address, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes; done += LAYOUT_FRAME_SIZE)
        memset(filling(address + done), 0, LAYOUT_FRAME_SIZE);
}

void userpage_copy(uint64_t to, const void *from)
{
    memcpy(filling(to), from, LAYOUT_FRAME_SIZE);
}

static const uint8_t *looking(uint64_t address)
{
    struct mapping leaf;

    if (!pagetable_walk(&kernel_tables, virt(address), &leaf) || leaf.flags & PT_USER)
        world_stop("the kernel looks at a page that it may not read, or that users see");
    return frame_bytes(phys((leaf.phys.p + (address - leaf.base.v)) & ~PAGE_MASK));
}

void userpage_copy_within(uint64_t to, uint64_t from)
{
    userpage_copy(to, looking(from));
}

bool userpage_is_zero(uint64_t address)
{
    const uint8_t *page = looking(address);

    return !*page && !memcmp(page, page + 1, LAYOUT_FRAME_SIZE - 1);
}

bool userpage_zeros(phys_t *frame)
{
    if (!world.zeros.p) {
        if (physical_alloc(OWNER_ZERO_PAGE, &world.zeros) != STATUS_OK)
            return false;
        memset(frame_bytes(world.zeros), 0, LAYOUT_FRAME_SIZE);
    }
    *frame = world.zeros;
    return true;
}

void userpage_zeros_end(void)
{
    if (world.zeros.p)
        physical_free(OWNER_ZERO_PAGE, world.zeros, 1);
    world.zeros = phys(0);
}

/* ---- the CPU */

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

/* Touches the 8 bytes at `address` as ring 3 would.  0, or signal | si_code << 8. */
__attribute__((unused)) static int touch(uint64_t address, enum access access, uint64_t *value)
{
    for (int tries = 0; tries < 4; tries++) {
        struct mapping leaf = { .flags = 0 };
        bool present = pagetable_walk(&kernel_tables, virt(address), &leaf);
        struct fault fault = { .address = address, .write = access == ACCESS_WRITE, .fetch = access == ACCESS_FETCH,
                               .present = present, .user = true };
        int code, signal;

        if (present && leaf.flags & PT_USER && (access != ACCESS_WRITE || leaf.flags & PT_WRITE) &&
            (access != ACCESS_FETCH || !(leaf.flags & PT_NX))) {
            uint64_t at = leaf.phys.p + (address - leaf.base.v);
            uint8_t *byte = frame_bytes(phys(at & ~PAGE_MASK)) + (at & PAGE_MASK);

            memcpy(access == ACCESS_WRITE ? (void *)byte : value, access == ACCESS_WRITE ? (void *)value : byte, 8);
            return 0;
        }
        signal = space_fault(&fault, &code);
        if (signal)
            return signal | code << 8;
    }
    world_stop("a fault that is resolved comes again");
    return 0;
}

/* ---- beginning, end, books */

__attribute__((unused)) static bool count_leaf(void *context, struct mapping leaf)
{
    struct ledger *counted = context;
    uint64_t owner = (leaf.flags & PT_OWNER) >> PT_OWNER_SHIFT;

    if (!owner_is_borrowed(owner))
        counted->frames[owner] += leaf.bytes >> LAYOUT_FRAME_SHIFT;
    for (uint64_t i = 0; i < leaf.bytes >> LAYOUT_FRAME_SHIFT; i++)
        if (world.used[(leaf.phys.p >> LAYOUT_FRAME_SHIFT) + i] != owner + 1)
            world_stop("a leaf shows a frame that is not its owner's");
    return true;
}

/* Whether the ledger is what the page tables say. */
__attribute__((unused)) static bool ledger_counts(void)
{
    struct ledger counted = { 0 };
    bool same = true;

    pagetable_each(&kernel_tables, virt(0), virt(LAYOUT_USER_LIMIT), count_leaf, &counted);
    for (int i = OWNER_USER_ANONYMOUS; i <= OWNER_USER_PROGRAM; i++)
        same = same && counted.frames[i] == ledger.frames[i];
    for (int level = 1; level <= PT_LEVELS; level++)
        same = same && pagetable_count(&kernel_tables, level) == ledger.frames[owner_of_tables(level)];
    return same;
}

static void world_open(void)
{
    phys_t frame;

    ledger = (struct ledger){ .frames = { [OWNER_FREE] = FRAMES - 1 } };
    for (int i = 0; i < LIMIT_COUNT; i++)
        program.limits[i] = (struct program_rlimit){ LIMIT_NONE, LIMIT_NONE };
    program.limits[LIMIT_STACK].now = LAYOUT_USER_STACK_SIZE;
    kernel_tables = (struct pagetable){ .nx = true, .phys_limit = (uint64_t)FRAMES << LAYOUT_FRAME_SHIFT, .tables = 1,
                                        .table = world_table, .take = world_table_take, .give = world_table_give,
                                        .invalidate = world_invalidate };
    (void)!world_table_take(NULL, PT_LEVELS, &kernel_tables.root, &frame);
    space_reset(NULL);
}

/* Everything is unmapped; whether each frame and node came back.  Files are the test's. */
static bool world_close(void)
{
    world.fail_percent = 0;
    space_reset(NULL);
    physical_free(OWNER_TABLES_PML4, phys((uint64_t)kernel_tables.root << LAYOUT_FRAME_SHIFT), 1);
    return ledger.frames[OWNER_FREE] + ledger.frames[OWNER_FILES] == FRAMES - 1 && world.nodes == 0;
}

#endif
