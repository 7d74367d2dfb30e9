/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The headers of an ELF-64 x86-64 program (System V gABI, chapters 4 and 5), checked before anything in them is
 * believed.  The file is the world's: nothing about it is an assertion.  Whoever loads by what elf_check stores can
 * copy or map each segment page by page without another look: it promises P1..P8 below.
 *
 *   P1  every segment's file bytes [offset, offset + filesz) lie within the file
 *   P2  filesz <= memsz, and memsz > 0
 *   P3  [vaddr, vaddr + memsz) lies within [lower, upper), nothing wraps
 *   P4  vaddr and offset are equal below a page, and below the alignment that the file asks for
 *   P5  segments are in ascending order and no two have a page in common
 *   P6  none may be both written and executed, unless the loader allows it
 *   P7  the entry is a byte that the file gives, in a segment that may be executed
 *   P8  there are 1 to ELF_SEGMENTS_MAX of them
 */
#ifndef ACRE_ELF_H
#define ACRE_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define ELF_SEGMENTS_MAX 24 /* linkers make 2 to 6, the kernel has 19 */

/* Of a file: runs where it was linked to run, or anywhere (then its addresses count from 0). */
#define ELF_TYPE_FIXED 2u
#define ELF_TYPE_ANYWHERE 3u

/* Flags of a segment. */
#define ELF_EXECUTE 1u
#define ELF_WRITE 2u
#define ELF_READ 4u
#define ELF_FLAGS 7u /* all of them */

/* What the loader has room for. */
struct elf_limits {
    uint64_t file_size; /* bytes of the whole file */
    uint64_t lower, upper; /* where segments may lie; multiples of the page, lower <= upper */
    uint32_t types; /* 1 << ELF_TYPE_FIXED, 1 << ELF_TYPE_ANYWHERE, or both */
    uint32_t headers_max; /* program headers of all kinds */
    bool write_execute; /* a segment may be both written and executed */
};

struct elf_segment {
    uint64_t vaddr, memsz; /* bytes in memory; those from filesz on are zero */
    uint64_t offset, filesz; /* bytes in the file */
    uint32_t flags; /* ELF_EXECUTE, ELF_WRITE, ELF_READ; other bits are the file's */
};

struct elf_program {
    uint64_t entry;
    uint64_t headers_offset; /* where the program headers stand in the file */
    uint32_t type; /* ELF_TYPE_FIXED or ELF_TYPE_ANYWHERE */
    uint32_t header_count;
    uint32_t segment_count;
    struct elf_segment segments[ELF_SEGMENTS_MAX];
};

/* Why a file was refused: a few words, and the number that shows it ("machine is not x86-64", 3). */
struct elf_fault {
    const char *what;
    uint64_t number;
};

/*
 * Checks a file by its first head_size bytes, which need no alignment and must hold the ELF header and all program
 * headers. Segments that load nothing are left out.  Other kinds of headers (interpreter, notes) are not looked at.
 *
 * On STATUS_OK program is filled in.  Else program is not to be used, and fault says what is wrong:  STATUS_INVALID:
 * not a file of this kind.  STATUS_CORRUPT: it breaks one of P1..P7.  STATUS_FULL: more headers or segments than there
 * is room for.
 */
MUST_USE enum status elf_check(struct elf_program *program, const void *head, size_t head_size,
                               const struct elf_limits *limits, struct elf_fault *fault);

#endif
