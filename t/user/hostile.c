/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile NAME runs one of the programs; hostile --list prints NAME|STATUS|SAYS|APART, a line each.  One after the
 * other they run in one boot (t/670), so that whatever one leaves behind meets the next.
 */
#define _GNU_SOURCE
#include "hostile.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static const struct hostile *const tables[] = { hostile_instructions, hostile_memory, hostile_pointers,
                                                hostile_threads, hostile_files, hostile_exec,
                                                hostile_ends };

#define TABLES (sizeof tables / sizeof *tables)

void *hostile_map(uint64_t size, int prot)
{
    return mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int hostile_held(int good, const char *what)
{
    if (good)
        return HELD;
    printf("%s\n", what);
    return 1;
}

static void list(void)
{
    for (size_t i = 0; i < TABLES; i++)
        for (const struct hostile *row = tables[i]; row->name; row++)
            printf("%s|%d|%s|%d\n", row->name, row->status, row->says, row->apart);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    if (!strcmp(argv[1], "--list")) {
        list();
        return 0;
    }
    for (size_t i = 0; i < TABLES; i++)
        for (const struct hostile *row = tables[i]; row->name; row++)
            if (!strcmp(row->name, argv[1]))
                return row->run();
    printf("no such program: %s\n", argv[1]);
    return 2;
}
