/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An importing id heap when a free cannot be written down, in the child's books or in the parent's.  Nothing may be
 * lost: what cannot go back stays with the child, free, until it is freed the next time.
 */
#include "idheap_model.h"

#include "runtime/idheap_import.h"

#define SHIFT 6u
#define SIZE (1u << SHIFT)
#define PARENTS 20000u
#define LEAF 4096u

/* One of the two heaps. */
struct side {
    struct idheap heap;
    struct source source;
    void (*meanwhile)(void); /* runs instead of the next allocations of nodes, which fail */
};

static struct side parent, child;
static struct idheap_import import;

static void *side_alloc(void *context, size_t size)
{
    struct side *side = context;

    if (!side->meanwhile)
        return source_alloc(&side->source, size);
    side->meanwhile();
    return NULL;
}

static void side_free(void *context, void *p, size_t size)
{
    source_free(&((struct side *)context)->source, p, size);
}

static void open_side(struct side *side)
{
    *side = (struct side){0};
    if (idheap_init(&side->heap, &(struct idheap_config){.outside = true, .meta = {side_alloc, side_free, side}}))
        abort();
}

static void open_world(void)
{
    open_side(&parent);
    open_side(&child);
    import = (struct idheap_import){.child = &child.heap, .parent = &parent.heap, .shift = SHIFT};
    if (idheap_add(&parent.heap, 0, PARENTS) != STATUS_OK)
        abort();
}

/* Whether everything is back where it was. */
static bool close_world(void)
{
    bool good = idheap_check(&parent.heap) == STATUS_OK && idheap_check(&child.heap) == STATUS_OK;

    good = good && parent.heap.free == PARENTS && !child.heap.total && !import.imported;
    idheap_fini(&child.heap);
    idheap_fini(&parent.heap);
    return good && !parent.source.live && !child.source.live;
}

static uint64_t take(uint64_t count)
{
    uint64_t base;

    if (idheap_import_alloc(&import, &(struct idheap_request){.count = count}, &base) != STATUS_OK)
        abort();
    return base;
}

/* From now on the side has no node but those in its tree. */
static void starve(struct side *side)
{
    side->source.fail_at = 1;
    side->source.fail_count = UINT64_MAX;
    idheap_settle(&side->heap);
}

static void feed(struct side *side)
{
    side->source.fail_at = 0;
}

static void test_child_starves(void)
{
    uint64_t base;

    open_world();
    base = take(1);
    starve(&child);
    tap_ok(idheap_import_free(&import, base, 1) == STATUS_OK, "the only id is freed, and the child has no node");
    tap_ok(import.imported == 1 && child.heap.free == SIZE && parent.heap.free == PARENTS - 1, "the import stays");
    feed(&child);
    tap_ok(take(1) == base && parent.heap.free == PARENTS - 1, "and is used before anything else");
    tap_ok(idheap_import_free(&import, base, 1) == STATUS_OK && close_world(), "the next time it goes back");
}

/*
 *   parent   |################|    a leaf's worth is imported in one go, so it has no node of its own
 *   child    |.#####  ...  ###|    of which the first is not used any more
 */
static void test_parent_starves(void)
{
    uint64_t base;

    open_world();
    base = take(LEAF * SIZE);
    starve(&parent);
    tap_ok(idheap_import_free(&import, base, SIZE) == STATUS_OK, "one is freed, and the parent has no node for it");
    tap_ok(import.imported == LEAF && child.heap.free == SIZE && child.heap.total == LEAF * SIZE,
           "it stays with the child");
    tap_ok(idheap_check(&parent.heap) == STATUS_OK && parent.heap.free == PARENTS - LEAF, "not lost in between");
    feed(&parent);
    tap_ok(idheap_import_free(&import, base + SIZE, (LEAF - 1) * SIZE) == STATUS_OK && import.imported == 1,
           "with nodes the others go back");
    tap_ok(take(3) == base && idheap_import_free(&import, base, 3) == STATUS_OK && close_world(), "and then this one");
}

/* The child's memory comes from somebody who frees in the parent what is not his. */
static void free_used(void)
{
    struct idheap_stretch stretch = {.limit = 0};

    while (idheap_next(&parent.heap, stretch.limit, &stretch))
        if (stretch.state == IDHEAP_USED &&
            idheap_free_span(&parent.heap, stretch.base, stretch.limit - stretch.base) != STATUS_OK)
            abort();
}

static void test_stranger(void)
{
    uint64_t base = 42;

    open_world();
    child.meanwhile = free_used;
    tap_ok(idheap_import_alloc(&import, &(struct idheap_request){.count = 1}, &base) == STATUS_CORRUPT && base == 42,
           "an import that somebody else has given back meanwhile is named");
    child.meanwhile = NULL;
    tap_ok(close_world(), "and leaves nothing behind");
}

int main(void)
{
    tap_plan(4 + 5 + 2);
    test_child_starves();
    test_parent_starves();
    test_stranger();
    return tap_done();
}
