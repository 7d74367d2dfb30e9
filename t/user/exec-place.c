/* SPDX-License-Identifier: Apache-2.0 */
/* Where the parts of a program lie, each at the granularity that the kernel gives it. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char __ehdr_start[];

/* The line of /proc/self/maps with this name at its end, or the first one of a file with this in its name. */
static void from_maps(const char *part, const char *name, int want_limit)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];

    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long base, limit;

        if (strstr(line, name) && sscanf(line, "%lx-%lx", &base, &limit) == 2) {
            printf("%s 0x%lx\n", part, want_limit ? limit : base);
            break;
        }
    }
    if (maps)
        fclose(maps);
}

int main(void)
{
    printf("program 0x%lx\n", (unsigned long)(uintptr_t)__ehdr_start);
    printf("vdso 0x%lx\n", getauxval(AT_SYSINFO_EHDR) - 4096);
    printf("mmap 0x%lx\n", getauxval(AT_BASE));
    from_maps("stack", "[stack]", 1);
    from_maps("heap", "[heap]", 0);
    return 0;
}
