/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the program headers, each checked by itself (P1..P4, P6) and against the one before it (P5): the gABI
 * has loadable segments in ascending order, so one that is not is damage, and no two need be compared beside
 * neighbours. Every sum is tested before it is made (range.h).  No division: stage2 is 32-bit.
 */
#include "elf.h"

#include "bytes.h"
#include "elf_file.h"
#include "range.h"
#include "x86_64/layout.h"

#define IDENT 0x00010102464c457full /* magic, 64 bit, little-endian, version 1: the first seven bytes */
#define IDENT_MASK 0x00ffffffffffffffull
#define VERSION 1
#define MACHINE_X86_64 62
#define TYPE_LOAD 1

static enum status wrong(struct elf_fault *fault, enum status status, const char *what, uint64_t number)
{
    *fault = (struct elf_fault){what, number};
    return status;
}

static enum status check_header(const struct file_header *header, size_t head_size, const struct elf_limits *limits,
                                struct elf_fault *fault)
{
    uint64_t ident;

    bytes_copy(&ident, header->ident, sizeof ident);
    if ((ident & IDENT_MASK) != IDENT)
        return wrong(fault, STATUS_INVALID, "not an ELF-64 little-endian file", ident);
    if (header->machine != MACHINE_X86_64)
        return wrong(fault, STATUS_INVALID, "machine is not x86-64", header->machine);
    if (header->type > ELF_TYPE_ANYWHERE || !(limits->types >> header->type & 1))
        return wrong(fault, STATUS_INVALID, "not a program of the type wanted", header->type);
    if (header->version != VERSION)
        return wrong(fault, STATUS_INVALID, "ELF version unknown", header->version);
    if (header->phentsize != sizeof(struct program_header))
        return wrong(fault, STATUS_CORRUPT, "program headers of another size", header->phentsize);
    if (header->phnum > limits->headers_max)
        return wrong(fault, STATUS_FULL, "too many program headers", header->phnum);
    if (!range_fits(header->phoff, head_size, header->phnum * sizeof(struct program_header)))
        return wrong(fault, STATUS_CORRUPT, "program headers beyond the file's head", header->phoff);
    return STATUS_OK;
}

static bool is_aligned(const struct program_header *header)
{
    uint64_t align = range_max(header->align, LAYOUT_FRAME_SIZE);

    if (header->align && !range_is_power(header->align)) /* 0 and 1 both mean none */
        return false;
    return !((header->vaddr - header->offset) & (align - 1));
}

/* P1..P4 and P6. */
static enum status check_segment(const struct program_header *header, const struct elf_limits *limits,
                                 struct elf_fault *fault)
{
    if (!range_fits(header->offset, limits->file_size, header->filesz))
        return wrong(fault, STATUS_CORRUPT, "segment beyond the file's end", header->offset);
    if (header->filesz > header->memsz)
        return wrong(fault, STATUS_CORRUPT, "segment larger in the file than in memory", header->filesz);
    if (header->vaddr < limits->lower || !range_fits(header->vaddr, limits->upper, header->memsz))
        return wrong(fault, STATUS_CORRUPT, "segment outside the address space", header->vaddr);
    if (!is_aligned(header))
        return wrong(fault, STATUS_CORRUPT, "segment misaligned", header->vaddr);
    if (!limits->write_execute && (header->flags & (ELF_WRITE | ELF_EXECUTE)) == (ELF_WRITE | ELF_EXECUTE))
        return wrong(fault, STATUS_CORRUPT, "segment both writable and executable", header->vaddr);
    return STATUS_OK;
}

/* P5 and P8. */
static enum status add_segment(struct elf_program *program, const struct program_header *header,
                               struct elf_fault *fault)
{
    struct elf_segment *segment = &program->segments[program->segment_count];
    uint64_t page = range_align_down(header->vaddr, LAYOUT_FRAME_SIZE);

    if (program->segment_count == ELF_SEGMENTS_MAX)
        return wrong(fault, STATUS_FULL, "too many segments", ELF_SEGMENTS_MAX + 1);
    if (program->segment_count && page <= segment[-1].vaddr + (segment[-1].memsz - 1))
        return wrong(fault, STATUS_CORRUPT, "segment not above the one before it", header->vaddr);
    *segment = (struct elf_segment){header->vaddr, header->memsz, header->offset, header->filesz, header->flags};
    program->segment_count++;
    return STATUS_OK;
}

/* P7. */
static bool is_entry(const struct elf_program *program)
{
    for (uint32_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];

        if (segment->flags & ELF_EXECUTE && program->entry >= segment->vaddr &&
            program->entry - segment->vaddr < segment->filesz)
            return true;
    }
    return false;
}

static enum status check_segments(struct elf_program *program, const uint8_t *headers,
                                  const struct elf_limits *limits, struct elf_fault *fault)
{
    for (uint32_t i = 0; i < program->header_count; i++) {
        struct program_header header;
        enum status status;

        bytes_copy(&header, headers + i * sizeof header, sizeof header);
        if (header.type != TYPE_LOAD)
            continue;
        status = check_segment(&header, limits, fault);
        if (status == STATUS_OK && header.memsz)
            status = add_segment(program, &header, fault);
        if (status != STATUS_OK)
            return status;
    }
    if (!is_entry(program))
        return wrong(fault, STATUS_CORRUPT, "entry in no executable segment", program->entry);
    return STATUS_OK;
}

enum status elf_check(struct elf_program *program, const void *head, size_t head_size, const struct elf_limits *limits,
                      struct elf_fault *fault)
{
    struct file_header header;
    enum status status;

    if (head_size < sizeof header)
        return wrong(fault, STATUS_INVALID, "too short for an ELF file", head_size);
    bytes_copy(&header, head, sizeof header);
    status = check_header(&header, head_size, limits, fault);
    if (status != STATUS_OK)
        return status;
    program->entry = header.entry;
    program->headers_offset = header.phoff;
    program->type = header.type;
    program->header_count = header.phnum;
    program->segment_count = 0;
    return check_segments(program, (const uint8_t *)head + header.phoff, limits, fault);
}
