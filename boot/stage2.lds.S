/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage2: a flat binary at LAYOUT_STAGE2_BASE.
 *
 *   LAYOUT_STAGE2_BASE    .low   header, entry, BIOS thunk, step into 64-bit mode, GDTs   (below LAYOUT_INITMAP_LIMIT)
 *                         .text .rodata .data                                             end of what is on the disk
 *                         .bss   early stack, memory map, region table                    (below LAYOUT_STAGE2_LIMIT)
 */
#include "x86_64/layout.h"

OUTPUT_FORMAT("elf32-i386")
OUTPUT_ARCH(i386)
ENTRY(stage2_entry)

SECTIONS
{
  . = LAYOUT_STAGE2_BASE;
  .low : { *(.low) }
  ASSERT(. <= LAYOUT_INITMAP_LIMIT, "stage2: the step into 64-bit mode lies beyond the initial map")
  .text : { *(.text .text.*) }
  .rodata : { *(.rodata .rodata.*) }
  .data : { *(.data .data.*) . = ALIGN(LAYOUT_SECTOR_SIZE); }
  ASSERT(. <= 1 << 16, "stage2: data that BIOS calls reach with DS = 0 lies beyond 64 KiB")
  .bss (NOLOAD) : {
    stage2_bss_base = .;
    *(.bss .bss.* COMMON)
    . = ALIGN(4);
    stage2_bss_limit = .;
  }
  stage2_bss_words = (stage2_bss_limit - stage2_bss_base) >> 2;
  ASSERT(stage2_bss_limit <= LAYOUT_STAGE2_LIMIT, "stage2: it reaches beyond its place")
  /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}
