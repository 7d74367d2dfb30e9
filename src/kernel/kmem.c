/* SPDX-License-Identifier: Apache-2.0 */
#include "kmem.h"

#include "meta.h"
#include "panic.h"
#include "physical.h"
#include "runtime/bytes.h"
#include "tables.h"
#include "x86_64/layout.h"

#define PAGE(address) ((address) >> LAYOUT_FRAME_SHIFT)

static struct idheap heap;

void kmem_init(void)
{
    struct idheap_config config = { .name = "virtual_page", .origin = PAGE(LAYOUT_META_LIMIT), .meta = meta_source };

    if (idheap_init(&heap, &config) != STATUS_OK ||
        idheap_add(&heap, PAGE(LAYOUT_META_LIMIT), PAGE(LAYOUT_TAG1_BASE) - PAGE(LAYOUT_META_LIMIT)) != STATUS_OK)
        panic("virtual_page heap: no memory for its books");
}

static void free_frame(void *context, struct mapping leaf)
{
    (void)context;
    physical_free(OWNER_HEAP, leaf.phys, PAGE(leaf.bytes));
}

static enum status back_page(uint64_t address)
{
    phys_t frame;
    enum status status = physical_alloc(OWNER_HEAP, &frame);

    if (status != STATUS_OK)
        return status;
    status = tables_map(virt(address), frame, LAYOUT_FRAME_SIZE, PT_WRITE | PT_NX | PT_GLOBAL);
    if (status != STATUS_OK)
        physical_free(OWNER_HEAP, frame, 1);
    return status;
}

enum status kmem_alloc(uint64_t pages, virt_t *base)
{
    struct idheap_request request = { .count = pages + 1 };
    uint64_t id, address;
    enum status status = pages ? idheap_alloc_span(&heap, &request, &id) : STATUS_INVALID;

    if (status != STATUS_OK)
        return status;
    address = id << LAYOUT_FRAME_SHIFT;
    for (uint64_t i = 0; i < pages && status == STATUS_OK; i++)
        status = back_page(address + (i << LAYOUT_FRAME_SHIFT));
    if (status != STATUS_OK) {
        kmem_free(virt(address), pages);
        return status;
    }
    bytes_fill(virt_pointer(virt(address)), 0, pages << LAYOUT_FRAME_SHIFT);
    *base = virt(address);
    return STATUS_OK;
}

void kmem_free(virt_t base, uint64_t pages)
{
    enum status status = idheap_free_span(&heap, PAGE(base.v), pages + 1);

    if (status != STATUS_OK)
        panic("kernel heap: %lu pages at 0x%lx cannot be freed: %s", pages, base.v, status_text(status));
    tables_unmap(base, pages << LAYOUT_FRAME_SHIFT, free_frame, NULL);
}

struct idheap *kmem_heap(void)
{
    return &heap;
}
