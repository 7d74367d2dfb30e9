/* SPDX-License-Identifier: Apache-2.0 */
/* What the space_*.c files share; for nobody else but store_maps.c, which shows it. */
#ifndef ACRE_SPACE_INNER_H
#define ACRE_SPACE_INNER_H

#include "kernel/ledger.h"
#include "kernel/tables.h"
#include "runtime/status.h"
#include "unix/space.h"
#include "x86_64/layout.h"
#include "x86_64/pagetable.h"

#define PAGE_MASK (LAYOUT_FRAME_SIZE - 1ull)
#define HUGE_SIZE 0x200000ull /* bytes of a large page: what an entry of level 2 covers */
#define HUGE_MASK (HUGE_SIZE - 1)
#define SPACE_LIMIT (LAYOUT_USER_LIMIT - LAYOUT_FRAME_SIZE) /* the last page is nobody's, as in Linux: SYSRET's sake */
#define SPACE_AREAS_MAX 65530 /* as Linux's vm.max_map_count */
#define SPACE_NODES_MAX 8 /* areas that are kept ready */
#define SPACE_RESERVE_FRAMES 24 /* a program's page does not take the last frames: the kernel has to go on */

struct space {
    struct area_tree tree;
    struct area *nodes; /* ready to be used, linked by `after` */
    uint32_t node_count;
    uint32_t future; /* AREA_LOCKED if mlockall(MCL_FUTURE) */
    uint64_t pages, data_pages, stack_pages, locked_pages;
    uint64_t brk_base, brk, brk_limit;
    uint64_t mmap_base, mmap32_base; /* where searches begin */
    uint64_t frames; /* of usable memory */
    uint64_t most_resident; /* frames */
};

extern struct space space;

/* ---- space_areas.c: areas and their books */

/* Makes sure that `count` areas can be made without failing; false: no memory. */
bool space_nodes_ready(uint32_t count);

/* Makes an area like *want, or makes a neighbour that it goes on from larger.  Needs a node.  What it is part of. */
struct area *space_add(const struct area *want);

/* Cuts an area in two at `at`, which lies inside it; the second part is returned.  Needs a node. */
struct area *space_split(struct area *area, uint64_t at);

/* Joins an area with its neighbours where they are the same mapping; the area that it is part of now. */
struct area *space_join(struct area *area);

/* Forgets an area; its pages are the caller's business. */
void space_remove(struct area *area);

/* New bounds, and new flags, with the books kept. */
void space_set_bounds(struct area *area, uint64_t base, uint64_t limit);
void space_set_flags(struct area *area, uint32_t flags);

/* The areas of [base, limit) begin and end there: areas and large pages that lie across are cut.  -ENOMEM: nothing that
 * a program can tell has changed.  Needs two nodes. */
int64_t space_isolate(uint64_t base, uint64_t limit);

/* Whether `pages` more may be mapped with these flags, by the program's limits. */
bool space_may_grow(uint64_t pages, uint32_t flags);

/* Whether it may lock pages at all (-EPERM), and `pages` more than it has locked: RLIMIT_MEMLOCK, which does not bind
 * user 0. */
bool space_may_lock_any(void);
bool space_may_lock(uint64_t pages);

/* A place for `length` bytes, page-aligned; -ENOMEM.  Large anonymous areas lie where large pages fit. */
int64_t space_place(uint64_t length, uint32_t map_flags, bool anonymous);

/* Whether the range may not have these rights (W^X).  The first of a program's mappings that has both is reported, the
 * others are counted.  space_map.c */
bool space_refused(uint64_t address, uint64_t length, uint32_t prot);
/* At a program's end: says how many others there were. */
void space_refused_end(void);

/* The areas of [base, limit) in order: begin with the first, whose limit is above base. */
static inline struct area *space_next(const struct area *area, uint64_t limit)
{
    return area->after && area->after->base < limit ? area->after : 0;
}

static inline struct area *space_first(uint64_t base, uint64_t limit)
{
    struct area *area = area_find(&space.tree, base);

    return area && area->base < limit ? area : 0;
}

/* ---- space_pages.c: leaves */

/* What a leaf of the area with this owner must say, without its frame and size. */
uint64_t space_leaf_flags(const struct area *area, uint64_t owner);

/* Unmaps all leaves of [base, limit), which are not cut by it, and frees what frames they own. */
void space_zap(uint64_t base, uint64_t limit);

/* Unmaps what [base, limit) borrows from files, and nothing else. */
void space_forget(uint64_t base, uint64_t limit);

/* Gives the leaves of an area the rights that the area has. */
void space_rights(const struct area *area, uint64_t base, uint64_t limit);

/* ---- space_touch.c: pages made */

enum touch { TOUCH_OK, TOUCH_NO_MEMORY, TOUCH_BEYOND };

/* Makes the page at `page` fit for reading, or writing, in an area that allows it. */
enum touch space_touch(struct area *area, uint64_t page, bool write);

/* ---- space_huge.c */

/* Makes a large page around `page`, if the area has room for one and memory is plenty. */
bool space_touch_huge(struct area *area, uint64_t page);

/* A frame for a page of a program; STATUS_NO_MEMORY when only the kernel's reserve is left. */
MUST_USE enum status space_frame(enum owner owner, phys_t *frame);

/* ---- space_collapse.c */

/* MADV_COLLAPSE for a part of an area. */
int64_t space_collapse(const struct area *area, uint64_t base, uint64_t limit);

/* ---- space_shrink.c */

/* A hook of physical_hooks (reclaim.h): gives back what large pages hold of zeros. */
bool space_shrink(void *context);

/* ---- userpage.c (the machine's; a double of it in tests) */

/* Fills a page of the user half, which is mapped for the kernel to write: with zeros, or with a page of the kernel. */
void userpage_clear(uint64_t address, uint64_t bytes);
void userpage_copy(uint64_t to, const void *from);

/* The same from a page of the user half, which is mapped for the kernel to read. */
void userpage_copy_within(uint64_t to, uint64_t from);

/* Whether a page of the user half, which is mapped for the kernel to read, is all zeros. */
bool userpage_is_zero(uint64_t address);

/* The frame of the page of zeros, which the kernel maps and counts under OWNER_ZERO_PAGE; false: no memory.  And its
 * end, when no leaf shows it. */
bool userpage_zeros(phys_t *frame);
void userpage_zeros_end(void);

static inline uint64_t page_up(uint64_t value)
{
    return (value + PAGE_MASK) & ~PAGE_MASK;
}

static inline uint64_t pages_of(uint64_t bytes)
{
    return bytes >> LAYOUT_FRAME_SHIFT;
}

#endif
