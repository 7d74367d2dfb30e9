/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check of ELF headers: a good file is taken as it is, and each row of the table, one changed field of it, is
 * refused with its status, its words and its number.  The good file, laid out as the kernel is:
 *
 *   file     |ehdr phdr 0..3 |----text----|--data--|
 *   memory                   |----text----|  |--data--|..bss..|  |..stack..|
 *   0x400000..               +0x1000         +0x4000             +0x8000
 */
#include "tap.h"

#include "runtime/elf.h"
#include "x86_64/image.h"
#include "x86_64/layout.h"

#define BASE 0x400000u
#define UPPER 0x800000u
#define FILE_SIZE 0x3000u
#define HEAD_SIZE 512u
#define HEADERS 4u

struct header {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

/* Offsets of fields in the file. */
enum { MAGIC = 0, CLASS = 4, ORDER = 5, IDENT_VERSION = 6, OSABI = 7, TYPE = 16, MACHINE = 18, VERSION = 20, ENTRY = 24,
       PHOFF = 32, PHENTSIZE = 54, PHNUM = 56, HEADERS_AT = 64 };
#define FIELD(segment, name) (HEADERS_AT + (segment) * sizeof(struct header) + offsetof(struct header, name))
#define ANY UINT64_MAX /* the number is not looked at */

static const struct header headers[HEADERS] = {
    {0x6474e551, 7, 0, 0, 0, 0, 0, 16}, /* the stack's note: loads nothing, so its flags do not count */
    {1, ELF_READ | ELF_EXECUTE, 0x1000, BASE + 0x1000, 0, 0x1234, 0x1234, 0x1000},
    {1, ELF_READ | ELF_WRITE, 0x2400, BASE + 0x4400, 0, 0x800, 0x2000, 0x1000},
    {1, ELF_READ | ELF_WRITE, 0, BASE + 0x8000, 0, 0, 0x2000, 0x1000},
};

static const struct elf_limits limits = {FILE_SIZE, BASE, UPPER, 1 << ELF_TYPE_FIXED, 8, false};

static void put(uint8_t *file, size_t at, size_t size, uint64_t value)
{
    for (size_t i = 0; i < size; i++)
        file[at + i] = (uint8_t)(value >> 8 * i);
}

static void good_file(uint8_t *file)
{
    memset(file, 0, HEAD_SIZE);
    put(file, MAGIC, 4, 0x464c457f);
    put(file, CLASS, 3, 0x010102);
    put(file, TYPE, 2, ELF_TYPE_FIXED);
    put(file, MACHINE, 2, 62);
    put(file, VERSION, 4, 1);
    put(file, ENTRY, 8, BASE + 0x1010);
    put(file, PHOFF, 8, HEADERS_AT);
    put(file, PHENTSIZE, 2, sizeof(struct header));
    put(file, PHNUM, 2, HEADERS);
    memcpy(file + HEADERS_AT, headers, sizeof headers);
}

/* ---- what is refused */

struct row {
    const char *name;
    size_t at, size;
    uint64_t value;
    enum status status;
    const char *what;
    uint64_t number;
};

#define NOT_ELF "not an ELF-64 little-endian file"
#define OUTSIDE "segment outside the address space"
#define LATER "segment not above the one before it"
#define NO_ENTRY "entry in no executable segment"

static const struct row rows[] = {
    {"magic", MAGIC, 4, 0x464c457e, STATUS_INVALID, NOT_ELF, ANY},
    {"class: 32 bit", CLASS, 1, 1, STATUS_INVALID, NOT_ELF, ANY},
    {"byte order: big-endian", ORDER, 1, 2, STATUS_INVALID, NOT_ELF, ANY},
    {"version in the ident", IDENT_VERSION, 1, 0, STATUS_INVALID, NOT_ELF, ANY},
    {"version", VERSION, 4, 2, STATUS_INVALID, "ELF version unknown", 2},
    {"machine: i386", MACHINE, 2, 3, STATUS_INVALID, "machine is not x86-64", 3},
    {"type: a position-independent program where one is not wanted", TYPE, 2, 3, STATUS_INVALID,
     "not a program of the type wanted", 3},
    {"type: an object", TYPE, 2, 1, STATUS_INVALID, "not a program of the type wanted", 1},
    {"type: a core, whose number is no shift count", TYPE, 2, 0xff00, STATUS_INVALID,
     "not a program of the type wanted", 0xff00},
    {"program headers of 55 bytes", PHENTSIZE, 2, 55, STATUS_CORRUPT, "program headers of another size", 55},
    {"nine program headers where eight are allowed", PHNUM, 2, 9, STATUS_FULL, "too many program headers", 9},
    {"65,535 program headers", PHNUM, 2, 0xffff, STATUS_FULL, "too many program headers", 0xffff},
    {"program headers end a byte beyond the head", PHOFF, 8, HEAD_SIZE - HEADERS * sizeof(struct header) + 1,
     STATUS_CORRUPT, "program headers beyond the file's head", HEAD_SIZE - HEADERS * sizeof(struct header) + 1},
    {"program headers at the end of 2^64", PHOFF, 8, 0xffffffffffffffc0, STATUS_CORRUPT,
     "program headers beyond the file's head", 0xffffffffffffffc0},
    {"no program header", PHNUM, 2, 0, STATUS_CORRUPT, NO_ENTRY, BASE + 0x1010},
    {"file bytes end a byte beyond the file", FIELD(2, filesz), 8, 0xc01, STATUS_CORRUPT,
     "segment beyond the file's end", 0x2400},
    {"file bytes start beyond the file", FIELD(2, offset), 8, 0x3400, STATUS_CORRUPT, "segment beyond the file's end",
     0x3400},
    {"offset and size wrap", FIELD(2, offset), 8, 0xfffffffffffff400, STATUS_CORRUPT, "segment beyond the file's end",
     0xfffffffffffff400},
    {"a byte more in the file than in memory", FIELD(1, filesz), 8, 0x1235, STATUS_CORRUPT,
     "segment larger in the file than in memory", 0x1235},
    {"more in the file than in memory, where that is nothing", FIELD(1, memsz), 8, 0, STATUS_CORRUPT,
     "segment larger in the file than in memory", 0x1234},
    {"a page below the address space", FIELD(1, vaddr), 8, BASE - 0x1000, STATUS_CORRUPT, OUTSIDE, BASE - 0x1000},
    {"memory ends a byte above the address space", FIELD(3, memsz), 8, UPPER - BASE - 0x8000 + 1, STATUS_CORRUPT,
     OUTSIDE, BASE + 0x8000},
    {"address above the address space", FIELD(3, vaddr), 8, UPPER + 0x1000, STATUS_CORRUPT, OUTSIDE, UPPER + 0x1000},
    {"address and size wrap", FIELD(3, memsz), 8, 0 - (uint64_t)BASE, STATUS_CORRUPT, OUTSIDE, BASE + 0x8000},
    {"vaddr and offset differ below a page", FIELD(2, vaddr), 8, BASE + 0x4410, STATUS_CORRUPT, "segment misaligned",
     BASE + 0x4410},
    {"vaddr and offset differ below the file's own alignment", FIELD(1, align), 8, 0x800000, STATUS_CORRUPT,
     "segment misaligned", BASE + 0x1000},
    {"an alignment that is no power of two", FIELD(1, align), 8, 0x1800, STATUS_CORRUPT, "segment misaligned",
     BASE + 0x1000},
    {"a small one that is no power of two", FIELD(1, align), 8, 3, STATUS_CORRUPT, "segment misaligned", BASE + 0x1000},
    {"an alignment of 2^64-1", FIELD(1, align), 8, UINT64_MAX, STATUS_CORRUPT, "segment misaligned", BASE + 0x1000},
    {"writable and executable", FIELD(1, flags), 4, 7, STATUS_CORRUPT, "segment both writable and executable",
     BASE + 0x1000},
    {"writable and executable, not readable", FIELD(2, flags), 4, 3, STATUS_CORRUPT,
     "segment both writable and executable", BASE + 0x4400},
    {"two segments share a page but no byte", FIELD(1, memsz), 8, 0x3001, STATUS_CORRUPT, LATER, BASE + 0x4400},
    {"two segments overlap", FIELD(2, memsz), 8, 0x4000, STATUS_CORRUPT, LATER, BASE + 0x8000},
    {"one segment twice", FIELD(3, vaddr), 8, BASE + 0x4000, STATUS_CORRUPT, LATER, BASE + 0x4000},
    {"not in ascending order", FIELD(3, vaddr), 8, BASE, STATUS_CORRUPT, LATER, BASE},
    {"entry a byte below", ENTRY, 8, BASE + 0xfff, STATUS_CORRUPT, NO_ENTRY, BASE + 0xfff},
    {"entry a byte above", ENTRY, 8, BASE + 0x2234, STATUS_CORRUPT, NO_ENTRY, BASE + 0x2234},
    {"entry at 0", ENTRY, 8, 0, STATUS_CORRUPT, NO_ENTRY, 0},
    {"entry in data", ENTRY, 8, BASE + 0x4400, STATUS_CORRUPT, NO_ENTRY, BASE + 0x4400},
    {"no executable segment", FIELD(1, flags), 4, ELF_READ, STATUS_CORRUPT, NO_ENTRY, BASE + 0x1010},
    {"no loadable segment of code", FIELD(1, type), 4, 4, STATUS_CORRUPT, NO_ENTRY, BASE + 0x1010},
    {"entry beyond the file's bytes of the segment", FIELD(1, filesz), 8, 0x10, STATUS_CORRUPT, NO_ENTRY,
     BASE + 0x1010},
};

static void test_refused(const struct row *row)
{
    uint8_t file[HEAD_SIZE];
    struct elf_program program;
    struct elf_fault fault = {"", 0};
    enum status status;

    good_file(file);
    put(file, row->at, row->size, row->value);
    status = elf_check(&program, file, sizeof file, &limits, &fault);
    if (!tap_ok(status == row->status && !strcmp(fault.what, row->what) &&
                    (row->number == ANY || fault.number == row->number),
                "refused: %s", row->name))
        tap_note("got %s: %s: 0x%" PRIx64, status_text(status), fault.what, fault.number);
}

/* ---- what is taken */

struct change {
    const char *name;
    size_t at, size;
    uint64_t value;
    uint32_t segments;
};

static const struct change taken[] = {
    {"as it is", OSABI, 1, 0, 3},
    {"of another system's ABI, which it does not use", OSABI, 1, 9, 3},
    {"program headers up to the head's last byte", PHOFF, 8, HEAD_SIZE - HEADERS * sizeof(struct header), 3},
    {"file bytes up to the file's last byte", FIELD(2, filesz), 8, 0xc00, 3},
    {"memory up to the address space's last byte", FIELD(3, memsz), 8, UPPER - BASE - 0x8000, 3},
    {"a segment that ends where the next one's page starts", FIELD(1, memsz), 8, 0x3000, 3},
    {"entry at the last byte of code", ENTRY, 8, BASE + 0x2233, 3},
    {"alignment 0, which means none", FIELD(1, align), 8, 0, 3},
    {"alignment 1, which means none", FIELD(1, align), 8, 1, 3},
    {"an empty segment, which is left out", FIELD(3, memsz), 8, 0, 2},
};

static void test_taken(const struct change *change)
{
    uint8_t file[HEAD_SIZE + 1];
    struct elf_program program;
    struct elf_fault fault = {"", 0};
    enum status status;

    good_file(file + 1); /* no alignment is asked for */
    put(file + 1, change->at, change->size, change->value);
    if (change->at == PHOFF)
        memcpy(file + 1 + change->value, headers, sizeof headers);
    status = elf_check(&program, file + 1, HEAD_SIZE, &limits, &fault);
    if (!tap_ok(status == STATUS_OK && program.segment_count == change->segments, "taken: %s", change->name))
        tap_note("got %s: %s: 0x%" PRIx64, status_text(status), fault.what, fault.number);
}

static void test_stored(void)
{
    uint8_t file[HEAD_SIZE];
    struct elf_program program = {0};
    struct elf_fault fault;
    unsigned wrong = 0;

    good_file(file);
    wrong += elf_check(&program, file, sizeof file, &limits, &fault) != STATUS_OK;
    for (uint32_t i = 0; i < program.segment_count; i++) {
        const struct elf_segment *segment = &program.segments[i];
        const struct header *header = &headers[i + 1];

        wrong += segment->vaddr != header->vaddr || segment->memsz != header->memsz ||
                 segment->offset != header->offset || segment->filesz != header->filesz ||
                 segment->flags != header->flags;
    }
    wrong += program.entry != BASE + 0x1010 || program.type != ELF_TYPE_FIXED || program.header_count != HEADERS ||
             program.headers_offset != HEADERS_AT || program.segment_count != 3;
    tap_is_u64(wrong, 0, "what is stored is what the file says");
}

static void test_types(void)
{
    struct elf_limits both = limits, other = limits;
    uint8_t file[HEAD_SIZE];
    struct elf_program program;
    struct elf_fault fault;

    both.types |= 1 << ELF_TYPE_ANYWHERE;
    other.types = 1 << ELF_TYPE_ANYWHERE;
    good_file(file);
    tap_ok(elf_check(&program, file, sizeof file, &both, &fault) == STATUS_OK &&
               elf_check(&program, file, sizeof file, &other, &fault) == STATUS_INVALID,
           "a program at fixed addresses, if those are wanted");
    put(file, TYPE, 2, ELF_TYPE_ANYWHERE);
    tap_ok(elf_check(&program, file, sizeof file, &both, &fault) == STATUS_OK &&
               elf_check(&program, file, sizeof file, &other, &fault) == STATUS_OK &&
               program.type == ELF_TYPE_ANYWHERE,
           "a position-independent one, if those are");
}

static void test_write_execute(void)
{
    struct elf_limits any = limits;
    uint8_t file[HEAD_SIZE];
    struct elf_program program;
    struct elf_fault fault;

    any.write_execute = true;
    good_file(file);
    put(file, FIELD(1, flags), 4, ELF_READ | ELF_WRITE | ELF_EXECUTE);
    tap_ok(elf_check(&program, file, sizeof file, &any, &fault) == STATUS_OK &&
               program.segments[0].flags == (ELF_READ | ELF_WRITE | ELF_EXECUTE),
           "a segment both writable and executable, if the loader allows it");
}

/* Nothing beyond head_size is read: the head is a block of exactly that size, which sanitizers and valgrind watch. */
static void test_short(void)
{
    size_t least = HEADERS_AT + sizeof headers;
    unsigned wrong = 0;

    for (size_t size = 0; size <= HEAD_SIZE; size++) {
        uint8_t file[HEAD_SIZE], *head = malloc(size ? size : 1);
        struct elf_program program;
        struct elf_fault fault;

        good_file(file);
        memcpy(head, file, size);
        wrong += (elf_check(&program, head, size, &limits, &fault) == STATUS_OK) != (size >= least);
        free(head);
    }
    tap_is_u64(wrong, 0, "a head of any size below %zu bytes is refused, of any other taken", least);
}

/* As many segments as there is room for, and one more. */
static void test_count(void)
{
    struct elf_limits many = limits;
    uint8_t file[HEADERS_AT + (ELF_SEGMENTS_MAX + 1) * sizeof(struct header)];
    struct elf_program program;
    struct elf_fault fault;

    many.headers_max = ELF_SEGMENTS_MAX + 1;
    good_file(file);
    for (uint32_t i = 0; i <= ELF_SEGMENTS_MAX; i++) {
        struct header header = {1, ELF_READ | ELF_EXECUTE, 0, BASE + i * 0x1000, 0, 0x1000, 0x1000, 0x1000};

        memcpy(file + FIELD(i, type), &header, sizeof header);
    }
    put(file, PHNUM, 2, ELF_SEGMENTS_MAX);
    tap_ok(elf_check(&program, file, sizeof file, &many, &fault) == STATUS_OK &&
               program.segment_count == ELF_SEGMENTS_MAX,
           "%u segments are taken", ELF_SEGMENTS_MAX);
    put(file, PHNUM, 2, ELF_SEGMENTS_MAX + 1);
    tap_ok(elf_check(&program, file, sizeof file, &many, &fault) == STATUS_FULL &&
               !strcmp(fault.what, "too many segments"),
           "one more is not");
}

/* The kernel itself keeps the rules that stage2 holds it to. */
static void test_kernel(void)
{
    struct elf_limits kernel = {0, LAYOUT_KERNEL_BASE, LAYOUT_KERNEL_LIMIT, 1 << ELF_TYPE_FIXED, ELF_SEGMENTS_MAX,
                                false};
    char path[1000];
    uint8_t head[IMAGE_KERNEL_HEAD_SECTORS * LAYOUT_SECTOR_SIZE];
    struct elf_program program = {0};
    struct elf_fault fault = {"", 0};
    FILE *file;

    snprintf(path, sizeof path, "%s/acre-stripped.elf", getenv("top_builddir") ? getenv("top_builddir") : "..");
    file = fopen(path, "rb");
    if (file && fread(head, sizeof head, 1, file) == 1 && !fseek(file, 0, SEEK_END)) {
        kernel.file_size = (uint64_t)ftell(file);
        if (elf_check(&program, head, sizeof head, &kernel, &fault) != STATUS_OK)
            tap_note("%s: 0x%" PRIx64, fault.what, fault.number);
    }
    tap_ok(program.segment_count >= 3, "the kernel's file is taken, by its first sectors");
    if (file)
        fclose(file);
}

int main(void)
{
    unsigned refused = sizeof rows / sizeof rows[0], good = sizeof taken / sizeof taken[0];

    tap_plan(refused + good + 8);
    for (unsigned i = 0; i < refused; i++)
        test_refused(&rows[i]);
    for (unsigned i = 0; i < good; i++)
        test_taken(&taken[i]);
    test_stored();
    test_types();
    test_write_execute();
    test_short();
    test_count();
    test_kernel();
    return tap_done();
}
