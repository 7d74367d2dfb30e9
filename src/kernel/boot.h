/* SPDX-License-Identifier: Apache-2.0 */
/* What the boot left behind: the hand-off, kept after its pages are gone, and what low memory looked like before it was
 * unmapped. */
#ifndef ACRE_KERNEL_BOOT_H
#define ACRE_KERNEL_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/map.h"
#include "runtime/region.h"
#include "x86_64/handoff.h"

struct witness {
    bool ivt_same, mbr_same, unused_same, bounce_same;
    uint16_t mbr_signature; /* 0xaa55 where stage1 was loaded to its place */
    uint16_t base_memory_kib;
    uint32_t stage2_magic; /* IMAGE_MAGIC where stage2 was */
    uint64_t image_sum; /* in the MBR: of stage2 and of its header, which has the sums of the rest */
};

struct boot {
    struct handoff handoff;
    struct map_entry *entries; /* as the BIOS gave them, handoff.entry_count */
    struct region_table table; /* regions as stage2 left them */
    struct witness witness;
    uint64_t usable_frames; /* of all regions */
    uint64_t usable_frames_above_1m;
};

extern struct boot boot;

/* Keeps the hand-off's head, and checks it. */
void boot_keep(const struct handoff *h);

/* Keeps its entries and regions in kernel heap memory; looks at low memory; unmaps the initial map, stage2's stack and
 * the hand-off; reclaims their frames. */
void boot_dismantle(const struct handoff *h);

#endif
