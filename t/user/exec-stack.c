/* SPDX-License-Identifier: Apache-2.0 */
/* What a program finds when it starts: arguments, environment, auxiliary vector, segments with bss. */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;
extern char __ehdr_start[], etext[], edata[], end[];

static int in_bss[300000];
static int in_data = 7;

static void is(const char *what, int good)
{
    printf("%s: %s\n", what, good ? "yes" : "no");
}

static void show_strings(char **argv)
{
    for (char **a = argv + 1; *a; a++)
        printf("argument '%s'\n", *a);
    for (char **e = environ; *e; e++)
        if (!strncmp(*e, "ACRE_TEST=", 10))
            printf("environment '%s'\n", *e);
}

/* Types in the order of the vector; types that some kernels do not have are left out. */
static void show_auxv(char **argv)
{
    char **e = environ;
    const Elf64_auxv_t *a;

    while (*e)
        e++;
    is("the vector of arguments ends where that of the environment begins", (char **)environ > argv);
    is("the auxiliary vector is aligned", (uintptr_t)(e + 1) % 8 == 0);
    for (a = (const Elf64_auxv_t *)(e + 1); a->a_type != AT_NULL; a++)
        if (a->a_type != 51 && a->a_type != AT_HWCAP2 && a->a_type < 27)
            printf("auxv %lu\n", (unsigned long)a->a_type);
}

static void check_auxv(const char *name)
{
    const Elf64_Phdr *phdr = (const Elf64_Phdr *)getauxval(AT_PHDR);
    const char *random = (const char *)getauxval(AT_RANDOM);
    const Elf64_Ehdr *vdso = (const Elf64_Ehdr *)getauxval(AT_SYSINFO_EHDR);
    int zero = 0;

    for (int i = 0; i < 16; i++)
        zero += !random[i];
    is("AT_PHDR is where the ELF header says", (const char *)phdr == __ehdr_start + 64);
    is("AT_PHNUM and AT_PHENT", getauxval(AT_PHNUM) == ((Elf64_Ehdr *)__ehdr_start)->e_phnum &&
                                    getauxval(AT_PHENT) == sizeof *phdr);
    is("AT_ENTRY lies in text", getauxval(AT_ENTRY) > (uintptr_t)__ehdr_start &&
                                    getauxval(AT_ENTRY) < (uintptr_t)etext);
    is("AT_RANDOM has random bytes", zero < 8);
    is("AT_PLATFORM", !strcmp((const char *)getauxval(AT_PLATFORM), "x86_64"));
    is("AT_EXECFN ends in the program's name", strstr((const char *)getauxval(AT_EXECFN), name) != NULL);
    is("AT_SYSINFO_EHDR is an ELF header", vdso && !memcmp(vdso->e_ident, ELFMAG, SELFMAG));
    is("AT_PAGESZ, AT_CLKTCK, AT_SECURE", getauxval(AT_PAGESZ) == 4096 && getauxval(AT_CLKTCK) == 100 &&
                                               getauxval(AT_SECURE) == 0);
}

/* All of bss, up to the end of its last page, and the zeroed rest of the page in which data ends. */
static void check_bss(void)
{
    unsigned long sum = 0;
    uintptr_t limit = ((uintptr_t)end + 4095) & ~4095ul;

    for (size_t i = 0; i < sizeof in_bss / sizeof *in_bss; i++)
        sum += in_bss[i] != 0;
    is("bss is zero", sum == 0);
    for (const char *p = end; p < (const char *)limit; p++)
        sum += *p != 0;
    is("and so is the rest of its last page", sum == 0);
    is("data is what the file has", in_data == 7);
    in_bss[299999] = in_data = 1;
    is("both can be written", in_bss[299999] + in_data == 2);
}

int main(int argc, char **argv)
{
    printf("%d arguments\n", argc);
    show_strings(argv);
    show_auxv(argv);
    check_auxv("exec-stack");
    check_bss();
    return 42;
}
