/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Malformed ELF files, each a change of a good one, which runs at the end and exits with 42.  Every one is refused with
 * ENOEXEC.  (Linux lets some of them start, and kills them.)
 *
 *   file     |ehdr phdr 0..5 path|--text--|--data--|
 *   memory   0x400000            +0x1000  +0x4000 ..bss.. +0x6000
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BASE 0x400000ul
#define SIZE 0x3000ul
#define PATH_AT 0x800ul
#define HEADERS 6
#define E(field) offsetof(Elf64_Ehdr, field), sizeof((Elf64_Ehdr *)0)->field
#define P(n, field) sizeof(Elf64_Ehdr) + (n) * sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, field), \
                    sizeof((Elf64_Phdr *)0)->field

enum { INTERP, HEAD, TEXT, DATA, TLS, STACK };

static unsigned char file[SIZE];

static const unsigned char code[] = { 0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05 }; /* exit(42) */

static const Elf64_Phdr headers[HEADERS] = {
    [INTERP] = { PT_NULL, PF_R, PATH_AT, BASE + PATH_AT, 0, 8, 8, 1 },
    [HEAD] = { PT_LOAD, PF_R, 0, BASE, 0, 0x900, 0x900, 0x1000 },
    [TEXT] = { PT_LOAD, PF_R | PF_X, 0x1000, BASE + 0x1000, 0, 0x1000, 0x1000, 0x1000 },
    [DATA] = { PT_LOAD, PF_R | PF_W, 0x2000, BASE + 0x4000, 0, 0x1000, 0x2000, 0x1000 },
    [TLS] = { PT_TLS, PF_R, 0x2000, BASE + 0x4000, 0, 0x10, 0x80, 16 },
    [STACK] = { PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 },
};

static void good_file(void)
{
    Elf64_Ehdr e = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
                     .e_type = ET_EXEC,
                     .e_machine = EM_X86_64,
                     .e_version = EV_CURRENT,
                     .e_entry = BASE + 0x1000,
                     .e_phoff = sizeof e,
                     .e_ehsize = sizeof e,
                     .e_phentsize = sizeof(Elf64_Phdr),
                     .e_phnum = HEADERS };

    memset(file, 0, sizeof file);
    memcpy(file, &e, sizeof e);
    memcpy(file + sizeof e, headers, sizeof headers);
    memcpy(file + PATH_AT, "/no/ld.s", 8); /* a path that does not end */
    memcpy(file + 0x1000, code, sizeof code);
}

static const struct kind {
    const char *what;
    size_t at, size;
    unsigned long value;
} kinds[] = {
    { "no magic", 0, 1, 'M' },
    { "32 bit", 4, 1, ELFCLASS32 },
    { "big-endian", 5, 1, ELFDATA2MSB },
    { "version 0 of the identification", 6, 1, 0 },
    { "an object", E(e_type), ET_REL },
    { "a core", E(e_type), ET_CORE },
    { "type 0xfe00", E(e_type), 0xfe00 },
    { "i386", E(e_machine), EM_386 },
    { "arm64", E(e_machine), EM_AARCH64 },
    { "version 2", E(e_version), 2 },
    { "headers of 55 bytes", E(e_phentsize), 55 },
    { "headers of 0 bytes", E(e_phentsize), 0 },
    { "no headers", E(e_phnum), 0 },
    { "65,535 headers", E(e_phnum), 0xffff },
    { "headers beyond the file", E(e_phoff), SIZE - 5 },
    { "headers at 2^64 - 8", E(e_phoff), -8ul },
    { "entry 0", E(e_entry), 0 },
    { "entry in data", E(e_entry), BASE + 0x4000 },
    { "entry in the kernel", E(e_entry), 0xffffffff80000000 },
    { "entry non-canonical", E(e_entry), 0x800000000000 },
    { "text at address 0", P(TEXT, p_vaddr), 0 },
    { "text in the kernel", P(TEXT, p_vaddr), 0xffffffff80001000 },
    { "text non-canonical", P(TEXT, p_vaddr), 0x800000001000 },
    { "text in the last page", P(TEXT, p_vaddr), 0x7ffffffff000 },
    { "text unaligned", P(TEXT, p_vaddr), BASE + 0x1008 },
    { "text unaligned in the file", P(TEXT, p_offset), 0x1010 },
    { "text beyond the file", P(TEXT, p_offset), SIZE },
    { "text at 2^64 - 4096 of the file", P(TEXT, p_offset), -4096ul },
    { "text larger in the file", P(TEXT, p_memsz), 0xfff },
    { "text of 2^64 - 1 bytes", P(TEXT, p_memsz), -1ul },
    { "text up to the kernel", P(TEXT, p_memsz), 0x800000000000 },
    { "an alignment of 3", P(TEXT, p_align), 3 },
    { "an alignment that it does not keep", P(TEXT, p_align), 0x800000 },
    { "text not executable", P(TEXT, p_flags), PF_R },
    { "no text", P(TEXT, p_type), PT_NOTE },
    { "overlapping segments", P(DATA, p_vaddr), BASE + 0x1000 },
    { "segments out of order", P(DATA, p_vaddr), BASE - 0x3000 },
    { "text over data", P(TEXT, p_memsz), 0x3001 },
    { "data of half the address space over all others", P(HEAD, p_memsz), 0x400000000000 },
    { "TLS beyond the file", P(TLS, p_offset), SIZE - 8 },
    { "TLS larger in the file", P(TLS, p_memsz), 8 },
    { "an interpreter's path that does not end", P(INTERP, p_type), PT_INTERP },
};

/* Writes so many bytes of the file to a new one and starts it; that comes back with an error, or not at all. */
static void start(size_t size)
{
    static const char path[] = "/tmp/acre-kind";
    char *argv[] = { (char *)path, NULL };
    int out = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);

    if (out < 0 || write(out, file, size) != (ssize_t)size || close(out))
        perror(path);
    execve(path, argv, argv + 1);
}

int main(void)
{
    unsigned refused = 0, count = sizeof kinds / sizeof *kinds, cuts = 0;

    for (unsigned i = 0; i < count; i++) {
        good_file();
        memcpy(file + kinds[i].at, &kinds[i].value, kinds[i].size);
        start(SIZE);
        refused += errno == ENOEXEC;
        if (errno != ENOEXEC)
            printf("%s: %s\n", kinds[i].what, strerrorname_np(errno));
    }
    printf("%u of %u kinds refused\n", refused, count);
    good_file();
    for (size_t size = 0; size < SIZE; size += 97) {
        start(size);
        cuts += errno != ENOEXEC;
    }
    printf("cut off: %u not refused\n", cuts);
    fflush(stdout);
    start(SIZE);
    return 1;
}
