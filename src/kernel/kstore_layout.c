/* SPDX-License-Identifier: Apache-2.0 */
/* layout: the rows of doc/memory-map.md's address space, with the 4 KiB pages that are mapped there now. */
#include "kstore_groups.h"
#include "sections.h"
#include "tables.h"
#include "x86_64/layout.h"

static const struct kstore_row rows[] = {
    { "null", LAYOUT_NULL_BASE, LAYOUT_NULL_LIMIT },
    { "program", LAYOUT_USER_BASE, LAYOUT_USER_STACK_LIMIT },
    { "mmap-32bit", LAYOUT_MMAP32_BASE, LAYOUT_MMAP_BASE },
    { "mmap", LAYOUT_MMAP_BASE, LAYOUT_MMAP_LIMIT },
    { "fixed", LAYOUT_MMAP_LIMIT, LAYOUT_USER_LIMIT },
    { "metadata", LAYOUT_META_BASE, LAYOUT_META_LIMIT },
    { "untagged", LAYOUT_META_LIMIT, LAYOUT_TAG1_BASE },
    { "tagged", LAYOUT_TAG1_BASE, LAYOUT_KMEM_LIMIT },
    { "kernel", LAYOUT_KERNEL_BASE, LAYOUT_KERNEL_LIMIT },
    { "hand-off", LAYOUT_HANDOFF_BASE, LAYOUT_HANDOFF_LIMIT },
    { "pages", LAYOUT_PAGES_BASE, 0 },
};

static void read_row(struct store_out *out, const void *context)
{
    const struct kstore_row *row = context;

    store_object(out);
    store_address_of(out, "base", row->base);
    store_address_of(out, "limit", row->limit);
    if (store_key(out, "pages"))
        store_number(out, tables_pages(row->base, row->limit));
    store_end(out);
}

static void read_sections(struct store_out *out, const void *context)
{
    (void)context;
    store_object(out);
    for (int i = 0; i < SECTION_COUNT; i++) {
        if (sections[i].base == sections[i].limit || !store_key(out, sections[i].name))
            continue;
        store_object(out);
        store_address_of(out, "base", sections[i].base);
        store_address_of(out, "limit", sections[i].limit);
        store_number_of(out, "pages", (sections[i].limit - sections[i].base) >> LAYOUT_FRAME_SHIFT);
        store_end(out);
    }
    store_end(out);
}

void kstore_add_layout(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "layout");

    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++)
        store_computed(&kstore, group, rows[i].name, read_row, &rows[i]);
    store_computed(&kstore, group, "image", read_sections, sections);
}
