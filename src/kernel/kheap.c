/* SPDX-License-Identifier: Apache-2.0 */
#include "kheap.h"

#include "backed.h"
#include "fail.h"
#include "meta.h"
#include "options.h"
#include "panic.h"
#include "physical.h"
#include "runtime/fmt.h"
#include "runtime/general.h"
#include "tagheap.h"
#include "virtual.h"

static struct backed pages; /* the general heap's own */
static struct general general;
static struct kheap_strength own;
static struct heap *front; /* general, or what stands before it */

/* What the kernel keeps only for speed, beside the caches of the heaps of objects, which have hooks of their own. */
static bool settle(void *context)
{
    bool any = tagheap_settle();

    (void)context;
    any |= backed_settle();
    idheap_settle(&virtual_page);
    idheap_settle(&virtual_huge);
    idheap_settle(physical_heap());
    return meta_settle(0) || any;
}

static struct reclaim settle_hook = { .name = "kernel", .run = settle };

void kheap_init(void)
{
    backed_init(&pages, "backed(general)", OWNER_GENERAL);
    general_init(&general, "general", &pages.heap, &physical_hooks);
    front = kheap_strengthen(&own, &general.heap);
    reclaim_add(&physical_hooks, &settle_hook);
}

struct heap *kheap(void)
{
    return front;
}

struct heap *kheap_pages(void)
{
    return &pages.heap;
}

void *kheap_new(uint64_t size)
{
    if (fail_due())
        return NULL;
    heap_call_for(front, __builtin_return_address(0));
    return heap_new(front, size);
}

enum status kheap_delete(void *p, uint64_t size)
{
    heap_call_for(front, __builtin_return_address(0));
    return heap_delete(front, p, size);
}

void kheap_settle(void)
{
    kheap_strength_settle(&own);
    reclaim_run(&physical_hooks);
}

/* ---- strength */

#define QUARANTINE_BYTES 0x2000 /* of one heap: two pages, so that a machine of 640 KiB can afford it */
#define NAME_SIZE 40

/* "by FUNCTION+0xOFFSET", for an address that may be none. */
static const char *name_of(const void *code, char name[NAME_SIZE])
{
    uint64_t base, at = (uint64_t)code;
    const char *function = symbol_find(at, &base);

    if (function)
        fmt_text(name, NAME_SIZE, "%s+0x%lx", function, at - base);
    else
        fmt_text(name, NAME_SIZE, "nobody");
    return name;
}

static void fault(void *context, const struct debugheap_fault *f)
{
    char allocated[NAME_SIZE], freed[NAME_SIZE];

    (void)context;
    panic("heap %s: %s: 0x%lx at 0x%lx, %lu bytes, tag %s, allocated by %s, freed by %s", f->heap,
          debugheap_kind_text(f->kind), f->where, f->address, f->size, tag_name(tag_field(f->address)),
          name_of(f->allocated_by, allocated), name_of(f->freed_by, freed));
}

struct heap *kheap_strengthen(struct kheap_strength *strength, struct heap *heap)
{
    struct debugheap_config config = { .name = heap->name, .parent = heap, .books = &general.heap,
                                       .quarantine = QUARANTINE_BYTES, .reclaim = &physical_hooks, .fault = fault };

    strength->on = options_debug();
    if (!strength->on)
        return heap;
    debugheap_init(&strength->debug, &config);
    return &strength->debug.heap;
}

void kheap_strength_settle(struct kheap_strength *strength)
{
    if (strength->on)
        debugheap_reclaim(&strength->debug);
}

void kheap_strength_end(struct kheap_strength *strength)
{
    if (strength->on && debugheap_fini(&strength->debug) != STATUS_OK)
        panic("%s heap: it cannot be ended", strength->debug.heap.name);
}
