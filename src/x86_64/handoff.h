/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stage2 tells stage3.  It lies at LAYOUT_HANDOFF_BASE, read-only, in as many pages as it needs:
 *
 *   struct handoff | struct map_entry[entry_count] | struct region[region_count]
 *
 * stage3 reads it, unmaps it and reclaims its frames.
 */
#ifndef ACRE_HANDOFF_H
#define ACRE_HANDOFF_H

#include <stddef.h>
#include <stdint.h>

#include "image.h"

#define HANDOFF_MAGIC 0x4f646e48u /* "HndO" */

enum map_source { MAP_SOURCE_E820, MAP_SOURCE_E801, MAP_SOURCE_88 };

enum handoff_feature { HANDOFF_NX = 1, HANDOFF_PAGE1G = 2, HANDOFF_EDD = 4 };

struct handoff {
    uint32_t magic;
    uint32_t bytes; /* of the whole record */
    uint64_t tsc_stage2; /* time-stamp counter at stage2_main */
    uint64_t tsc_loaded; /* when the kernel was loaded and checked */
    uint32_t entry_count, entries_offset; /* struct map_entry, as the BIOS gave them */
    uint32_t region_count, regions_offset; /* struct region, sorted, disjoint */
    uint32_t map_source; /* enum map_source */
    uint32_t features; /* enum handoff_feature */
    uint32_t phys_bits; /* MAXPHYADDR */
    uint32_t low_limit; /* first byte of conventional memory that is not used */
    uint16_t ebda_pointer; /* the word at LAYOUT_BDA_EBDA_BASE */
    uint16_t base_memory_kib; /* the word at LAYOUT_BDA_MEMSIZE_BASE */
    uint32_t boot_drive;
    uint32_t sectors_read;
    uint32_t disk_retries;
    uint64_t cr3; /* frame of the PML4 */
    uint32_t root_slot; /* its slot in the PAGES window */
    uint32_t next_slot; /* slots below this one are in use */
    uint32_t book_frames; /* frames that stage2 left for the books of the physical heap */
    uint32_t stack_base; /* stage2's last stack, one frame, mapped to itself */
    uint32_t rmstack_used; /* bytes of the real-mode stack that were ever used */
    uint32_t stage2_limit; /* first byte after stage2's own memory */
    uint64_t ivt_sum, unused_sum, mbr_sum; /* of those rows of low memory before stage2 wrote anything above them */
    uint64_t bounce_sum; /* of the last read, which still lies in the bounce buffer */
    uint32_t bounce_bytes;
    uint32_t kernel_pages; /* frames that the kernel image has */
    uint32_t kernel_parts; /* IMAGE_PART_: which parts of the kernel are loaded */
    uint32_t reserved; /* 0 */
    uint64_t archive_sum; /* of the archive, as the image's header says and stage2 found it */
    uint32_t archive_pages; /* 0: the image has none.  They lie in the regions of REGION_ARCHIVE: those from 1 MiB on
                               in the order of their addresses, then those below 1 MiB */
    uint32_t zero; /* fills the record */
    char a20[16]; /* how A20 was opened */
    char options[IMAGE_OPTIONS_SIZE]; /* the image's options, NUL-ended */
};

_Static_assert(sizeof(struct handoff) % 8 == 0, "what follows is aligned in 32 and 64 bit alike");
_Static_assert(offsetof(struct handoff, ivt_sum) % 8 == 0, "same offsets in 32 and 64 bit");

#endif
