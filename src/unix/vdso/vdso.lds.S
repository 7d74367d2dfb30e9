/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vDSO, one segment that is read and executed; the kernel's data page lies before it:
 *
 *   -LAYOUT_FRAME_SIZE  vdso_clock
 *   0                   headers, symbols, text
 */
#include "x86_64/layout.h"

OUTPUT_FORMAT("elf64-x86-64")
OUTPUT_ARCH(i386:x86-64)

PHDRS
{
  text PT_LOAD FLAGS(5) FILEHDR PHDRS;
  dynamic PT_DYNAMIC FLAGS(4);
  eh_frame_hdr PT_GNU_EH_FRAME FLAGS(4);
}

SECTIONS
{
  vdso_clock = . - LAYOUT_FRAME_SIZE;
  . = SIZEOF_HEADERS;
  .hash : { *(.hash) } :text
  .gnu.hash : { *(.gnu.hash) }
  .dynsym : { *(.dynsym) }
  .dynstr : { *(.dynstr) }
  .gnu.version : { *(.gnu.version) }
  .gnu.version_d : { *(.gnu.version_d) }
  .gnu.version_r : { *(.gnu.version_r) }
  .dynamic : { *(.dynamic) } :text :dynamic
  .eh_frame_hdr : { *(.eh_frame_hdr) } :text :eh_frame_hdr
  .eh_frame : { KEEP(*(.eh_frame)) } :text
  .rodata : { *(.rodata .rodata.*) }
  .text : { *(.text .text.*) }
  /DISCARD/ : { *(.comment) *(.note*) *(.data .data.* .bss .bss.* .got .got.plt .plt .rela.*) }
}

VERSION
{
  LINUX_2.6 {
  global:
    clock_gettime; __vdso_clock_gettime;
    clock_getres; __vdso_clock_getres;
    gettimeofday; __vdso_gettimeofday;
    time; __vdso_time;
    getcpu; __vdso_getcpu;
  local: *;
  };
}
