/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Function names for backtraces.  The tables are made from the linked kernel (tools/symbols) and linked in again, at
 * its end, so no function moves.  The functions of the store part and those of the program part have tables of their
 * own, loaded with them.  Where memory is short neither is loaded, and nothing has a name.
 */
#include "panic.h"
#include "sections.h"
#include "x86_64/layout.h"

struct symbol {
    uint32_t offset; /* from LAYOUT_KERNEL_BASE, ascending */
    uint32_t name; /* from the table's names */
};

struct symbols {
    const struct symbol *table;
    const uint32_t *count;
    const char *names;
};

extern const struct symbol symbol_table[], store_symbol_table[], program_symbol_table[];
extern const uint32_t symbol_count, store_symbol_count, program_symbol_count;
extern const char symbol_names[], store_symbol_names[], program_symbol_names[];

static const struct symbols all = { symbol_table, &symbol_count, symbol_names },
                            store = { store_symbol_table, &store_symbol_count, store_symbol_names },
                            program = { program_symbol_table, &program_symbol_count, program_symbol_names };

/* The name of the last function at or before the offset. */
static const char *find(const struct symbols *s, uint32_t offset, uint64_t *base)
{
    uint32_t low = 0, high = *s->count;

    if (high == 0)
        return NULL;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (s->table[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    if (s->table[low].offset > offset)
        return NULL;
    *base = LAYOUT_KERNEL_BASE + s->table[low].offset;
    return s->names + s->table[low].name;
}

const char *symbol_find(uint64_t address, uint64_t *base)
{
    uint32_t offset = (uint32_t)(address - LAYOUT_KERNEL_BASE);

    if (sections[SECTION_SYMBOLS].base == sections[SECTION_SYMBOLS].limit)
        return NULL;
    if (address >= sections[SECTION_PROGRAM].base && address < sections[SECTION_PROGRAM].limit)
        return find(&program, offset, base);
    if (address < LAYOUT_KERNEL_BASE || address >= sections[SECTION_PROGRAM].base)
        return NULL;
    if (address >= sections[SECTION_STORE].base)
        return address < sections[SECTION_STORE].limit ? find(&store, offset, base) : NULL;
    return find(&all, offset, base);
}
