/* SPDX-License-Identifier: Apache-2.0 */
/* boot: what stage2 found and did, and when. */
#include "boot.h"
#include "kstore_groups.h"
#include "runtime/sum.h"
#include "say.h"
#include "sections.h"

static const char *source_name(uint32_t source)
{
    static const char *const names[] = { [MAP_SOURCE_E820] = "e820",
                                         [MAP_SOURCE_E801] = "e801",
                                         [MAP_SOURCE_88] = "88" };

    return source < sizeof names / sizeof *names ? names[source] : "unknown";
}

/* Of text and constants as they lie in memory: what is always there of a kernel tells which one it is. */
static uint64_t build_id(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < 2; i++)
        sum = sum_words(sum, (const void *)sections[i].base, sections[i].limit - sections[i].base);
    return sum;
}

static void add_stages(struct tuple_value *group)
{
    const struct handoff *h = &boot.handoff;
    struct tuple_value *stages = store_group(&kstore, group, "stages");

    store_constant_words(&kstore, stages, "a20", h->a20);
    store_constant_words(&kstore, stages, "map-source", source_name(h->map_source));
    store_flag_at(&kstore, stages, "mbr-unchanged", &boot.witness.mbr_same);
    store_word_at(&kstore, stages, "drive", &h->boot_drive);
    store_word_at(&kstore, stages, "sectors-read", &h->sectors_read);
    store_word_at(&kstore, stages, "disk-retries", &h->disk_retries);
    store_word_at(&kstore, stages, "real-mode-stack-used", &h->rmstack_used);
    store_word_at(&kstore, stages, "kernel-pages", &h->kernel_pages);
    store_word_at(&kstore, stages, "kernel-parts", &h->kernel_parts);
    store_word_at(&kstore, stages, "archive-pages", &h->archive_pages);
}

/* Ticks of the time-stamp counter, by the names of the PROTO_MARK lines. */
static void read_marks(struct store_out *out, const void *context)
{
    (void)context;
    store_object(out);
    store_number_of(out, "stage2", boot.handoff.tsc_stage2);
    store_number_of(out, "loaded", boot.handoff.tsc_loaded);
    for (uint32_t i = 0; i < say_mark_count; i++)
        store_number_of(out, say_marks[i].name, say_marks[i].tsc);
    store_end(out);
}

void kstore_add_boot(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "boot");

    store_constant_words(&kstore, group, "version", ACRE_VERSION);
    store_constant_address(&kstore, group, "build-id", build_id());
    store_address_at(&kstore, group, "image-checksum", &boot.witness.image_sum);
    store_address_at(&kstore, group, "archive-checksum", &boot.handoff.archive_sum);
    store_text_at(&kstore, group, "command-line",
                  (struct store_text){ boot.handoff.options, sizeof boot.handoff.options });
    add_stages(group);
    store_computed(&kstore, group, "marks", read_marks, say_marks);
}
