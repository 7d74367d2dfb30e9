/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heaps: all of them, with the same members.  Heaps of tags come and go, so nothing here keeps a pointer to one of
 * them; that is why they are computed and not heap values.
 */
#include "backed.h"
#include "kheap.h"
#include "kstore_groups.h"
#include "physical.h"
#include "tagheap.h"
#include "virtual.h"
#include "x86_64/layout.h"

static void write_heap(struct store_out *out, const char *kind, const struct heap *heap)
{
    struct heap_stats stats;

    heap_stats(heap, &stats);
    store_object(out);
    store_words_of(out, "kind", kind);
    store_words_of(out, "parent", heap->parent ? heap->parent->name : "");
    store_number_of(out, "objects", stats.objects);
    store_number_of(out, "peak-objects", stats.peak_objects);
    store_number_of(out, "allocated", stats.allocated);
    store_number_of(out, "held", stats.held);
    store_number_of(out, "peak-held", stats.peak_held);
    store_number_of(out, "metadata", stats.metadata);
    store_number_of(out, "failures", stats.failures);
    store_end(out);
}

static void read_backed(struct store_out *out, const void *context)
{
    write_heap(out, "pages", context);
}

static void read_general(struct store_out *out, const void *context)
{
    write_heap(out, "objects", context);
}

/* An id heap, whose objects are ids. */
static void read_ids(struct store_out *out, const void *context)
{
    const struct idheap *heap = context;
    struct idheap_stats stats;

    idheap_stats(heap, &stats);
    store_object(out);
    store_words_of(out, "kind", "ids");
    store_words_of(out, "parent", heap == &virtual_page ? "virtual_huge" : "");
    store_number_of(out, "objects", stats.used);
    store_number_of(out, "total", stats.total);
    store_number_of(out, "metadata", stats.metadata_bytes);
    store_number_of(out, "failures", stats.failures);
    store_end(out);
}

static void read_tagged(struct store_out *out, const void *context)
{
    (void)context;
    store_object(out);
    for (uint32_t tag = 1; tag < TAG_COUNT; tag++) {
        const struct heap *heap = tagheap_known(tag);

        if (heap && store_key(out, tag_name(tag)))
            write_heap(out, "objects", heap);
    }
    store_end(out);
}

void kstore_add_heaps(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "heaps");

    store_computed(&kstore, group, "physical", read_ids, physical_heap());
    store_computed(&kstore, group, "virtual_huge", read_ids, &virtual_huge);
    store_computed(&kstore, group, "virtual_page", read_ids, &virtual_page);
    store_computed(&kstore, group, "backed", read_backed, &backed.heap);
    store_computed(&kstore, group, "general-pages", read_backed, kheap_pages());
    store_computed(&kstore, group, "general", read_general, kheap());
    store_computed(&kstore, group, "tagged", read_tagged, tagheap_table());
}
