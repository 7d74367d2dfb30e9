/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel image.  Each line is a segment with frames and permissions of its own; `|` is a page that is never mapped.
 *
 *   LAYOUT_KERNEL_BASE
 *   .text   r-x  .rodata r--  .data rw-  .bss rw- |  .stack  rw- | .fault_stack rw- |
 *   .checks_text r-x  .checks_rodata r--  .checks_data rw- |
 *   .trace_text r-x  .trace_rodata r-- |
 *   .store_text r-x  .store_rodata r--  .store_data rw- |
 *   .program_text r-x  .program_rodata r--  .program_data rw- |
 *   .symbols r--  .store_symbols r--  .program_symbols r--
 *
 * The checks_*, trace_*, store_*, program_* and *symbols are parts that stage2 loads only if they are wanted (image.h,
 * IMAGE_PART_).  What checks_* hold leaves memory once the checks, the benches and the crashes on purpose are over
 * (sections_drop_checks).  So nothing that is always there may refer to a part.  Only SEEN_FROM may: main.c and
 * options.c, which call it before.  The linker refuses every other reference as prohibited; a file that is now needed
 * for longer then has to go from CHECKS.
 */
#include "x86_64/image.h"
#include "x86_64/layout.h"

#define CHECKS(X) \
    X(*kernel/checks*.k.o) X(*unix/checks*.k.o) X(*kernel/crash*.k.o) X(*kernel/bench.k.o) X(*kernel/census.k.o) \
    X(*kernel/pages_heap.k.o) \
    X(*runtime/idheap_check.k.o) X(*runtime/objcache.k.o) X(*runtime/table.k.o) X(*runtime/value_parse.k.o)
#define STORE(X) \
    X(*kernel/kstore*.k.o) X(*runtime/store*.k.o) X(*unix/store*.k.o) X(*unix/store*.n64.o) X(*runtime/sha256.k.o) \
    X(*runtime/textring.k.o) X(*runtime/view.k.o) X(*x86_64/com2.k.o)
#define PROGRAM(X) X(*unix/?*.k.o) X(*unix/?*.n64.o) X(*runtime/elf.k.o) X(*x86_64/pic.k.o) X(*x86_64/cmos.k.o)
#define TRACE(X) X(*unix/trace.k.o) /* this and STORE before PROGRAM, which would have theirs too */
#define SEEN_FROM(X) X(*kernel/main.k.o) X(*kernel/options.k.o)
/* The last four are for the checks or the store, and for the store or a program: small, so always there. */
#define SELDOM(X) \
    X(*kernel/archive.k.o) X(*kernel/fail.k.o) X(*kernel/panic.k.o) X(*kernel/symbols.k.o) \
    X(*kernel/options_store.k.o) X(*runtime/scalar.k.o) X(*runtime/symbol.k.o) X(*runtime/tuple.k.o) X(*x86_64/pit.k.o)

#define NAME(file) file
#define ALWAYS EXCLUDE_FILE(CHECKS(NAME) STORE(NAME) PROGRAM(NAME)) /* in no part */
#define TEXT(file) file(.text)
#define ALL_TEXT(file) file(.text .text.*)
#define RODATA(file) file(.rodata .rodata.*)
#define DATA(file) file(.data .data.* .bss .bss.*)

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
  checks_text PT_LOAD FLAGS(5 | IMAGE_PART_CHECKS);
  checks_rodata PT_LOAD FLAGS(4 | IMAGE_PART_CHECKS);
  checks_data PT_LOAD FLAGS(6 | IMAGE_PART_CHECKS);
  trace_text PT_LOAD FLAGS(5 | IMAGE_PART_TRACE);
  trace_rodata PT_LOAD FLAGS(4 | IMAGE_PART_TRACE);
  store_text PT_LOAD FLAGS(5 | IMAGE_PART_STORE);
  store_rodata PT_LOAD FLAGS(4 | IMAGE_PART_STORE);
  store_data PT_LOAD FLAGS(6 | IMAGE_PART_STORE);
  program_text PT_LOAD FLAGS(5 | IMAGE_PART_PROGRAM);
  program_rodata PT_LOAD FLAGS(4 | IMAGE_PART_PROGRAM);
  program_data PT_LOAD FLAGS(6 | IMAGE_PART_PROGRAM);
  symbols PT_LOAD FLAGS(4 | IMAGE_PART_SYMBOLS);
  store_symbols PT_LOAD FLAGS(4 | IMAGE_PART_STORE | IMAGE_PART_SYMBOLS);
  program_symbols PT_LOAD FLAGS(4 | IMAGE_PART_PROGRAM | IMAGE_PART_SYMBOLS);
}

NOCROSSREFS_TO(.checks_text .text .seldom .rodata .data)
NOCROSSREFS_TO(.checks_rodata .text .seldom .rodata .data)
NOCROSSREFS_TO(.checks_data .text .seldom .rodata .data)
NOCROSSREFS_TO(.trace_text .text .seldom .rodata .data)
NOCROSSREFS_TO(.trace_rodata .text .seldom .rodata .data .program_text .program_rodata)
NOCROSSREFS_TO(.store_text .text .seldom .rodata .data)
NOCROSSREFS_TO(.store_rodata .text .seldom .rodata .data)
NOCROSSREFS_TO(.store_data .text .seldom .rodata .data)
NOCROSSREFS_TO(.program_text .text .seldom .rodata .data)
NOCROSSREFS_TO(.program_rodata .text .seldom .rodata .data)
NOCROSSREFS_TO(.program_data .text .seldom .rodata .data)

SECTIONS
{
  . = LAYOUT_KERNEL_BASE;
  kernel_text_base = .;
  .text : { *(EXCLUDE_FILE(CHECKS(NAME) STORE(NAME) PROGRAM(NAME) SEEN_FROM(NAME) SELDOM(NAME)) .text) } :text
  .main : { SEEN_FROM(TEXT) } :text
  /* Pages of their own for what hardly ever runs and for the audit point: QEMU's TCG takes one instruction at a time in
   * a page that has a breakpoint. */
  . = ALIGN(LAYOUT_FRAME_SIZE);
  .seldom : { SELDOM(TEXT) *(.text.audit) *(ALWAYS .text.*) } :text
  . = ALIGN(LAYOUT_FRAME_SIZE);
  kernel_text_limit = ABSOLUTE(.);

  kernel_rodata_base = .;
  .rodata : { *(ALWAYS .rodata ALWAYS .rodata.*) } :rodata
  . = ALIGN(LAYOUT_FRAME_SIZE);
  kernel_rodata_limit = .;

  kernel_data_base = .;
  .data : { *(ALWAYS .data ALWAYS .data.*) . = ALIGN(LAYOUT_FRAME_SIZE); } :data
  kernel_data_limit = .;

  kernel_bss_base = .;
  .bss : { *(ALWAYS .bss ALWAYS .bss.* COMMON) . = ALIGN(LAYOUT_FRAME_SIZE); } :data
  kernel_bss_limit = .;

  . += LAYOUT_FRAME_SIZE;
  kernel_stack_base = .;
  .stack : { *(.stack) } :stack
  kernel_stack_limit = .;

  . += LAYOUT_FRAME_SIZE;
  fault_stack_base = .;
  .fault_stack : { *(.fault_stack) } :fault_stack
  fault_stack_limit = .;

  . += LAYOUT_FRAME_SIZE;
  checks_text_base = ABSOLUTE(.);
  .checks_text : { CHECKS(ALL_TEXT) } :checks_text
  . = ALIGN(LAYOUT_FRAME_SIZE);
  checks_text_limit = ABSOLUTE(.);

  checks_rodata_base = ABSOLUTE(.);
  .checks_rodata : { CHECKS(RODATA) } :checks_rodata
  . = ALIGN(LAYOUT_FRAME_SIZE);
  checks_rodata_limit = ABSOLUTE(.);

  checks_data_base = ABSOLUTE(.);
  .checks_data : { CHECKS(DATA) } :checks_data
  . = ALIGN(LAYOUT_FRAME_SIZE);
  checks_data_limit = ABSOLUTE(.);

  . += LAYOUT_FRAME_SIZE;
  trace_text_base = ABSOLUTE(.);
  .trace_text : { TRACE(ALL_TEXT) } :trace_text
  . = ALIGN(LAYOUT_FRAME_SIZE);
  trace_text_limit = ABSOLUTE(.);

  trace_rodata_base = ABSOLUTE(.);
  .trace_rodata : { TRACE(RODATA) } :trace_rodata
  . = ALIGN(LAYOUT_FRAME_SIZE);
  trace_rodata_limit = ABSOLUTE(.);

  . += LAYOUT_FRAME_SIZE;
  store_text_base = ABSOLUTE(.);
  .store_text : { STORE(ALL_TEXT) } :store_text
  . = ALIGN(LAYOUT_FRAME_SIZE);
  store_text_limit = ABSOLUTE(.);

  store_rodata_base = ABSOLUTE(.);
  .store_rodata : { STORE(RODATA) } :store_rodata
  . = ALIGN(LAYOUT_FRAME_SIZE);
  store_rodata_limit = ABSOLUTE(.);

  store_data_base = ABSOLUTE(.);
  .store_data : { STORE(DATA) } :store_data
  . = ALIGN(LAYOUT_FRAME_SIZE);
  store_data_limit = ABSOLUTE(.);

  . += LAYOUT_FRAME_SIZE;
  program_text_base = ABSOLUTE(.);
  .program_text : { PROGRAM(ALL_TEXT) } :program_text
  . = ALIGN(LAYOUT_FRAME_SIZE);
  program_text_limit = ABSOLUTE(.);

  program_rodata_base = ABSOLUTE(.);
  .program_rodata : { PROGRAM(RODATA) } :program_rodata
  . = ALIGN(LAYOUT_FRAME_SIZE);
  program_rodata_limit = ABSOLUTE(.);

  program_data_base = ABSOLUTE(.);
  .program_data : { PROGRAM(DATA) } :program_data
  . = ALIGN(LAYOUT_FRAME_SIZE);
  program_data_limit = ABSOLUTE(.);

  /* Last, so that nothing moves between the link without names and the one with them. */
  . += LAYOUT_FRAME_SIZE;
  symbols_base = ABSOLUTE(.);
  .symbols : { *(.symbols) } :symbols
  . = ALIGN(LAYOUT_FRAME_SIZE);
  symbols_limit = ABSOLUTE(.);

  store_symbols_base = ABSOLUTE(.);
  .store_symbols : { *(.store_symbols) } :store_symbols
  . = ALIGN(LAYOUT_FRAME_SIZE);
  store_symbols_limit = ABSOLUTE(.);

  program_symbols_base = ABSOLUTE(.);
  .program_symbols : { *(.program_symbols) } :program_symbols
  . = ALIGN(LAYOUT_FRAME_SIZE);
  program_symbols_limit = ABSOLUTE(.);
  kernel_limit = .;
  ASSERT(kernel_limit <= LAYOUT_KERNEL_LIMIT, "kernel: it reaches beyond its place")
  /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}
