/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PAGES window as a heap, "pages": zeroed frames of LAYOUT_FRAME_SIZE bytes for page tables of the lowest level, at
 * the address of their slot.  The page tables take theirs there without this view.
 */
#ifndef ACRE_PAGES_HEAP_H
#define ACRE_PAGES_HEAP_H

#include "runtime/heap.h"

struct heap *pages_heap(void);

#endif
