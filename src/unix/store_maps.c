/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mapping's frames are counted in the page tables when somebody asks for them, a step a leaf: those by the size of
 * their leaf, and of them the ones that are the program's own, which the ledger has under the mapping's owner.  Others
 * are borrowed from a file, from the page of zeros or from the kernel (ledger.h).
 */
#include "store_maps.h"

#include <stddef.h>

#include "kernel/tables.h"
#include "program.h"
#include "space_inner.h"
#include "store_files.h"

struct frames {
    uint64_t small, large, own; /* own: in 4 KiB frames, whatever the leaf */
};

static struct frames count(const struct area *area)
{
    struct frames frames = { 0 };
    uint64_t address = area->base, *entry;
    int level;

    while ((entry = pagetable_next(&kernel_tables, &address, area->limit, &level)) != NULL) {
        uint64_t bytes = level == 1 ? LAYOUT_FRAME_SIZE : HUGE_SIZE;

        *(level == 1 ? &frames.small : &frames.large) += 1;
        if (!owner_is_borrowed((*entry & PT_OWNER) >> PT_OWNER_SHIFT))
            frames.own += pages_of(bytes);
        address += bytes;
    }
    return frames;
}

static void write_frames(struct store_out *out, const struct area *area)
{
    struct frames frames = area->flags & AREA_TOUCHED ? count(area) : (struct frames){ 0 };

    store_object(out);
    store_number_of(out, "4k", frames.small);
    store_number_of(out, "2m", frames.large);
    store_number_of(out, "own", frames.own);
    store_end(out);
}

static const char *kind_of(const struct area *area)
{
    static const char *const names[AREA_KIND_COUNT] = { [AREA_ANONYMOUS] = "anonymous",
                                                        [AREA_STACK] = "stack",
                                                        [AREA_HEAP] = "heap",
                                                        [AREA_FILE] = "file",
                                                        [AREA_VDSO] = "vdso" };

    return names[area->kind];
}

static void write_area(struct store_out *out, const struct area *area)
{
    const char access[] = { area->flags & AREA_READ ? 'r' : '-', area->flags & AREA_WRITE ? 'w' : '-',
                            area->flags & AREA_EXEC ? 'x' : '-', 0 };

    store_object(out);
    store_address_of(out, "base", area->base);
    store_address_of(out, "limit", area->limit);
    store_words_of(out, "access", access);
    store_words_of(out, "kind", kind_of(area));
    store_flag_of(out, "shared", area->flags & AREA_SHARED);
    store_flag_of(out, "locked", area->flags & AREA_LOCKED);
    if (store_key(out, "file"))
        store_words(out, store_files_path(area->flags & AREA_HIDDEN ? NULL : area->file));
    store_number_of(out, "offset", area->offset);
    if (store_key(out, "frames"))
        write_frames(out, area);
    store_end(out);
}

static void read_maps(struct store_out *out, const void *context)
{
    (void)context;
    if (store_beyond(out, space.tree.count, true))
        return;
    store_array(out);
    for (const struct area *area = space.tree.first; area && !store_out_over(out); area = area->after)
        if (store_item(out))
            write_area(out, area);
    store_end(out);
}

void store_maps_build(struct store *store, struct tuple_value *parent)
{
    struct tuple_value *group = store_group(store, parent, "space");

    store_number_at(store, group, "mappings", &space.tree.count);
    store_number_at(store, group, "pages", &space.pages);
    store_number_at(store, group, "data-pages", &space.data_pages);
    store_number_at(store, group, "stack-pages", &space.stack_pages);
    store_number_at(store, group, "locked-pages", &space.locked_pages);
    store_address_at(store, group, "brk-base", &space.brk_base);
    store_address_at(store, group, "brk", &space.brk);
    store_address_at(store, group, "mmap-base", &space.mmap_base);
    store_address_at(store, group, "stack-base", &program.layout.stack_base);
    store_address_at(store, group, "stack-limit", &program.layout.stack_limit);
    store_address_at(store, group, "vdso-base", &program.layout.vdso_base);
    store_computed(store, parent, "mappings", read_maps, NULL);
}
