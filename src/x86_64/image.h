/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk image: where its parts stand.  tools/mkimage writes it, stage1 and stage2 read it, `acre image` sets its
 * options.
 * Carried to NASM and Tcl by tools/layout-gen, so it keeps layout.h's rules.
 *
 *   sector 0          MBR: stage1; IMAGE_MBR_* fields; partition 1 covers everything below
 *   sectors 1..       stage2; its first bytes are the image header (IMAGE_HDR_*)
 *   then one sector   options: text, NUL padded, with its sum in the last 8 bytes
 *   then              the kernel's ELF file, padded with zeros to a sector
 *   then, if any      from the next sector whose number IMAGE_ARCHIVE_ALIGN divides: the archive of the program's
 *                     files, whole pages; partition 2 covers it
 *   the rest          zeros up to a 1.44 MB floppy, outside the partitions
 *
 * Sums are the 8-byte position-dependent sum of src/runtime/sum.h over little-endian 32-bit words.
 */
#ifndef ACRE_IMAGE_H
#define ACRE_IMAGE_H

/* Disk image */
#define IMAGE_SIZE 0x168000 /* bytes: 2,880 sectors, so that the same file is a 1.44 MB floppy */
#define IMAGE_MBR_FIELDS 0x1ae /* offset of the fields that mkimage fills; code ends before */
#define IMAGE_MBR_SUMMED 0x1ac /* bytes of stage1's code that stage2 checks; the fields are checked by their use */
#define IMAGE_MBR_STAGE2_SECTORS 0x1ae /* u16: sectors of stage2, from sector 1 */
#define IMAGE_MBR_STAGE2_SUM 0x1b0 /* u64: sum of stage2's sectors, its header included */
#define IMAGE_HDR_MAGIC 0x8 /* u32 in stage2: IMAGE_MAGIC; this and the next are offsets from stage2's first byte */
#define IMAGE_HDR_SECTORS 0xc /* u32: sectors of the whole area, MBR included */
#define IMAGE_HDR_OPTIONS_LBA 0x10 /* u32: sector of the options */
#define IMAGE_HDR_KERNEL_LBA 0x14 /* u32: first sector of the kernel file */
#define IMAGE_HDR_KERNEL_BYTES 0x18 /* u32: bytes of the kernel file, without padding */
#define IMAGE_HDR_STAGE2_SECTORS 0x1c /* u32: same as IMAGE_MBR_STAGE2_SECTORS */
#define IMAGE_HDR_MBR_SUM 0x20 /* u64: sum of the MBR's bytes below IMAGE_MBR_SUMMED */
#define IMAGE_HDR_KERNEL_HEAD_SUM 0x28 /* u64: sum of the kernel's first sectors, whose headers are read first */
#define IMAGE_KERNEL_HEAD_SECTORS 3 /* those sectors: they hold all program headers */
#define IMAGE_HDR_ARCHIVE_LBA 0x30 /* u32: first sector of the archive; 0 in an image without one */
#define IMAGE_HDR_ARCHIVE_PAGES 0x34 /* u32: pages of the archive; 0 in an image without one */
#define IMAGE_HDR_ARCHIVE_SUM 0x38 /* u64: sum of the archive's sectors */
#define IMAGE_HDR_PIECE_SUMS 0x40 /* u64 each: sums of the kernel's pieces, padding included; 0 beyond the last */
#define IMAGE_PIECES_MAX 0x100 /* of them: 1 MiB of kernel */
#define IMAGE_PIECE_SIZE 0x1000 /* bytes of a piece: what a boot reads or leaves; the last one ends with the area */
#define IMAGE_HDR_LIMIT 0x840 /* end of the header */
#define IMAGE_MAGIC 0x65726341 /* "Acre" */
#define IMAGE_OPTIONS_SIZE 0x1f8 /* bytes of option text in its sector, NUL padded */
/* Bits of p_flags in the kernel file: a segment that stage2 loads only if it is wanted */
#define IMAGE_PART_CHECKS 0x100000 /* the self-checks: unless a program runs without them */
#define IMAGE_PART_PROGRAM 0x200000 /* what runs a program: if the image has one */
#define IMAGE_PART_TRACE 0x400000 /* what writes its system calls down: with trace=1, or meta=write and a store */
#define IMAGE_PART_SYMBOLS 0x800000 /* functions' names: unless a program needs the memory.  Two bits: both parts */
#define IMAGE_PART_STORE 0x1000000 /* the meta store: if COM2 is there, unless meta=off or memory is short */
#define IMAGE_PARTITION_TYPE 0xda /* "non-filesystem data" */
#define IMAGE_ARCHIVE_TYPE 0x7f /* of partition 2: the number that is left to everybody's own use */
#define IMAGE_ARCHIVE_ALIGN 8 /* sectors: the archive starts at a page of the image's file */
#define IMAGE_ARCHIVE_PAGES_MAX 0xc0000 /* 3 GiB: stage2 puts it below 4 GiB, where the PCI hole is too */

#endif
