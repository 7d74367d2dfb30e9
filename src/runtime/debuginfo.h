/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a debugger has to know of the layout and cannot see, because macros are not in the debug information and
 * enumerators are: DEBUGINFO_NAME has the value of NAME.  tools/gdb reads them there, so that no number stands twice.
 *
 * The file that includes this carries them; heap.c does, which is in every program that has a heap.
 */
#ifndef ACRE_DEBUGINFO_H
#define ACRE_DEBUGINFO_H

#include "tagged.h"

#ifdef ACRE_KERNEL
#define DEBUGINFO_IS_KERNEL 1
#else
#define DEBUGINFO_IS_KERNEL 0
#endif

#define DEBUGINFO_ROW(name) DEBUGINFO_##name = (name),

enum debuginfo {
    DEBUGINFO_KERNEL = DEBUGINFO_IS_KERNEL, /* whose tags they are: value_seam.h */
    DEBUGINFO_ROW(TAG_USER_SHARED)
    DEBUGINFO_ROW(TAG_USER_WORD)
    DEBUGINFO_ROW(TAGGED_BYTES_MAX)
    DEBUGINFO_ROW(LAYOUT_USER_TAG_SHIFT)
    DEBUGINFO_ROW(LAYOUT_USER_LIMIT)
    DEBUGINFO_ROW(LAYOUT_VA_TAG_SHIFT)
    DEBUGINFO_ROW(LAYOUT_VA_TAG_BITS)
    DEBUGINFO_ROW(LAYOUT_KMEM_BASE)
    DEBUGINFO_ROW(LAYOUT_FRAME_SHIFT)
};

/* Keeps the type: one that nothing uses is left out. */
static const enum debuginfo debuginfo __attribute__((used)) = DEBUGINFO_KERNEL;

#endif
