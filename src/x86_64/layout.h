/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acre's memory layout: the one home of every address.  C (32 and 64 bit) includes this file; NASM, the linker
 * scripts, the farm's Tcl and the manual get it through tools/layout-gen; t/040-layout-agree.t proves that all agree.
 *
 *   physical, low                                 virtual
 *   0x00000  real-mode vectors                    ffffffffc0000000  PAGES window: every page-table frame
 *   0x00400  BIOS data area                       ffffffffbf000000  hand-off record (only while booting)
 *   0x00500  disk bounce buffer                   ffffffff80000000  kernel image
 *   0x06c00  real-mode stack, down from the MBR   ffffffff00000000  end of the kernel heap
 *   0x07c00  MBR (stage1)                         ffff800000000000  kernel heap, one PML4 slot a tag
 *   0x07e00  unused                               00007fffffffffff  last user address
 *   0x08000  stage2; its 64-bit step < 0xa000     0000000000000000  never mapped
 *
 * Rules: one define a line, hex for addresses, no suffix, no cast, no conditional, parentheses round a sum; a value at
 * or above 4 GiB is a literal, because C adds small unsuffixed literals in 32 bits, NASM in 64 and Tcl without bound.
 * _BASE is the first byte, _LIMIT the first byte after, _SIZE bytes, _SHIFT and _BITS bits, _MAX a count.
 */
#ifndef ACRE_LAYOUT_H
#define ACRE_LAYOUT_H

#define LAYOUT_FRAME_SHIFT 12 /* bits; SDM vol. 3A 4.5: 4 KiB pages */
#define LAYOUT_FRAME_SIZE 0x1000 /* bytes in a frame and in a page */
#define LAYOUT_SECTOR_SIZE 0x200 /* bytes in a disk sector */

/* Low memory, physical */
#define LAYOUT_IVT_BASE 0x0 /* real-mode interrupt vectors */
#define LAYOUT_IVT_LIMIT 0x400 /* 256 vectors of 4 bytes */
#define LAYOUT_BDA_BASE 0x400 /* BIOS data area */
#define LAYOUT_BDA_LIMIT 0x500 /* end of the BIOS data area */
#define LAYOUT_BOUNCE_BASE 0x500 /* disk bounce buffer: where every BIOS read lands */
#define LAYOUT_BOUNCE_LIMIT 0x6c00 /* 51 sectors, inside one 64 KiB DMA window */
#define LAYOUT_RMSTACK_BASE 0x6c00 /* lowest byte of the real-mode stack */
#define LAYOUT_RMSTACK_LIMIT 0x7c00 /* it grows down from the MBR and uses no byte of it */
#define LAYOUT_MBR_BASE 0x7c00 /* where the BIOS puts stage1 */
#define LAYOUT_MBR_LIMIT 0x7e00 /* one sector */
#define LAYOUT_UNUSED_BASE 0x7e00 /* nothing of ours; stage3 checks that it is as found */
#define LAYOUT_UNUSED_LIMIT 0x8000 /* end of the unused sector */
#define LAYOUT_STAGE2_BASE 0x8000 /* stage2: entry, GDTs, step into 64-bit mode, then its C code and data */
#define LAYOUT_STAGE2_LIMIT 0x20000 /* end of everything that belongs to stage2, its bss included */
#define LAYOUT_INITMAP_BASE 0x0 /* the initial map: identity, dismantled by stage3 */
#define LAYOUT_INITMAP_LIMIT 0xa000 /* end of the initial map */
#define LAYOUT_EBDA_BASE 0x80000 /* lowest EBDA pointer that is believed */
#define LAYOUT_EBDA_DEFAULT_BASE 0x9fc00 /* where the EBDA is taken to start when its pointer is not believed */
#define LAYOUT_LOWMEM_LIMIT 0xa0000 /* end of conventional memory; 0xa0000..0xfffff is never usable */
#define LAYOUT_HIMEM_BASE 0x100000 /* first byte above the first MiB */
#define LAYOUT_PHYS32_LIMIT 0x100000000 /* end of what stages 1 and 2 can address */
#define LAYOUT_BDA_EBDA_BASE 0x40e /* word: segment of the EBDA */
#define LAYOUT_BDA_MEMSIZE_BASE 0x413 /* word: KiB of conventional memory, what INT 12h returns */
#define LAYOUT_E820_MAX 1024 /* memory map entries accepted from the BIOS */

/* Kernel half, virtual */
#define LAYOUT_PAGES_BASE 0xffffffffc0000000 /* page-table memory is mapped here, one slot of a page each */
#define LAYOUT_PAGES_SLOT_BITS 14 /* a table's slot number stands in bits 9-11 and 52-62 of its entry */
#define LAYOUT_HANDOFF_BASE 0xffffffffbf000000 /* what stage2 tells stage3; unmapped and reclaimed once read */
#define LAYOUT_HANDOFF_LIMIT 0xffffffffbf100000 /* end of the hand-off's place */
#define LAYOUT_KERNEL_BASE 0xffffffff80000000 /* kernel image */
#define LAYOUT_KERNEL_LIMIT 0xffffffffbf000000 /* end of the kernel image's place */
#define LAYOUT_KERNEL_STACK_SIZE 0x4000 /* bytes of stage3's stack, an unmapped page below it */
#define LAYOUT_FAULT_STACK_SIZE 0x2000 /* bytes of the double-fault stack (IST 1), an unmapped page below it */
#define LAYOUT_KMEM_LIMIT 0xffffffff00000000 /* end of kernel heap memory */
#define LAYOUT_KMEM_BASE 0xffff800000000000 /* kernel heap memory; tag 0 is untagged */
#define LAYOUT_META_BASE 0xffff800000000000 /* heap metadata: the first GiB of kernel heap memory */
#define LAYOUT_META_LIMIT 0xffff800040000000 /* end of heap metadata; the untagged heap starts here */
#define LAYOUT_VA_TAG_SHIFT 39 /* a tag is bits 39..46: one PML4 slot */
#define LAYOUT_VA_TAG_BITS 8 /* bits of a tag */
#define LAYOUT_TAG1_BASE 0xffff808000000000 /* first byte of tag 0x01 */
#define LAYOUT_TAG7F_BASE 0xffffbf8000000000 /* first byte of tag 0x7f */
#define LAYOUT_TAGFF_BASE 0xffffff8000000000 /* first byte of tag 0xff, which holds the kernel image and PAGES */

/* User half, virtual */
#define LAYOUT_USER_LIMIT 0x800000000000 /* first byte after the last user address */
#define LAYOUT_MMAP_LIMIT 0x100000000000 /* end of mmap allocations; fixed mappings may lie above */
#define LAYOUT_USER_TAG_SHIFT 44 /* 3-bit tags of a user program's tagged regions */
#define LAYOUT_MMAP_BASE 0x100000000 /* base of mmap allocations without MAP_32BIT */
#define LAYOUT_MMAP32_BASE 0x80000000 /* base of MAP_32BIT allocations */
#define LAYOUT_USER_STACK_LIMIT 0x7e000000 /* usual top of the user stack on exec */
#define LAYOUT_USER_BASE 0x1000 /* memory for the program */
#define LAYOUT_NULL_BASE 0x0 /* never mapped: a null dereference faults */
#define LAYOUT_NULL_LIMIT 0x1000 /* end of the page that is never mapped */

/* User half, virtual: where a program's parts may begin (src/unix/aslr.h) */
#define LAYOUT_USER_HEAP_BASE 0x400000 /* brk of a program that lies elsewhere; else brk follows the program */
#define LAYOUT_USER_HEAP_MOVE_SIZE 0x20000000 /* under ASLR brk begins so many bytes later at most: 17 bits of pages */
#define LAYOUT_USER_STACK_MOVE_BASE 0x3e000000 /* under ASLR the stack's top is above it: 26 bits of 16 bytes */
#define LAYOUT_USER_STACK_SIZE 0x800000 /* how far it grows, if RLIMIT_STACK is as it is at first */
#define LAYOUT_USER_STACK_MIN_SIZE 0x21000 /* kept for it whatever RLIMIT_STACK says: a string of 128 KiB, a page */
#define LAYOUT_USER_STACK_MAX_SIZE 0x10000000 /* kept for it at most; it grows farther where nothing else lies */
#define LAYOUT_USER_GUARD_SIZE 0x100000 /* below the stack: nothing is mapped so near; 256 pages as in Linux */
#define LAYOUT_MMAP32_MOVE_LIMIT 0xc0000000 /* under ASLR the search for MAP_32BIT begins below it: 18 bits of pages */
#define LAYOUT_MMAP_MOVE_LIMIT 0x40100000000 /* under ASLR the search for others begins below it: 30 bits of pages */
#define LAYOUT_PIE_BASE 0x80000000000 /* a program that runs anywhere, without ASLR */
#define LAYOUT_PIE_MOVE_LIMIT 0xc0000000000 /* under ASLR it begins below this: 30 bits of pages */
#define LAYOUT_PIE_LIMIT 0xe0000000000 /* end of its place: the largest has 2 TiB */
#define LAYOUT_VDSO_BASE 0xe0000000000 /* the vDSO and its data page, without ASLR */
#define LAYOUT_VDSO_MOVE_LIMIT 0xf0000000000 /* under ASLR it begins below this: 28 bits of pages */
#define LAYOUT_VDSO_MAX_SIZE 0x10000 /* bytes of the vDSO and its data page at most */

/* Segment selectors, in the order that SYSCALL and SYSRET want; the user's are Linux's: a signal's frame shows them */
#define LAYOUT_SELECTOR_CODE 0x8 /* the kernel's code, ring 0 */
#define LAYOUT_SELECTOR_DATA 0x10 /* its data: the SS that SYSCALL loads */
#define LAYOUT_SELECTOR_SYSRET 0x20 /* SYSRET loads SS from this + 8 and CS from this + 16 (SDM vol. 2B) */
#define LAYOUT_SELECTOR_USER_DATA 0x2b /* the program's SS, ring 3 */
#define LAYOUT_SELECTOR_USER_CODE 0x33 /* the program's CS, ring 3, 64 bit */
#define LAYOUT_SELECTOR_TSS 0x38 /* two entries */

#endif
