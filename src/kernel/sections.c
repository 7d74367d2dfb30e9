/* SPDX-License-Identifier: Apache-2.0 */
#include "sections.h"

#include "physical.h"
#include "tables.h"
#include "x86_64/layout.h"
#include "x86_64/pagetable.h"

extern uint8_t kernel_text_base[], kernel_text_limit[], kernel_rodata_base[], kernel_rodata_limit[], kernel_data_base[],
    kernel_data_limit[], kernel_bss_base[], kernel_bss_limit[], kernel_stack_base[], kernel_stack_limit[],
    fault_stack_base[], fault_stack_limit[], checks_text_base[], checks_text_limit[], checks_rodata_base[],
    checks_rodata_limit[], checks_data_base[], checks_data_limit[];

const struct section sections[SECTION_COUNT] = {
    { "text", (uint64_t)kernel_text_base, (uint64_t)kernel_text_limit, 0, OWNER_KERNEL_TEXT },
    { "rodata", (uint64_t)kernel_rodata_base, (uint64_t)kernel_rodata_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "data", (uint64_t)kernel_data_base, (uint64_t)kernel_data_limit, PT_WRITE | PT_NX, OWNER_KERNEL_DATA },
    { "bss", (uint64_t)kernel_bss_base, (uint64_t)kernel_bss_limit, PT_WRITE | PT_NX, OWNER_KERNEL_BSS },
    { "stack", (uint64_t)kernel_stack_base, (uint64_t)kernel_stack_limit, PT_WRITE | PT_NX, OWNER_STACK_KERNEL },
    { "fault-stack", (uint64_t)fault_stack_base, (uint64_t)fault_stack_limit, PT_WRITE | PT_NX, OWNER_STACK_FAULT },
    { "checks-text", (uint64_t)checks_text_base, (uint64_t)checks_text_limit, 0, OWNER_KERNEL_TEXT },
    { "checks-rodata", (uint64_t)checks_rodata_base, (uint64_t)checks_rodata_limit, PT_NX, OWNER_KERNEL_RODATA },
    { "checks-data", (uint64_t)checks_data_base, (uint64_t)checks_data_limit, PT_WRITE | PT_NX, OWNER_KERNEL_DATA },
};

void sections_to_ledger(void)
{
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
    for (int i = SECTION_CHECKS; i < SECTION_COUNT; i++)
        drop(&sections[i]);
}
