/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

struct ledger ledger;

const char *owner_name(enum owner owner)
{
    static const char *const names[OWNER_COUNT] = {
        [OWNER_FREE] = "free",
        [OWNER_KERNEL_TEXT] = "kernel-text",
        [OWNER_KERNEL_RODATA] = "kernel-rodata",
        [OWNER_KERNEL_DATA] = "kernel-data",
        [OWNER_KERNEL_BSS] = "kernel-bss",
        [OWNER_PAGE_TABLES] = "page-tables",
        [OWNER_STACKS] = "stacks",
        [OWNER_HEAP] = "heap",
        [OWNER_HEAP_METADATA] = "heap-metadata",
        [OWNER_BOOT_LEFTOVERS] = "boot-leftovers",
    };

    return names[owner];
}

uint64_t ledger_total(const struct ledger *l)
{
    uint64_t total = 0;

    for (int i = 0; i < OWNER_COUNT; i++)
        total += l->frames[i];
    return total;
}
