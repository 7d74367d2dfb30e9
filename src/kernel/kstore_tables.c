/* SPDX-License-Identifier: Apache-2.0 */
/* page_tables: how many tables of each level there are, and how many pages by size and by permission; by walking. */
#include "kstore_groups.h"
#include "tables.h"
#include "x86_64/layout.h"

#define RIGHTS 8 /* of PT_WRITE, PT_USER and execution */
#define RIGHT_WRITE 1
#define RIGHT_EXECUTE 2
#define RIGHT_USER 4

struct count {
    uint64_t size[PT_LEVELS]; /* pages of levels 1 to 3 */
    uint64_t rights[RIGHTS]; /* in 4 KiB pages */
};

static bool count_leaf(void *context, struct mapping leaf)
{
    struct count *count = context;
    uint32_t right = (leaf.flags & PT_WRITE ? RIGHT_WRITE : 0) | (leaf.flags & PT_NX ? 0 : RIGHT_EXECUTE) |
                     (leaf.flags & PT_USER ? RIGHT_USER : 0);
    uint32_t level = 1;

    while (level < PT_LEVELS - 1 && leaf.bytes >> (LAYOUT_FRAME_SHIFT + 9 * level))
        level++;
    count->size[level]++;
    count->rights[right] += leaf.bytes >> LAYOUT_FRAME_SHIFT;
    return true;
}

static void read_levels(struct store_out *out, const void *context)
{
    static const char *const names[] = { "pt", "pd", "pdpt", "pml4" };

    (void)context;
    store_object(out);
    for (int level = 1; level <= PT_LEVELS; level++)
        if (store_key(out, names[level - 1]))
            store_number(out, pagetable_count(&kernel_tables, level));
    store_end(out);
}

static void read_sizes(struct store_out *out, const void *context)
{
    struct count count = { 0 };

    (void)context;
    pagetable_each(&kernel_tables, virt(0), virt(0), count_leaf, &count);
    store_object(out);
    store_number_of(out, "4k", count.size[1]);
    store_number_of(out, "2m", count.size[2]);
    store_number_of(out, "1g", count.size[3]);
    store_end(out);
}

/* In 4 KiB pages: "krw-" is the kernel's to read and to write. */
static void read_rights(struct store_out *out, const void *context)
{
    struct count count = { 0 };

    (void)context;
    pagetable_each(&kernel_tables, virt(0), virt(0), count_leaf, &count);
    store_object(out);
    for (uint32_t i = 0; i < RIGHTS; i++) {
        char name[] = { i & RIGHT_USER ? 'u' : 'k', 'r', i & RIGHT_WRITE ? 'w' : '-',
                        i & RIGHT_EXECUTE ? 'x' : '-', 0 };

        store_number_of(out, name, count.rights[i]);
    }
    store_end(out);
}

void kstore_add_tables(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "page_tables");

    store_number_at(&kstore, group, "tables", &kernel_tables.tables);
    store_computed(&kstore, group, "levels", read_levels, NULL);
    store_computed(&kstore, group, "sizes", read_sizes, NULL);
    store_computed(&kstore, group, "rights", read_rights, NULL);
}
