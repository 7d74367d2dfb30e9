/* SPDX-License-Identifier: Apache-2.0 */
/* cpu: who it is, and of what the kernel would use what it has, what is on, and what is missing. */
#include "boot.h"
#include "kstore_groups.h"
#include "runtime/bytes.h"
#include "x86_64/cpu.h"
#include "x86_64/fpu.h"
#include "x86_64/protect.h"

#define BRAND_LEAVES 3 /* from 80000002h on (SDM vol. 2A, CPUID) */
#define BRAND_BASE (CPUID_EXTENDED + 2)
#define STEPPING_BITS 4

enum which { FOUND, USED, MISSING };

static void say_if(struct store_out *out, const char *name, bool wanted)
{
    if (wanted && store_item(out))
        store_words(out, name);
}

static void say_feature(struct store_out *out, enum which which, const char *name, bool present, bool on)
{
    say_if(out, name, which == FOUND ? present : which == USED ? on : !present);
}

static void read_features(struct store_out *out, const void *context)
{
    enum which which = (enum which)(uintptr_t)context;
    struct protection list[PROTECTION_COUNT];
    bool page1g = boot.handoff.features & HANDOFF_PAGE1G, xsave = fpu_features();

    protect_read(list);
    store_array(out);
    for (uint32_t i = 0; i < PROTECTION_COUNT; i++)
        say_feature(out, which, list[i].name, list[i].present, list[i].on);
    say_feature(out, which, "PAGE1G", page1g, page1g);
    say_feature(out, which, "XSAVE", xsave, xsave);
    store_end(out);
}

static void add_names(struct tuple_value *group)
{
    struct cpuid first = cpu_id(0, 0), leaf;
    char text[BRAND_LEAVES * sizeof leaf + 1] = { 0 };

    bytes_copy(text, &first.ebx, sizeof first.ebx);
    bytes_copy(text + sizeof first.ebx, &first.edx, sizeof first.edx);
    bytes_copy(text + 2 * sizeof first.ebx, &first.ecx, sizeof first.ecx);
    store_constant_words(&kstore, group, "vendor", text);
    text[0] = 0;
    for (uint32_t i = 0; i < BRAND_LEAVES && cpu_id(CPUID_EXTENDED, 0).eax >= BRAND_BASE + BRAND_LEAVES - 1; i++) {
        leaf = cpu_id(BRAND_BASE + i, 0);
        bytes_copy(text + i * sizeof leaf, &leaf, sizeof leaf);
    }
    store_constant_words(&kstore, group, "brand", text);
}

void kstore_add_cpu(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "cpu");
    uint32_t signature = cpu_id(1, 0).eax;

    add_names(group);
    store_constant(&kstore, group, "signature", signature);
    store_constant(&kstore, group, "stepping", signature & ((1u << STEPPING_BITS) - 1));
    store_word_at(&kstore, group, "physical-bits", &boot.handoff.phys_bits);
    store_computed(&kstore, group, "found", read_features, (const void *)(uintptr_t)FOUND);
    store_computed(&kstore, group, "used", read_features, (const void *)(uintptr_t)USED);
    store_computed(&kstore, group, "missing", read_features, (const void *)(uintptr_t)MISSING);
}
