/* SPDX-License-Identifier: Apache-2.0 */
/* memory: the map as the BIOS gave it, what stage2 made of it, and whose the frames are. */
#include "boot.h"
#include "kstore_groups.h"
#include "ledger.h"
#include "physical.h"

static void read_map(struct store_out *out, const void *context)
{
    (void)context;
    store_array(out);
    for (uint32_t i = 0; i < boot.handoff.entry_count; i++) {
        const struct map_entry *entry = &boot.entries[i];

        if (!store_item(out))
            continue;
        store_object(out);
        store_address_of(out, "base", entry->base);
        store_address_of(out, "length", entry->length);
        store_number_of(out, "type", entry->type);
        store_number_of(out, "attributes", entry->attributes);
        store_end(out);
    }
    store_end(out);
}

static void read_regions(struct store_out *out, const void *context)
{
    (void)context;
    store_array(out);
    for (uint32_t i = 0; i < boot.table.count; i++) {
        const struct region *region = &boot.table.regions[i];

        if (!store_item(out))
            continue;
        store_object(out);
        store_address_of(out, "base", region->base);
        store_address_of(out, "limit", region->limit);
        store_words_of(out, "type", region_type_name(region->type));
        store_end(out);
    }
    store_end(out);
}

static void read_total(struct store_out *out, const void *context)
{
    (void)context;
    store_number(out, ledger_total(&ledger));
}

static void add_ledger(struct tuple_value *group)
{
    struct tuple_value *frames = store_group(&kstore, group, "ledger");

    for (int i = 0; i < OWNER_COUNT; i++)
        store_number_at(&kstore, frames, owner_name((enum owner)i), &ledger.frames[i]);
    store_computed(&kstore, frames, "total", read_total, NULL);
}

/* The id heap of the frames, in frames. */
static void read_physical(struct store_out *out, const void *context)
{
    struct idheap_stats stats;

    (void)context;
    idheap_stats(physical_heap(), &stats);
    store_object(out);
    store_number_of(out, "total", stats.total);
    store_number_of(out, "free", stats.free);
    store_number_of(out, "used", stats.used);
    store_number_of(out, "least-free", physical_least_free);
    store_number_of(out, "metadata", stats.metadata_bytes);
    store_number_of(out, "failures", stats.failures);
    store_end(out);
}

void kstore_add_memory(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "memory");

    store_number_at(&kstore, group, "usable-frames", &boot.usable_frames);
    store_number_at(&kstore, group, "usable-frames-above-1m", &boot.usable_frames_above_1m);
    add_ledger(group);
    store_computed(&kstore, group, "physical", read_physical, physical_heap());
    store_computed(&kstore, group, "bios-map", read_map, &boot);
    store_computed(&kstore, group, "regions", read_regions, &boot);
}
