/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Areas: the ranges of a program's address space that are mapped, each with what its pages are and who may do what to
 * them.  A tree of them, in order of address, that finds an address, and a free gap of a size, in logarithmic time.
 *
 * An area's memory is its maker's: a tree links areas and takes none.  Pure: runs in the kernel and on the host.
 */
#ifndef ACRE_AREA_H
#define ACRE_AREA_H

#include <stdbool.h>
#include <stdint.h>

#include "x86_64/layout.h"

struct inode;

enum area_kind {
    AREA_ANONYMOUS,
    AREA_STACK, /* the program's first stack */
    AREA_HEAP, /* brk's */
    AREA_FILE,
    AREA_VDSO, /* pages of the kernel that the program sees */
    AREA_KIND_COUNT
};

enum area_flags {
    AREA_READ = 0x1, /* these three are PROT_READ, PROT_WRITE and PROT_EXEC */
    AREA_WRITE = 0x2,
    AREA_EXEC = 0x4,
    AREA_ACCESS = 0x7,
    AREA_MAY_WRITE = 0x8, /* mprotect may allow writing: not in a shared area of a file that was opened for reading */
    AREA_SHARED = 0x10, /* MAP_SHARED: writes go to the file */
    AREA_GROWS = 0x20, /* a fault below it makes it larger; AREA_GUARD_SIZE bytes below it stay free */
    AREA_NORESERVE = 0x40,
    AREA_LOCKED = 0x80,
    AREA_HUGE = 0x100, /* MADV_HUGEPAGE */
    AREA_NOHUGE = 0x200, /* MADV_NOHUGEPAGE */
    AREA_WIPE = 0x400, /* MADV_WIPEONFORK; nothing forks */
    AREA_NODUMP = 0x800, /* MADV_DONTDUMP */
    AREA_HIDDEN = 0x1000, /* its file has no name: MAP_SHARED | MAP_ANONYMOUS */
    AREA_TOUCHED = 0x10000, /* there may be leaves in the page tables; no property of the mapping */
};

#define AREA_GUARD_SIZE LAYOUT_USER_GUARD_SIZE

struct area {
    uint64_t base, limit; /* page-aligned, base < limit */
    uint32_t flags;
    uint8_t kind;
    struct inode *file; /* AREA_FILE: what is mapped, held; else NULL */
    const void *pages; /* AREA_VDSO: what is shown at offset 0 */
    uint64_t offset; /* of base in the file, in bytes, page-aligned */
    /* The tree's own. */
    struct area *before, *after; /* neighbours by address */
    struct area *left, *right;
    uint64_t low, high; /* of the subtree: where its first area begins (with its guard), where its last one ends */
    uint64_t most; /* the largest gap between two areas of the subtree */
    int32_t height;
};

struct area_tree {
    struct area *root, *first, *last;
    struct area *near; /* the area that was found last */
    uint64_t count;
};

/* The lowest area whose limit is above `address`, or NULL: it holds the address, or begins above it. */
struct area *area_find(struct area_tree *tree, uint64_t address);

/* The area that holds `address`, or NULL. */
struct area *area_at(struct area_tree *tree, uint64_t address);

/* Links an area that overlaps none. */
void area_link(struct area_tree *tree, struct area *area);
void area_unlink(struct area_tree *tree, struct area *area);

/* Changes the bounds of a linked area; it must not reach a neighbour's. */
void area_resize(struct area_tree *tree, struct area *area, uint64_t base, uint64_t limit);

/* An area's flags that bear on gaps (AREA_GROWS) have changed. */
void area_refresh(struct area_tree *tree, struct area *area);

/* The lowest free range of `size` bytes in [low, high), away from guards: its base in *base; false if there is none. */
bool area_gap(struct area_tree *tree, uint64_t low, uint64_t high, uint64_t size, uint64_t *base);

/* Where the area begins, its guard included. */
uint64_t area_start(const struct area *area);

/* Whether `second`, which begins where `first` ends, is the same mapping going on. */
bool area_joins(const struct area *first, const struct area *second);

/* Whether all invariants of the tree hold; for tests. */
bool area_tree_check(const struct area_tree *tree);

#endif
