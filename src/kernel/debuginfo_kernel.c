/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For a debugger that walks the page tables (tools/gdb): the same as runtime/debuginfo.h for what only the kernel has.
 * There is no code here, and four or eight bytes that nobody reads.
 */
#include "runtime/debuginfo.h"
#include "x86_64/pagetable.h"

enum debuginfo_kernel {
    DEBUGINFO_ROW(LAYOUT_PAGES_BASE)
    DEBUGINFO_ROW(LAYOUT_PAGES_SLOT_BITS)
    DEBUGINFO_ROW(LAYOUT_KMEM_LIMIT)
    DEBUGINFO_ROW(LAYOUT_HANDOFF_BASE)
    DEBUGINFO_ROW(LAYOUT_HANDOFF_LIMIT)
    DEBUGINFO_ROW(PT_ENTRIES)
    DEBUGINFO_ROW(PT_LEVELS)
    DEBUGINFO_ROW(PT_PRESENT)
    DEBUGINFO_ROW(PT_WRITE)
    DEBUGINFO_ROW(PT_USER)
    DEBUGINFO_ROW(PT_LARGE)
    DEBUGINFO_ROW(PT_NX)
    DEBUGINFO_ROW(PT_FRAME)
    DEBUGINFO_ROW(PT_OWNER)
    DEBUGINFO_ROW(PT_OWNER_SHIFT)
    DEBUGINFO_ROW(PT_SLOT_LOW_SHIFT)
    DEBUGINFO_ROW(PT_SLOT_LOW_BITS)
    DEBUGINFO_ROW(PT_SLOT_HIGH_SHIFT)
};

static const enum debuginfo_kernel debuginfo_kernel __attribute__((used));
