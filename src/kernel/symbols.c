/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Function names for backtraces.  The table is made from the linked kernel (tools/symbols) and linked in again, at the
 * end of rodata: text comes before it, so no function moves.
 */
#include "panic.h"
#include "x86_64/layout.h"

struct symbol {
    uint32_t offset; /* from LAYOUT_KERNEL_BASE, ascending */
    uint32_t name; /* from symbol_names */
};

extern const struct symbol symbol_table[];
extern const uint32_t symbol_count;
extern const char symbol_names[];
extern uint8_t checks_text_limit[];

const char *symbol_find(uint64_t address, uint64_t *base)
{
    uint32_t low = 0, high = symbol_count, offset = (uint32_t)(address - LAYOUT_KERNEL_BASE);

    if (address < LAYOUT_KERNEL_BASE || address >= (uint64_t)checks_text_limit || symbol_count == 0)
        return NULL;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (symbol_table[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    if (symbol_table[low].offset > offset)
        return NULL;
    *base = LAYOUT_KERNEL_BASE + symbol_table[low].offset;
    return symbol_names + symbol_table[low].name;
}
