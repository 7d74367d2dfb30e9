/* SPDX-License-Identifier: Apache-2.0 */
/* The headers of a 64-bit ELF file, as they stand in it (gABI figures 4-3 and 5-1). */
#ifndef ACRE_ELF_FILE_H
#define ACRE_ELF_FILE_H

#include <stdint.h>

struct file_header {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

_Static_assert(sizeof(struct file_header) == 64, "gABI figure 4-3");
_Static_assert(sizeof(struct program_header) == 56, "gABI figure 5-1");

#endif
