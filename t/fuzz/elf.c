/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF headers.  The first bytes choose the loader's limits, the rest is the file's head.  What is taken must keep each
 * of the promises P1..P8 of elf.h, looked at one by one in 128-bit arithmetic, and must be what the headers say; what
 * is refused must have a reason.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/elf.h"
#include "runtime/status.h"
#include "x86_64/layout.h"

typedef unsigned __int128 wide;

/* The kernel's place, a program's, all there is, none: what a loader might have. */
static const struct elf_limits kinds[] = {
    {0, LAYOUT_KERNEL_BASE, LAYOUT_KERNEL_LIMIT, 1 << ELF_TYPE_FIXED, 8, false},
    {0, LAYOUT_USER_BASE, LAYOUT_USER_LIMIT, 1 << ELF_TYPE_FIXED | 1 << ELF_TYPE_ANYWHERE, 64, false},
    {0, 0, UINT64_MAX - (LAYOUT_FRAME_SIZE - 1), 1 << ELF_TYPE_FIXED | 1 << ELF_TYPE_ANYWHERE, UINT32_MAX, true},
    {0, LAYOUT_USER_BASE, LAYOUT_USER_BASE, 1 << ELF_TYPE_ANYWHERE, 0xffff, false},
};

static uint64_t read_number(const uint8_t *at, unsigned bytes)
{
    uint64_t number = 0;

    while (bytes--)
        number = number << 8 | at[bytes];
    return number;
}

/* P1..P4, P6. */
static void look_at_segment(const struct elf_segment *s, const struct elf_limits *limits)
{
    if ((wide)s->offset + s->filesz > limits->file_size)
        fuzz_fail("P1: file bytes beyond the file");
    if (s->filesz > s->memsz || !s->memsz)
        fuzz_fail("P2: more bytes in the file than in memory, or none");
    if (s->vaddr < limits->lower || (wide)s->vaddr + s->memsz > limits->upper)
        fuzz_fail("P3: memory outside the window");
    if (s->vaddr % LAYOUT_FRAME_SIZE != s->offset % LAYOUT_FRAME_SIZE)
        fuzz_fail("P4: cannot be mapped page by page");
    if (!limits->write_execute && s->flags & ELF_WRITE && s->flags & ELF_EXECUTE)
        fuzz_fail("P6: writable and executable");
}

/* P5: every segment against every other. */
static void look_at_pages(const struct elf_program *program)
{
    for (uint32_t i = 0; i < program->segment_count; i++)
        for (uint32_t j = i + 1; j < program->segment_count; j++) {
            wide last = (wide)program->segments[i].vaddr + program->segments[i].memsz - 1;

            if ((uint64_t)(last / LAYOUT_FRAME_SIZE) >= program->segments[j].vaddr / LAYOUT_FRAME_SIZE)
                fuzz_fail("P5: segments %u and %u", i, j);
        }
}

/* P7. */
static void look_at_entry(const struct elf_program *program)
{
    unsigned holders = 0;

    for (uint32_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *s = &program->segments[i];

        holders += s->flags & ELF_EXECUTE && s->vaddr <= program->entry &&
                   program->entry < (wide)s->vaddr + s->filesz;
    }
    if (holders != 1)
        fuzz_fail("P7: %u segments hold the entry", holders);
}

/* That what is stored is what the file has, field by field; the offsets are the gABI's. */
static void look_at_file(const struct elf_program *program, const uint8_t *head, size_t size)
{
    uint64_t headers = read_number(head + 32, 8), count = read_number(head + 56, 2);
    uint32_t found = 0;

    if (memcmp(head, "\177ELF\2\1\1", 7) || read_number(head + 18, 2) != 62 || read_number(head + 54, 2) != 56 ||
        program->entry != read_number(head + 24, 8) || program->type != read_number(head + 16, 2))
        fuzz_fail("not what the file's header says");
    if (headers + (wide)count * 56 > size || headers != program->headers_offset || count != program->header_count)
        fuzz_fail("program headers elsewhere");
    for (const uint8_t *h = head + headers; count--; h += 56) {
        const struct elf_segment *s = &program->segments[found];
        uint64_t align = read_number(h + 48, 8);

        if (read_number(h, 4) != 1 || !read_number(h + 40, 8))
            continue;
        if (found++ >= program->segment_count || s->flags != read_number(h + 4, 4) ||
            s->offset != read_number(h + 8, 8) || s->vaddr != read_number(h + 16, 8) ||
            s->filesz != read_number(h + 32, 8) || s->memsz != read_number(h + 40, 8))
            fuzz_fail("not what the file's segment %u says", found);
        if (align && s->vaddr % align != s->offset % align)
            fuzz_fail("P4: against the file's own alignment");
    }
    if (found != program->segment_count || !found || found > ELF_SEGMENTS_MAX)
        fuzz_fail("P8: %u segments of %u", program->segment_count, found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, data + size};
    struct elf_limits limits = kinds[fuzz_below(&input, sizeof kinds / sizeof kinds[0])];
    struct elf_fault fault = {NULL, 0};
    struct elf_program program;
    size_t head_size;
    uint8_t *head;
    enum status status;

    limits.file_size = fuzz_number(&input, 4);
    head_size = (size_t)(input.end - input.at);
    head = malloc(head_size + !head_size); /* exactly so large: a byte read beyond it shows */
    memcpy(head, input.at, head_size);
    status = elf_check(&program, head, head_size, &limits, &fault);
    if (status == STATUS_OK) {
        for (uint32_t i = 0; i < program.segment_count; i++)
            look_at_segment(&program.segments[i], &limits);
        look_at_pages(&program);
        look_at_entry(&program);
        look_at_file(&program, head, head_size);
        fuzz_outcome(program.segment_count == 1 ? "taken, of one segment" : "taken, of several segments");
    } else {
        if (!fault.what || !*fault.what)
            fuzz_fail("%s without a reason", status_text(status));
        fuzz_outcome_of(status_text(status), fault.what);
    }
    free(head);
    return 0;
}
