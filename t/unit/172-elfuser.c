/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF files of programs: a good one is taken and what is stored of it is right; each row, one changed field, is refused
 * with its words or taken with what it changes.  The file:
 *
 *   file     |ehdr phdr 0..6 interp|----text----|--data--|      0x3000 bytes
 *   memory   0x400000              +0x1000      +0x4400  ..bss.. +0x6400
 *
 * And this test's own program and the host's dynamic linker, which the host's kernel has taken, are taken here.
 */
#include "tap.h"

#include "unix/elfuser.h"
#include "x86_64/layout.h"

#define BASE 0x400000u
#define FILE_SIZE 0x3000u
#define INTERPRETER_AT 0x800u

struct header {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

static const struct header headers[] = {
    { 6, ELF_READ, 64, BASE + 64, 0, 7 * 56, 7 * 56, 8 }, /* PT_PHDR */
    { 3, ELF_READ, INTERPRETER_AT, BASE + INTERPRETER_AT, 0, 28, 28, 1 },
    { 1, ELF_READ, 0, BASE, 0, 0x900, 0x900, 0x1000 },
    { 1, ELF_READ | ELF_EXECUTE, 0x1000, BASE + 0x1000, 0, 0x1234, 0x1234, 0x1000 },
    { 1, ELF_READ | ELF_WRITE, 0x2400, BASE + 0x4400, 0, 0x800, 0x2000, 0x200000 },
    { 7, ELF_READ, 0x2400, BASE + 0x4400, 0, 0x10, 0x80, 16 },
    { 0x6474e551, ELF_READ | ELF_WRITE, 0, 0, 0, 0, 0, 16 },
};
#define HEADERS 7u

enum { TYPE = 16, MACHINE = 18, ENTRY = 24, PHOFF = 32, PHENTSIZE = 54, PHNUM = 56 };
#define FIELD(segment, name) (64 + (segment) * sizeof(struct header) + offsetof(struct header, name))

static void put(uint8_t *file, size_t at, size_t size, uint64_t value)
{
    for (size_t i = 0; i < size; i++)
        file[at + i] = (uint8_t)(value >> 8 * i);
}

static void good_file(uint8_t *file)
{
    memset(file, 0, FILE_SIZE);
    memcpy(file, "\177ELF\2\1\1", 7);
    put(file, TYPE, 2, ELF_TYPE_FIXED);
    put(file, MACHINE, 2, 62);
    put(file, 20, 4, 1);
    put(file, ENTRY, 8, BASE + 0x1010);
    put(file, PHOFF, 8, 64);
    put(file, PHENTSIZE, 2, sizeof(struct header));
    put(file, PHNUM, 2, HEADERS);
    memcpy(file + 64, headers, sizeof headers);
    put(file, FIELD(4, align), 8, 0x1000);
}

/* As the kernel does: the ELF header, then the table from where it says that it is. */
static enum status check(const uint8_t *file, uint64_t size, struct elfuser *user, struct elf_fault *fault)
{
    uint8_t head[ELFUSER_HEAD_SIZE] = { 0 };
    uint64_t offset, bytes;
    enum status status;

    memcpy(head, file, size < ELFUSER_HEADER_SIZE ? size : ELFUSER_HEADER_SIZE);
    status = elfuser_table(head, size, &offset, &bytes, fault);
    if (status != STATUS_OK)
        return status;
    memcpy(head + ELFUSER_HEADER_SIZE, file + offset, bytes);
    return elfuser_check(user, head, size, fault);
}

struct row {
    const char *name;
    size_t at, size;
    uint64_t value;
    const char *what; /* NULL: taken */
};

#define OUTSIDE "segment outside the address space"
#define PATH "path of the interpreter too short, too long or beyond the file"
#define TLS "TLS segment beyond the file or larger there than in memory"
#define TABLE "program headers beyond the file's end"

static const struct row rows[] = {
    { "as it is", 7, 1, 0, NULL },
    { "not ELF", 0, 1, 'M', "not an ELF-64 little-endian file" },
    { "32 bit", 4, 1, 1, "not an ELF-64 little-endian file" },
    { "of another machine", MACHINE, 2, 183, "machine is not x86-64" },
    { "an object", TYPE, 2, 1, "not a program of the type wanted" },
    { "a core", TYPE, 2, 4, "not a program of the type wanted" },
    { "program headers of 32 bytes", PHENTSIZE, 2, 32, "program headers of another size" },
    { "no program headers", PHNUM, 2, 0, "entry in no executable segment" },
    { "65 program headers", PHNUM, 2, 65, "too many program headers" },
    { "65,535 program headers", PHNUM, 2, 65535, "too many program headers" },
    { "program headers end a byte beyond the file", PHOFF, 8, FILE_SIZE - 7 * 56 + 1, TABLE },
    { "program headers at the end of 2^64", PHOFF, 8, 0xffffffffffffffc0, TABLE },
    { "a segment in the page that is never mapped", FIELD(2, vaddr), 8, 0, OUTSIDE },
    { "a segment in the last page of the user half", FIELD(4, vaddr), 8, LAYOUT_USER_LIMIT - 0xc00, OUTSIDE },
    { "a segment that reaches into the last page", FIELD(4, memsz), 8, LAYOUT_USER_LIMIT - BASE - 0x5400 + 1, OUTSIDE },
    { "a segment up to it", FIELD(4, memsz), 8, LAYOUT_USER_LIMIT - BASE - 0x5400, NULL },
    { "a segment in the kernel's half", FIELD(4, vaddr), 8, 0xffffffff80000400, OUTSIDE },
    { "a segment at a non-canonical address", FIELD(4, vaddr), 8, 0x800000000400, OUTSIDE },
    { "a segment that wraps", FIELD(4, memsz), 8, 0 - (uint64_t)BASE, OUTSIDE },
    { "file bytes beyond the file", FIELD(4, filesz), 8, 0xc01, "segment beyond the file's end" },
    { "file bytes up to its end", FIELD(4, filesz), 8, 0xc00, NULL },
    { "more in the file than in memory", FIELD(3, memsz), 8, 0x1233, "segment larger in the file than in memory" },
    { "unaligned", FIELD(4, vaddr), 8, BASE + 0x4408, "segment misaligned" },
    { "an alignment that is no power of two", FIELD(4, align), 8, 0x3000, "segment misaligned" },
    { "overlapping", FIELD(3, memsz), 8, 0x4000, "segment not above the one before it" },
    { "in one page", FIELD(3, memsz), 8, 0x3001, "segment not above the one before it" },
    { "out of order", FIELD(4, vaddr), 8, BASE - 0xc00, "segment not above the one before it" },
    { "writable and executable", FIELD(3, flags), 4, 7, NULL },
    { "entry outside", ENTRY, 8, BASE + 0x9000, "entry in no executable segment" },
    { "entry in data", ENTRY, 8, BASE + 0x4400, "entry in no executable segment" },
    { "no code", FIELD(3, flags), 4, ELF_READ, "entry in no executable segment" },
    { "an interpreter's path of no byte", FIELD(1, filesz), 8, 1, PATH },
    { "of 4,096 bytes", FIELD(1, filesz), 8, 4096, NULL },
    { "of 4,097", FIELD(1, filesz), 8, 4097, PATH },
    { "beyond the file", FIELD(1, offset), 8, FILE_SIZE - 27, PATH },
    { "beyond 2^64", FIELD(1, offset), 8, UINT64_MAX - 4, PATH },
    { "TLS beyond the file", FIELD(5, offset), 8, FILE_SIZE - 15, TLS },
    { "TLS larger in the file than in memory", FIELD(5, memsz), 8, 15, TLS },
    { "TLS of alignment 3", FIELD(5, align), 8, 3, TLS },
    { "TLS of alignment 0", FIELD(5, align), 8, 0, NULL },
};

static void test_row(const struct row *row)
{
    static uint8_t file[FILE_SIZE];
    struct elfuser user;
    struct elf_fault fault = { "", 0 };
    enum status status;

    good_file(file);
    put(file, row->at, row->size, row->value);
    status = check(file, sizeof file, &user, &fault);
    if (!tap_ok(row->what ? status != STATUS_OK && !strcmp(fault.what, row->what) : status == STATUS_OK, "%s: %s",
                row->what ? "refused" : "taken", row->name))
        tap_note("got %s: %s: 0x%" PRIx64, status_text(status), fault.what, fault.number);
}

static void test_stored(void)
{
    static uint8_t file[FILE_SIZE];
    struct elfuser user;
    struct elf_fault fault;

    good_file(file);
    tap_ok(check(file, sizeof file, &user, &fault) == STATUS_OK && user.elf.segment_count == 3 && user.base == BASE &&
               user.limit == BASE + 0x7000 && user.align == 0x1000 && user.headers_vaddr == BASE + 64 &&
               user.interpreter_offset == INTERPRETER_AT && user.interpreter_size == 28 && !user.stack_executable &&
               user.elf.headers_offset == 64 && user.elf.header_count == HEADERS,
           "what is stored is what the file says");
    put(file, FIELD(6, flags), 4, 7);
    put(file, FIELD(1, type), 4, 4);
    tap_ok(check(file, sizeof file, &user, &fault) == STATUS_OK && user.stack_executable && !user.interpreter_size,
           "a stack that may be executed; no interpreter");
}

/* Where patchelf puts them: behind everything, in no segment, or in one. */
static void test_moved(void)
{
    static uint8_t file[FILE_SIZE];
    struct elfuser user;
    struct elf_fault fault;

    good_file(file);
    memmove(file + 0x2400, file + 64, sizeof headers);
    put(file, PHOFF, 8, 0x2400);
    memset(file + 64, 0xff, sizeof headers);
    tap_ok(check(file, sizeof file, &user, &fault) == STATUS_OK && user.headers_vaddr == BASE + 0x4400 &&
               user.elf.headers_offset == 0x2400,
           "program headers that stand in another segment than the first");
    memmove(file + FILE_SIZE - sizeof headers, file + 0x2400, sizeof headers);
    put(file, PHOFF, 8, FILE_SIZE - sizeof headers);
    tap_ok(check(file, sizeof file, &user, &fault) == STATUS_OK && user.headers_vaddr == 0,
           "and that are in none, at the file's end");
}

/* A file cut off anywhere is refused, by its segments at the latest. */
static void test_short(void)
{
    static uint8_t file[FILE_SIZE];
    unsigned wrong = 0;

    good_file(file);
    for (uint64_t size = 0; size < 0x2c00; size++) {
        struct elfuser user;
        struct elf_fault fault;

        wrong += check(file, size, &user, &fault) == STATUS_OK;
    }
    tap_is_u64(wrong, 0, "a file shorter than its segments is refused");
}

static void test_real(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct elfuser user = { .limit = 0 };
    struct elf_fault fault = { "", 0 };
    uint8_t *bytes;
    long size;

    if (!file || fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0) {
        tap_skip(path, "is not there");
        return;
    }
    rewind(file);
    bytes = malloc((size_t)size);
    tap_ok(bytes && fread(bytes, (size_t)size, 1, file) == 1 &&
               check(bytes, (uint64_t)size, &user, &fault) == STATUS_OK && user.headers_vaddr,
           "%s is taken", path);
    if (!user.limit)
        tap_note("%s: 0x%" PRIx64, fault.what, fault.number);
    free(bytes);
    fclose(file);
}

int main(void)
{
    unsigned count = sizeof rows / sizeof rows[0];

    tap_plan(count + 7);
    for (unsigned i = 0; i < count; i++)
        test_row(&rows[i]);
    test_stored();
    test_moved();
    test_short();
    test_real("/proc/self/exe");
    test_real("/lib64/ld-linux-x86-64.so.2");
    return tap_done();
}
