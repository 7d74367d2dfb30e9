/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An ELF file that is to run in ring 3, as Linux runs it: what runtime/elf.h promises of its segments, and what else
 * execve needs to know.  Pure; the file's bytes are the world's, and nothing about them is an assertion.
 *
 * Beside elf.h's rules it must have: program headers within the file; its segments between LAYOUT_USER_BASE (0 for a
 * file that runs anywhere) and the last page of the user half, which stays free; at most one interpreter, whose path
 * has 1 to ELFUSER_PATH_MAX - 1 bytes within the file; a TLS segment, if any, within the file and not larger there than
 * in memory.  A segment may be both written and executed.
 */
#ifndef ACRE_ELFUSER_H
#define ACRE_ELFUSER_H

#include "runtime/elf.h"

#define ELFUSER_HEADER_SIZE 64u /* bytes of the ELF header */
#define ELFUSER_HEADERS_MAX 64u /* program headers; linkers make 5 to 14 */
#define ELFUSER_HEAD_SIZE (ELFUSER_HEADER_SIZE + 56 * ELFUSER_HEADERS_MAX) /* both */
#define ELFUSER_PATH_MAX 4096u /* of the interpreter, its NUL included: Linux's PATH_MAX */

struct elfuser {
    struct elf_program elf; /* addresses as in the file */
    uint64_t base, limit; /* pages of all segments: [base, limit) */
    uint64_t align; /* the largest that a segment asks for, a page or more */
    uint64_t headers_vaddr; /* where the program headers are in memory; 0: in no segment */
    uint64_t interpreter_offset, interpreter_size; /* its path in the file, with its NUL; size 0: none */
    bool stack_executable; /* PT_GNU_STACK says so */
};

/*
 * Where the program headers stand in the file: head holds its first ELFUSER_HEADER_SIZE bytes.  STATUS_INVALID,
 * STATUS_CORRUPT and STATUS_FULL as elf_check, with *fault.
 */
MUST_USE enum status elfuser_table(const void *head, uint64_t file_size, uint64_t *offset, uint64_t *size,
                                   struct elf_fault *fault);

/*
 * Checks the whole: head has ELFUSER_HEAD_SIZE bytes, the ELF header and after it the program headers where
 * elfuser_table has said.  Their offset in the header is changed.  Statuses as elf_check; *user is not to be used
 * unless STATUS_OK.
 */
MUST_USE enum status elfuser_check(struct elfuser *user, uint8_t *head, uint64_t file_size, struct elf_fault *fault);

#endif
