/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel image.  Each line is a segment with frames and permissions of its own; `|` is a page that is never mapped.
 *
 *   LAYOUT_KERNEL_BASE
 *   .text   r-x  .rodata r--  .data rw-  .bss rw- | .stack rw- | .fault_stack rw- |
 */
#include "x86_64/layout.h"

OUTPUT_FORMAT("elf64-x86-64")
OUTPUT_ARCH(i386:x86-64)
ENTRY(kernel_entry)

PHDRS
{
  text PT_LOAD FLAGS(5);
  rodata PT_LOAD FLAGS(4);
  data PT_LOAD FLAGS(6);
  stack PT_LOAD FLAGS(6);
  fault_stack PT_LOAD FLAGS(6);
}

SECTIONS
{
  . = LAYOUT_KERNEL_BASE;
  kernel_text_base = .;
  .text : {
    *(EXCLUDE_FILE(*panic.k.o *symbols.k.o *options.k.o *crash.k.o *crash_heap.k.o *bench.k.o) .text)
    /* Pages of their own for what hardly ever runs and for the audit point: QEMU's TCG takes one instruction at a time
     * in a page that has a breakpoint. */
    . = ALIGN(LAYOUT_FRAME_SIZE);
    *(.text.audit) *(.text .text.*)
  } :text
  . = ALIGN(LAYOUT_FRAME_SIZE);
  kernel_text_limit = .;

  kernel_rodata_base = .;
  .rodata : { *(.rodata .rodata.*) *(.symbols) } :rodata
  . = ALIGN(LAYOUT_FRAME_SIZE);
  kernel_rodata_limit = .;

  kernel_data_base = .;
  .data : { *(.data .data.*) . = ALIGN(LAYOUT_FRAME_SIZE); } :data
  kernel_data_limit = .;

  kernel_bss_base = .;
  .bss : { *(.bss .bss.* COMMON) . = ALIGN(LAYOUT_FRAME_SIZE); } :data
  kernel_bss_limit = .;

  . += LAYOUT_FRAME_SIZE;
  kernel_stack_base = .;
  .stack : { *(.stack) } :stack
  kernel_stack_limit = .;

  . += LAYOUT_FRAME_SIZE;
  fault_stack_base = .;
  .fault_stack : { *(.fault_stack) } :fault_stack
  fault_stack_limit = .;
  kernel_limit = .;
  ASSERT(kernel_limit <= LAYOUT_KERNEL_LIMIT, "kernel: it reaches beyond its place")
  /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}
