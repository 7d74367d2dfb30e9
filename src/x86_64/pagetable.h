/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four-level page tables: map, unmap, walk (SDM vol. 3A chapter 4).  Pure: it touches tables only through the functions
 * of struct pagetable, so the same code builds the initial tables in stage2 (32 bit), runs in the kernel and is tested
 * on the host.
 *
 * Every table has a slot: its number in the PAGES window, where it is seen at LAYOUT_PAGES_BASE + slot * 4 KiB.  An
 * entry that points to a table carries the table's slot in bits the CPU ignores, so a walk needs neither a direct map
 * nor a search:
 *
 *    63  62        52 51            12 11   9 8         0
 *   +---+------------+----------------+------+-----------+
 *   |NX | slot 13..3 | frame of table |slot  | flags     |     LAYOUT_PAGES_SLOT_BITS = 14: 16,384 tables
 *   +---+------------+----------------+ 2..0 +-----------+
 */
#ifndef ACRE_PAGETABLE_H
#define ACRE_PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"
#include "runtime/status.h"

#define PT_ENTRIES 512
#define PT_LEVELS 4 /* level 4 is the PML4, level 1 the table of 4 KiB pages */

/* Entry bits (SDM vol. 3A tables 4-15 to 4-20). */
#define PT_PRESENT 0x1ull
#define PT_WRITE 0x2ull
#define PT_USER 0x4ull
#define PT_CACHE_OFF 0x18ull /* PCD and PWT */
#define PT_LARGE 0x80ull /* a leaf at level 2 or 3 */
#define PT_GLOBAL 0x100ull
#define PT_NX 0x8000000000000000ull
#define PT_FRAME 0xffffffffff000ull /* bits 12..51 */
#define PT_OWNER_SHIFT 52 /* a leaf's bits 52..58 are ignored by every CPU: the ledger's owner of its frame */
#define PT_OWNER 0x7f0000000000000ull
#define PT_SLOT_LOW_SHIFT 9 /* an entry for a table: three bits of its slot, which every CPU ignores there */
#define PT_SLOT_LOW_BITS 3
#define PT_SLOT_HIGH_SHIFT 52 /* the other eleven */
#define PT_FLAGS (PT_WRITE | PT_USER | PT_CACHE_OFF | PT_GLOBAL | PT_NX | PT_OWNER) /* what a caller may ask for */

struct pagetable {
    uint32_t root; /* slot of the PML4 */
    bool nx; /* the CPU has NX: without it PT_NX is left out, since bit 63 would be reserved (PT02) */
    bool page1g; /* the CPU has 1 GiB pages */
    uint64_t phys_limit; /* 2^MAXPHYADDR: a frame at or above it cannot stand in an entry (PT27) */
    uint64_t tables; /* tables that map and unmap have taken and not given back */
    void *context;
    uint64_t near_base, *near_table; /* the lowest table that was last walked to, and what it covers; private */
    uint64_t *window; /* where slot 0 can be touched, if the slots follow each other there; NULL: `table` is asked */
    uint64_t *(*table)(void *context, uint32_t slot); /* where the table in `slot` can be touched; 4 KiB-aligned */
    /* A zeroed table of this level in a new slot, or a status. */
    enum status (*take)(void *context, int level, uint32_t *slot, phys_t *frame);
    void (*give)(void *context, int level, uint32_t slot, phys_t frame);
    void (*invalidate)(void *context, virt_t address); /* the translation of one page has changed; may be NULL */
};

/* A leaf. */
struct mapping {
    virt_t base;
    phys_t phys;
    uint64_t bytes;
    uint64_t flags; /* PT_FLAGS bits that are effective: write and user are the AND of all levels, NX the OR */
};

/* Maps [base, base + bytes) to [to, to + bytes) with 4 KiB pages, and with 2 MiB and 1 GiB pages where `large` says so,
 * both addresses are aligned and the CPU has them.  All aligned to 4 KiB; bytes > 0; the range canonical, not wrapping.
 * STATUS_INVALID for a bad argument, STATUS_OVERLAP where something is mapped already, STATUS_NO_MEMORY when no table
 * is to be had: then everything is as it was. */
enum status pagetable_map(struct pagetable *pt, virt_t base, phys_t to, uint64_t bytes, uint64_t flags, bool large);

/* Removes every mapping in [base, base + bytes), gives tables back that became empty.  Large pages that lie partly in
 * the range are split first.  What is not mapped is skipped.  `gone` (may be NULL) is called for each leaf removed,
 * after its invalidation, so that the frame may be freed.  STATUS_INVALID; STATUS_NO_MEMORY if a split had no table:
 * then what lies before the large page is unmapped already and the rest is as it was. */
enum status pagetable_unmap(struct pagetable *pt, virt_t base, uint64_t bytes,
                            void (*gone)(void *context, struct mapping leaf), void *context);

/* The same for one 4 KiB page, in a constant number of steps where its tables exist: what heaps call. */
enum status pagetable_map_page(struct pagetable *pt, virt_t base, phys_t to, uint64_t flags);

/* The entry of the lowest level for the page at `base`, which may be empty; NULL where a table on the way is missing or
 * a larger page lies there.  For looking: pagetable_unmap_page alone may clear it. */
uint64_t *pagetable_entry(struct pagetable *pt, virt_t base);

/* Unmaps the one 4 KiB page at `base`, whose entry (of pagetable_entry) is not empty, and stores what it was.  Tables
 * that become empty are given back. */
void pagetable_unmap_page(struct pagetable *pt, virt_t base, uint64_t *entry, struct mapping *leaf);

/*
 * For who keeps leaves of its own, one at a time.  A leaf may lack PT_PRESENT: it translates nothing, and holds its
 * place; every function here but pagetable_walk takes it for a leaf, as long as a large one has PT_LARGE.
 *
 * pagetable_cut: no leaf lies on both sides of `address` any more.  STATUS_NO_MEMORY: all is as it was, but for a 1 GiB
 * page that has become 2 MiB pages.
 * pagetable_prepare: the entry of `level` (1 or 2) for the address, with open tables above it for users; the entry is
 * empty, a leaf, or, at level 2, a table.  STATUS_OVERLAP: a larger leaf is in the way.  STATUS_NO_MEMORY: tables that
 * were taken stay, and pagetable_unmap of the page gives them back.
 * pagetable_next: the first leaf at or above *address and below `limit`: its entry; its base in *address (which may
 * lie below the address asked for), its level in *level.  NULL: there is none.
 * pagetable_move: leaves of [from, from + bytes) go to the same distances from `to`, where nothing is mapped; the
 * ranges do not overlap, and no large page lies across their ends.  Tables of the source stay.  STATUS_NO_MEMORY: none
 * has moved.
 * pagetable_join: the table of 4 KiB pages at `address`, which is 2 MiB-aligned and has one, is given back, and a large
 * leaf stands in its place: `value`.  What the leaves showed is the caller's.
 * pagetable_store: changes a leaf's entry, found by one of these.  To 0 only if pagetable_unmap for its page follows,
 * for the tables' sake.
 */
MUST_USE enum status pagetable_cut(struct pagetable *pt, virt_t address);
MUST_USE enum status pagetable_prepare(struct pagetable *pt, virt_t address, int level, uint64_t **entry);
uint64_t *pagetable_next(struct pagetable *pt, uint64_t *address, uint64_t limit, int *level);
MUST_USE enum status pagetable_move(struct pagetable *pt, virt_t from, virt_t to, uint64_t bytes);
void pagetable_join(struct pagetable *pt, virt_t address, uint64_t value);
void pagetable_store(struct pagetable *pt, virt_t address, uint64_t *entry, uint64_t value);

/* The leaf that translates `address`; false if none does. */
bool pagetable_walk(const struct pagetable *pt, virt_t address, struct mapping *leaf);

/* Calls f for each leaf in [base, limit), in order of address, until it returns false.  limit 0 is the end of the
 * address space.  f must not change the tables. */
void pagetable_each(const struct pagetable *pt, virt_t base, virt_t limit,
                    bool (*f)(void *context, struct mapping leaf), void *context);

/* Tables in use of one level (1..PT_LEVELS; 0: of all), the root included, counted by walking. */
uint64_t pagetable_count(const struct pagetable *pt, int level);

/* An entry for a table in `slot`, and the slot that an entry carries. */
/*@ predicate is_frame(integer address) = 0 <= address < 1 << 52 && address % 0x1000 == 0; */
/*@ requires slot < 1 << LAYOUT_PAGES_SLOT_BITS && is_frame(frame.p);
    assigns \nothing;
    ensures \result == frame.p + PT_PRESENT + PT_WRITE + slot % 8 * 0x200 + slot / 8 * 0x10000000000000;
    ensures (\result & PT_FRAME) == frame.p;
    ensures (\result & PT_LARGE) == 0; */
uint64_t pagetable_link(uint32_t slot, phys_t frame);
/*@ assigns \nothing;
    ensures \result == (entry >> 9) % 8 + (entry >> 52) % 2048 * 8; */
uint32_t pagetable_slot(uint64_t entry);

#endif
