/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger: every frame of usable memory under exactly one owner.
 *
 * It is kept by whoever moves a frame from one owner to another, and it is proved, not trusted: census_take counts the
 * same owners anew from the books of the physical heap, the region table's remains and the page tables.  A leaf of the
 * page tables that a heap has mapped carries its owner's number (PT_OWNER), so that an owner is seen from outside too.
 * So does a leaf of the user half.  Some of those are borrowed: their frame is mapped in the kernel half as well, and
 * counted there (pages of files, the one page of zeros, the vDSO).
 *
 * The list stands once, in OWNER_LIST: tools/owners-gen carries it to the farm, in this order.
 */
#ifndef ACRE_LEDGER_H
#define ACRE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/tag.h"

/* X(NAME, "as in the PROTO_LEDGER lines") */
#define OWNER_LIST(X) \
    X(FREE, "free") \
    X(KERNEL_TEXT, "kernel-text") \
    X(KERNEL_RODATA, "kernel-rodata") \
    X(KERNEL_DATA, "kernel-data") \
    X(KERNEL_BSS, "kernel-bss") \
    X(STACK_KERNEL, "stack-kernel") \
    X(STACK_FAULT, "stack-fault") \
    X(STACK_THREADS, "stack-threads") \
    X(TABLES_PT, "page-tables-pt") \
    X(TABLES_PD, "page-tables-pd") \
    X(TABLES_PDPT, "page-tables-pdpt") \
    X(TABLES_PML4, "page-tables-pml4") \
    X(METADATA_PHYSICAL, "metadata-physical") \
    X(METADATA_VIRTUAL, "metadata-virtual") \
    X(METADATA_TAGGED, "metadata-tagged") \
    X(BACKED, "heap-backed") \
    X(GENERAL, "heap-general") \
    X(FILES, "files") \
    X(ZERO_PAGE, "zero-page") \
    X(USER_ANONYMOUS, "user-anonymous") \
    X(USER_STACK, "user-stack") \
    X(USER_HEAP, "user-heap") \
    X(USER_PROGRAM, "user-program") \
    X(USER_VDSO, "user-vdso") \
    X(BOOT_LEFTOVERS, "boot-leftovers")

#define OWNER_ENUM_ROW(NAME, text) OWNER_##NAME,
#define OWNER_ENUM_TAG_ROW(name, NAME, number) OWNER_TAG_##NAME,

/* Then one for each tag, "tag-NAME", in the order of TAG_LIST. */
enum owner { OWNER_LIST(OWNER_ENUM_ROW) TAG_LIST(OWNER_ENUM_TAG_ROW) OWNER_COUNT };

_Static_assert(OWNER_COUNT <= 128, "an owner's number has 7 bits in a leaf");

/* The owner of a table of this level, 1..4, and of a tag's pages. */
static inline enum owner owner_of_tables(int level)
{
    return (enum owner)(OWNER_TABLES_PT + level - 1);
}

static inline enum owner owner_of_tag(uint32_t tag)
{
    return (enum owner)(OWNER_TAG_SYMBOL + tag - TAG_SYMBOL);
}

/* Whether a leaf of the user half with this owner shows a frame that the kernel half has and counts. */
static inline bool owner_is_borrowed(uint64_t owner)
{
    return owner == OWNER_FILES || owner == OWNER_ZERO_PAGE || owner == OWNER_USER_VDSO;
}

struct ledger {
    uint64_t frames[OWNER_COUNT];
};

extern struct ledger ledger;

/* As in the PROTO_LEDGER lines. */
const char *owner_name(enum owner owner);

static inline void ledger_move(enum owner from, enum owner to, uint64_t frames)
{
    ledger.frames[from] -= frames;
    ledger.frames[to] += frames;
}

uint64_t ledger_total(const struct ledger *l);

#endif
