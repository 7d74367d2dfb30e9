/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a tag to memory.  The lead before an allocation (value_seam.h) is a multiple of TAGGED_ALIGN, so that what
 * follows it is aligned as the heap's spans are.
 */
#include "tagged.h"

#include "value_seam.h"

_Static_assert(TAG_USER_WORD % TAGGED_ALIGN == 0, "the lead keeps the alignment");

__attribute__((noreturn)) void (*value_fault_hook)(const struct value_fault *fault);

void tagged_init(struct tagged *tagged, struct heap *(*heap_of)(struct tagged *tagged, uint32_t tag))
{
    *tagged = (struct tagged){.heap_of = heap_of};
}

void *tagged_new(struct tagged *tagged, uint32_t tag, uint32_t fixed, uint64_t extra)
{
    struct heap *heap = extra <= TAGGED_BYTES_MAX ? tagged->heap_of(tagged, tag) : NULL;
    uint32_t lead = seam_lead(tag);
    uint64_t base;

    if (!heap)
        return NULL;
    heap_call_for(heap, __builtin_return_address(0));
    if (heap_alloc(heap, lead + fixed + extra, TAGGED_ALIGN, &base) != STATUS_OK)
        return NULL;
    seam_mark(base, tag);
    return (void *)(uintptr_t)(base + lead);
}

void tagged_delete(struct tagged *tagged, uint32_t tag, void *p, uint64_t size)
{
    uint32_t lead = seam_lead(tag);
    struct heap *heap;
    enum status status;

    if (!p)
        return;
    heap = tagged->heap_of(tagged, tag);
    heap_call_for(heap, __builtin_return_address(0));
    status = heap_free(heap, (uintptr_t)p - lead, lead + size);
    if (status != STATUS_OK)
        value_fault_hook(&(struct value_fault){"free refused", (uintptr_t)p, tag, tag, status});
}
