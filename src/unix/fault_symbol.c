/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections of symbols (SHT_SYMTAB, or the dynamic ones of a stripped file) are read piece by piece; nothing is kept.
 * Every number in the file is only where to read next, and reading beyond the end says so.  Source: the ELF-64 object
 * file format, version 1.5.
 */
#include "fault_symbol.h"

#include "inode.h"
#include "runtime/bytes.h"
#include "runtime/elf_file.h"

#define PIECE 16 /* symbols that are read at a time */
#define HEADERS_MAX 128 /* program and section headers that are looked at */
#define SYMBOLS_MAX 1000000u

enum { PT_LOAD = 1, SHT_SYMTAB = 2, SHT_DYNSYM = 11, STT_FUNC = 2, STT_TYPE = 15 };

struct section {
    uint32_t name, type;
    uint64_t flags, vaddr, offset, size;
    uint32_t link, info;
    uint64_t align, entry_size;
};

struct symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t value, size;
};

_Static_assert(sizeof(struct section) == 64 && sizeof(struct symbol) == 24, "ELF-64");

static bool read(struct inode *file, void *to, uint64_t size, uint64_t offset)
{
    return inode_read(file, to, size, offset) == (int64_t)size;
}

/* The address, as the file counts, of a byte of a loaded segment. */
static bool address_of(struct inode *file, const struct file_header *h, uint64_t offset, uint64_t *address)
{
    struct program_header s;

    for (uint32_t i = 0; i < h->phnum && i < HEADERS_MAX; i++)
        if (read(file, &s, sizeof s, h->phoff + i * sizeof s) && s.type == PT_LOAD && offset >= s.offset &&
            offset - s.offset < s.filesz) {
            *address = s.vaddr + (offset - s.offset);
            return true;
        }
    return false;
}

/* The best of a piece: a function that begins at or before the address and, if it says how long it is, holds it. */
static void look(const struct symbol *list, uint64_t count, uint64_t address, struct symbol *best)
{
    for (uint64_t i = 0; i < count; i++)
        if ((list[i].info & STT_TYPE) == STT_FUNC && list[i].section && list[i].value <= address &&
            (!list[i].size || address - list[i].value < list[i].size) && list[i].value >= best->value)
            *best = list[i];
}

static bool search(struct inode *file, const struct section *s, uint64_t address, struct symbol *best)
{
    struct symbol list[PIECE];
    uint64_t count = s->size / sizeof *list;

    *best = (struct symbol){ 0 };
    for (uint64_t i = 0; i < count && i < SYMBOLS_MAX; i += PIECE) {
        uint64_t now = count - i < PIECE ? count - i : PIECE;

        if (!read(file, list, now * sizeof *list, s->offset + i * sizeof *list))
            return false;
        look(list, now, address, best);
    }
    return best->value;
}

static bool find_section(struct inode *file, const struct file_header *h, uint32_t type, struct section *s)
{
    for (uint32_t i = 0; i < h->shnum && i < HEADERS_MAX; i++)
        if (read(file, s, sizeof *s, h->shoff + i * sizeof *s) && s->type == type)
            return true;
    return false;
}

static bool search_kind(struct inode *file, const struct file_header *h, uint32_t type, uint64_t address,
                        struct symbol *best, uint64_t *name)
{
    struct section symbols, names;

    if (!find_section(file, h, type, &symbols) || !search(file, &symbols, address, best) ||
        symbols.link >= h->shnum ||
        !read(file, &names, sizeof names, h->shoff + symbols.link * sizeof names))
        return false;
    *name = names.offset + best->name;
    return true;
}

static bool read_name(struct inode *file, uint64_t offset, char name[FAULT_SYMBOL_SIZE])
{
    int64_t length = inode_read(file, name, FAULT_SYMBOL_SIZE - 1, offset);

    name[length > 0 ? length : 0] = 0;
    for (char *p = name; *p; p++)
        if ((uint8_t)*p <= ' ' || (uint8_t)*p > '~')
            *p = '?';
    return name[0];
}

bool fault_symbol(struct inode *file, uint64_t offset, char name[FAULT_SYMBOL_SIZE], uint64_t *into)
{
    struct file_header h;
    struct symbol best;
    uint64_t address, name_offset;

    if (!read(file, &h, sizeof h, 0) || bytes_compare(h.ident, "\177ELF\2", 5) != 0 ||
        !address_of(file, &h, offset, &address) ||
        !(search_kind(file, &h, SHT_SYMTAB, address, &best, &name_offset) ||
          search_kind(file, &h, SHT_DYNSYM, address, &best, &name_offset)) ||
        !read_name(file, name_offset, name))
        return false;
    *into = address - best.value;
    return true;
}
