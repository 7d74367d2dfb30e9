/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses of kernel heap memory, without memory behind them.
 *
 *   virtual_huge   spans of 2^32 bytes of [KMEM_BASE, KMEM_LIMIT); ids are address >> VIRTUAL_HUGE_SHIFT
 *   virtual_page   pages of the untagged slot, imported from virtual_huge; ids are address >> LAYOUT_FRAME_SHIFT
 *
 * A tag's slot is VIRTUAL_SLOT_SPANS spans of virtual_huge, taken whole by tagged.c.
 */
#ifndef ACRE_VIRTUAL_H
#define ACRE_VIRTUAL_H

#include "runtime/idheap_import.h"
#include "x86_64/layout.h"

#define VIRTUAL_HUGE_SHIFT 32
#define VIRTUAL_SLOT_SPANS (1ull << (LAYOUT_VA_TAG_SHIFT - VIRTUAL_HUGE_SHIFT))

/* Panics, by name, if there is no memory for their books. */
void virtual_init(void);

extern struct idheap virtual_huge, virtual_page;

/* virtual_page over virtual_huge: who wants addresses takes them here. */
extern struct idheap_import virtual_import;

#endif
