/* SPDX-License-Identifier: Apache-2.0 */
#include "sections.h"

#include "physical.h"
#include "tables.h"
#include "x86_64/image.h"
#include "x86_64/layout.h"
#include "x86_64/pagetable.h"

extern uint8_t kernel_text_base[], kernel_text_limit[], kernel_rodata_base[], kernel_rodata_limit[], kernel_data_base[],
    kernel_data_limit[], kernel_bss_base[], kernel_bss_limit[], kernel_stack_base[], kernel_stack_limit[],
    fault_stack_base[], fault_stack_limit[], checks_text_base[], checks_text_limit[], checks_rodata_base[],
    checks_rodata_limit[], checks_data_base[], checks_data_limit[], store_text_base[], store_text_limit[],
    store_rodata_base[], store_rodata_limit[], store_data_base[], store_data_limit[], trace_text_base[],
    trace_text_limit[], trace_rodata_base[], trace_rodata_limit[], program_text_base[], program_text_limit[],
    program_rodata_base[], program_rodata_limit[], program_data_base[], program_data_limit[], symbols_base[],
    symbols_limit[], store_symbols_base[], store_symbols_limit[], program_symbols_base[], program_symbols_limit[];

struct section sections[SECTION_COUNT] = {
    { "text", (uint64_t)kernel_text_base, (uint64_t)kernel_text_limit, 0, OWNER_KERNEL_TEXT },
    { "rodata", (uint64_t)kernel_rodata_base, (uint64_t)kernel_rodata_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "data", (uint64_t)kernel_data_base, (uint64_t)kernel_data_limit, PT_WRITE | PT_NX, OWNER_KERNEL_DATA },
    { "bss", (uint64_t)kernel_bss_base, (uint64_t)kernel_bss_limit, PT_WRITE | PT_NX, OWNER_KERNEL_BSS },
    { "stack", (uint64_t)kernel_stack_base, (uint64_t)kernel_stack_limit, PT_WRITE | PT_NX, OWNER_STACK_KERNEL },
    { "fault-stack", (uint64_t)fault_stack_base, (uint64_t)fault_stack_limit, PT_WRITE | PT_NX, OWNER_STACK_FAULT },
    { "symbols", (uint64_t)symbols_base, (uint64_t)symbols_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "checks-text", (uint64_t)checks_text_base, (uint64_t)checks_text_limit, 0, OWNER_KERNEL_TEXT },
    { "checks-rodata", (uint64_t)checks_rodata_base, (uint64_t)checks_rodata_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "checks-data", (uint64_t)checks_data_base, (uint64_t)checks_data_limit, PT_WRITE | PT_NX, OWNER_KERNEL_DATA },
    { "trace-text", (uint64_t)trace_text_base, (uint64_t)trace_text_limit, 0, OWNER_KERNEL_TEXT },
    { "trace-rodata", (uint64_t)trace_rodata_base, (uint64_t)trace_rodata_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "store-text", (uint64_t)store_text_base, (uint64_t)store_text_limit, 0, OWNER_KERNEL_TEXT },
    { "store-rodata", (uint64_t)store_rodata_base, (uint64_t)store_rodata_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "store-data", (uint64_t)store_data_base, (uint64_t)store_data_limit, PT_WRITE | PT_NX, OWNER_KERNEL_DATA },
    { "store-symbols", (uint64_t)store_symbols_base, (uint64_t)store_symbols_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "program-text", (uint64_t)program_text_base, (uint64_t)program_text_limit, 0, OWNER_KERNEL_TEXT },
    { "program-rodata", (uint64_t)program_rodata_base, (uint64_t)program_rodata_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "program-data", (uint64_t)program_data_base, (uint64_t)program_data_limit, PT_WRITE | PT_NX, OWNER_KERNEL_DATA },
    { "program-symbols", (uint64_t)program_symbols_base, (uint64_t)program_symbols_limit, PT_NX, OWNER_KERNEL_RODATA },
};

static void leave_out(int first, int limit)
{
    for (int i = first; i < limit; i++)
        sections[i].limit = sections[i].base;
}

void sections_to_ledger(uint32_t parts)
{
    if (!(parts & IMAGE_PART_CHECKS))
        leave_out(SECTION_CHECKS, SECTION_TRACE);
    if (!(parts & IMAGE_PART_TRACE))
        leave_out(SECTION_TRACE, SECTION_STORE);
    if (!(parts & IMAGE_PART_STORE))
        leave_out(SECTION_STORE, SECTION_PROGRAM);
    if (!(parts & IMAGE_PART_PROGRAM))
        leave_out(SECTION_PROGRAM, SECTION_COUNT);
    if (!(parts & IMAGE_PART_SYMBOLS)) {
        leave_out(SECTION_SYMBOLS, SECTION_SYMBOLS + 1);
        leave_out(SECTION_STORE_SYMBOLS, SECTION_PROGRAM);
        leave_out(SECTION_PROGRAM_SYMBOLS, SECTION_COUNT);
    }
    for (int i = 0; i < SECTION_COUNT; i++)
        ledger_move(OWNER_KERNEL_TEXT, sections[i].owner, (sections[i].limit - sections[i].base) >> LAYOUT_FRAME_SHIFT);
}

static void drop(const struct section *s)
{
    for (uint64_t at = s->base; at < s->limit; at += LAYOUT_FRAME_SIZE)
        physical_free(s->owner, tables_unmap_page(virt(at)), 1);
}

void sections_drop_checks(void)
{
    for (int i = SECTION_CHECKS; i < SECTION_TRACE; i++)
        drop(&sections[i]);
    leave_out(SECTION_CHECKS, SECTION_TRACE);
}
