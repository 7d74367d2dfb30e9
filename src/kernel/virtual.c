/* SPDX-License-Identifier: Apache-2.0 */
#include "virtual.h"

#include "meta.h"
#include "panic.h"

#define HUGE(address) ((address) >> VIRTUAL_HUGE_SHIFT)
#define PAGE(address) ((address) >> LAYOUT_FRAME_SHIFT)

struct idheap virtual_huge, virtual_page;
struct idheap_import virtual_import = {
    .child = &virtual_page,
    .parent = &virtual_huge,
    .shift = VIRTUAL_HUGE_SHIFT - LAYOUT_FRAME_SHIFT,
    .lower = HUGE(LAYOUT_KMEM_BASE),
    .upper = HUGE(LAYOUT_TAG1_BASE),
};

static void need(enum status status, const char *name)
{
    if (status != STATUS_OK)
        panic("%s heap: it cannot be made: %s", name, status_text(status));
}

/* The span that holds the books of the heaps is used from the start. */
static void huge_init(void)
{
    struct idheap_config config = { .name = "virtual_huge", .origin = HUGE(LAYOUT_KMEM_BASE),
                                    .meta = meta_of(&meta_virtual), .outside = true };

    need(idheap_init(&virtual_huge, &config), config.name);
    need(idheap_add(&virtual_huge, HUGE(LAYOUT_KMEM_BASE), HUGE(LAYOUT_KMEM_LIMIT) - HUGE(LAYOUT_KMEM_BASE)),
         config.name);
    need(idheap_take(&virtual_huge, HUGE(LAYOUT_META_BASE), 1), config.name);
}

/* The rest of that span is pages nobody needs to import. */
static void page_init(void)
{
    struct idheap_config config = { .name = "virtual_page", .origin = PAGE(LAYOUT_META_LIMIT),
                                    .meta = meta_of(&meta_virtual), .outside = true };
    uint64_t limit = LAYOUT_KMEM_BASE + (1ull << VIRTUAL_HUGE_SHIFT);

    need(idheap_init(&virtual_page, &config), config.name);
    need(idheap_add(&virtual_page, PAGE(LAYOUT_META_LIMIT), PAGE(limit) - PAGE(LAYOUT_META_LIMIT)), config.name);
}

void virtual_init(void)
{
    huge_init();
    page_init();
}
