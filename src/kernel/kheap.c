/* SPDX-License-Identifier: Apache-2.0 */
#include "kheap.h"

#include "backed.h"
#include "meta.h"
#include "options.h"
#include "panic.h"
#include "physical.h"
#include "runtime/general.h"
#include "tagheap.h"

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

void *kheap_new(uint64_t size)
{
    return heap_new(front, size);
}

enum status kheap_delete(void *p, uint64_t size)
{
    return heap_delete(front, p, size);
}

void kheap_settle(void)
{
    kheap_strength_settle(&own);
    reclaim_run(&physical_hooks);
}

/* ---- strength */

struct heap *kheap_strengthen(struct kheap_strength *strength, struct heap *heap)
{
    (void)strength;
    return heap;
}

void kheap_strength_settle(struct kheap_strength *strength)
{
    (void)strength;
}

void kheap_strength_end(struct kheap_strength *strength)
{
    (void)strength;
}
