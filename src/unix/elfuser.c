/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elf_check wants the program headers in the file's head; here they may stand anywhere (patchelf moves them to the
 * end).  So it is given an ELF header that says that they follow it at once, as they do in `head`.
 *
 * Where Linux takes what the gABI forbids (segments out of order, two in one page, an alignment that is no power of
 * two), this refuses: such a file is damaged or hostile.
 */
#include "elfuser.h"

#include "runtime/bytes.h"
#include "runtime/elf_file.h"
#include "runtime/range.h"
#include "x86_64/layout.h"

_Static_assert(sizeof(struct program_header) * ELFUSER_HEADERS_MAX + ELFUSER_HEADER_SIZE == ELFUSER_HEAD_SIZE,
               "gABI figure 5-1");

#define IDENT 0x02464c457full /* magic, 64 bit: the first five bytes; elf_check looks at the rest */

/* Fields of the ELF header: offsets of gABI figure 4-3. */
#define AT_TYPE 16
#define AT_PHOFF 32
#define AT_PHENTSIZE 54
#define AT_PHNUM 56

/* Kinds of program headers. */
#define TYPE_LOAD 1u
#define TYPE_INTERPRETER 3u
#define TYPE_TLS 7u
#define TYPE_GNU_STACK 0x6474e551u

static enum status wrong(struct elf_fault *fault, enum status status, const char *what, uint64_t number)
{
    *fault = (struct elf_fault){ what, number };
    return status;
}

static uint64_t field(const uint8_t *head, uint32_t at, uint32_t size)
{
    uint64_t value = 0;

    bytes_copy(&value, head + at, size);
    return value;
}

static bool is_interpreter_good(const struct program_header *header, uint64_t file_size)
{
    return header->filesz >= 2 && header->filesz <= ELFUSER_PATH_MAX &&
           range_fits(header->offset, file_size, header->filesz);
}

static bool is_tls_good(const struct program_header *header, uint64_t file_size)
{
    return header->filesz <= header->memsz && range_fits(header->offset, file_size, header->filesz) &&
           (header->align == 0 || range_is_power(header->align));
}

/* What elf_check has left out; of segments only their alignment, which it has checked. */
static enum status look_at(struct elfuser *user, const struct program_header *header, uint64_t file_size,
                           struct elf_fault *fault)
{
    if (header->type == TYPE_LOAD && header->memsz)
        user->align = range_max(user->align, header->align);
    if (header->type == TYPE_GNU_STACK)
        user->stack_executable = header->flags & ELF_EXECUTE;
    if (header->type == TYPE_TLS && !is_tls_good(header, file_size))
        return wrong(fault, STATUS_CORRUPT, "TLS segment beyond the file or larger there than in memory",
                     header->offset);
    if (header->type != TYPE_INTERPRETER || user->interpreter_size)
        return STATUS_OK;
    if (!is_interpreter_good(header, file_size))
        return wrong(fault, STATUS_CORRUPT, "path of the interpreter too short, too long or beyond the file",
                     header->filesz);
    user->interpreter_offset = header->offset;
    user->interpreter_size = header->filesz;
    return STATUS_OK;
}

static enum status look_at_all(struct elfuser *user, const uint8_t *headers, uint64_t file_size,
                               struct elf_fault *fault)
{
    for (uint32_t i = 0; i < user->elf.header_count; i++) {
        struct program_header header;
        enum status status;

        bytes_copy(&header, headers + i * sizeof header, sizeof header);
        status = look_at(user, &header, file_size, fault);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* The first segment that has all program headers. */
static uint64_t headers_find(const struct elf_program *elf)
{
    uint64_t size = elf->header_count * sizeof(struct program_header);

    for (uint32_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];

        if (segment->offset <= elf->headers_offset &&
            range_fits(elf->headers_offset, segment->offset + segment->filesz, size))
            return segment->vaddr + (elf->headers_offset - segment->offset);
    }
    return 0;
}

enum status elfuser_table(const void *head, uint64_t file_size, uint64_t *offset, uint64_t *size,
                          struct elf_fault *fault)
{
    uint64_t at = field(head, AT_PHOFF, 8), count = field(head, AT_PHNUM, 2), each = field(head, AT_PHENTSIZE, 2);

    if (file_size < ELFUSER_HEADER_SIZE)
        return wrong(fault, STATUS_INVALID, "too short for an ELF file", file_size);
    if (field(head, 0, 5) != IDENT)
        return wrong(fault, STATUS_INVALID, "not an ELF-64 little-endian file", field(head, 0, 8));
    if (each != sizeof(struct program_header))
        return wrong(fault, STATUS_CORRUPT, "program headers of another size", each);
    if (count > ELFUSER_HEADERS_MAX)
        return wrong(fault, STATUS_FULL, "too many program headers", count);
    if (!range_fits(at, file_size, count * each))
        return wrong(fault, STATUS_CORRUPT, "program headers beyond the file's end", at);
    *offset = at;
    *size = count * each;
    return STATUS_OK;
}

enum status elfuser_check(struct elfuser *user, uint8_t *head, uint64_t file_size, struct elf_fault *fault)
{
    const struct elf_limits limits = {
        .file_size = file_size,
        .lower = field(head, AT_TYPE, 2) == ELF_TYPE_FIXED ? LAYOUT_USER_BASE : 0,
        .upper = LAYOUT_USER_LIMIT - LAYOUT_FRAME_SIZE,
        .types = 1 << ELF_TYPE_FIXED | 1 << ELF_TYPE_ANYWHERE,
        .headers_max = ELFUSER_HEADERS_MAX,
        .write_execute = true,
    };
    const uint64_t table = ELFUSER_HEADER_SIZE, offset = field(head, AT_PHOFF, 8);
    const struct elf_segment *last;
    enum status status;

    bytes_copy(head + AT_PHOFF, &table, sizeof table);
    status = elf_check(&user->elf, head, ELFUSER_HEAD_SIZE, &limits, fault);
    if (status != STATUS_OK)
        return status;
    user->elf.headers_offset = offset;
    last = &user->elf.segments[user->elf.segment_count - 1];
    user->base = range_align_down(user->elf.segments[0].vaddr, LAYOUT_FRAME_SIZE);
    user->limit = range_align_up(last->vaddr + last->memsz, LAYOUT_FRAME_SIZE);
    user->align = LAYOUT_FRAME_SIZE;
    user->headers_vaddr = headers_find(&user->elf);
    user->interpreter_size = 0;
    user->stack_executable = false;
    return look_at_all(user, head + table, file_size, fault);
}
