/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every slab lies in SLAB_ALIGN bytes of its own, with its head at their start, and objects of pages start at a
 * multiple of SLAB_ALIGN, where no object of a slab can: so the address alone tells what it is and leads to the head.
 *
 * Classes: 16, 32, ... 128 in steps of 16, then four to each power of two; a request takes the next larger, so at most
 * a fifth is lost from 64 bytes up.  An object lies at a multiple of its class's lowest bit (slabs.c), up to a page; so
 * a request for an alignment takes the class of the size rounded up to that: in the range of its power of two, a
 * multiple of the step is a class, and a multiple of more than the step too.
 *
 * Spans of pages have their books in objects of their own, in a tree by address.
 *
 * Cost on x86-64 at -O2: general_new 18 instructions, general_delete 28, where no slab must be looked at.  References:
 * as slabs.c; the four steps a power of two are those of Wilson et al., "Dynamic Storage Allocation" (1995), 3.6.
 */
#include "general.h"

#include "range.h"
#include "x86_64/layout.h"

#define CLASS_SHIFT 4 /* bits of the smallest class's size, and of the steps in the table */

/* The class of `size`: the one whose last 16 bytes, or whose middle, it falls into; see class_size. */
#define CLASS_LOG(size) (31 - __builtin_clz(((size) - 1) | 64u))
#define CLASS_OF(size) ((CLASS_LOG(size) - 6) * 4 + (((size) - 1) >> (CLASS_LOG(size) - 2)))

/* Classes by (size - 1) / 16. */
#define ROW_1(n) CLASS_OF(((n) + 1u) << CLASS_SHIFT)
#define ROW_4(n) ROW_1(n), ROW_1((n) + 1u), ROW_1((n) + 2u), ROW_1((n) + 3u)
#define ROW_16(n) ROW_4(n), ROW_4((n) + 4u), ROW_4((n) + 8u), ROW_4((n) + 12u)
#define ROW_64(n) ROW_16(n), ROW_16((n) + 16u), ROW_16((n) + 32u), ROW_16((n) + 48u)
#define ROW_256(n) ROW_64(n), ROW_64((n) + 64u), ROW_64((n) + 128u), ROW_64((n) + 192u)

static const uint8_t class_table[GENERAL_SLAB_MAX >> CLASS_SHIFT] = {
    ROW_256(0u), ROW_256(256u), ROW_256(512u), ROW_256(768u)};

/* The books of a span of pages. */
struct large {
    struct keytree_node node; /* by the base */
    uint64_t size; /* as asked for */
};

/* The set for objects of 1..GENERAL_SLAB_MAX bytes. */
static struct slabs *class_for(struct general *general, uint64_t size)
{
    return &general->classes[class_table[(size - 1) >> CLASS_SHIFT]];
}

static uint64_t large_pages(uint64_t size)
{
    return range_align_up(size, LAYOUT_FRAME_SIZE);
}

/* ---- allocating */

static enum status small_alloc(struct slabs *set, void **p)
{
    enum status status = STATUS_OK;

    if (!set->free)
        status = slabs_refill(set);
    if (status == STATUS_OK)
        *p = slabs_take(set);
    return status;
}

static enum status large_alloc(struct general *general, uint64_t size, uint64_t align, void **p)
{
    struct slabs *books = class_for(general, sizeof(struct large));
    struct large *large;
    uint64_t base;
    enum status status;
    void *book;

    if (!range_can_align_up(size, LAYOUT_FRAME_SIZE))
        return STATUS_INVALID;
    status = small_alloc(books, &book);
    if (status != STATUS_OK)
        return status;
    status = heap_alloc(general->heap.parent, large_pages(size), range_max(align, SLAB_ALIGN), &base);
    if (status != STATUS_OK) {
        (void)!slabs_put(books, slab_of(book), book);
        (void)slabs_reclaim(books); /* its slab may have been made just now */
        return status;
    }
    large = book;
    *large = (struct large){{{NULL, NULL}, base}, size};
    *keytree_link(&general->large, base) = &large->node;
    general->large_count++;
    general->large_bytes += size;
    general->large_held += large_pages(size);
    *p = (void *)(uintptr_t)base;
    return STATUS_OK;
}

static enum status try_alloc(struct general *general, uint64_t size, uint64_t align, void **p)
{
    struct slabs *set;

    if (size > GENERAL_SLAB_MAX || align > LAYOUT_FRAME_SIZE)
        return large_alloc(general, size, align, p);
    set = class_for(general, range_align_up(size, align));
    set->padded |= set != class_for(general, size);
    return small_alloc(set, p);
}

static enum status general_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct general *general = (struct general *)heap; /* the head stands first */
    enum status status;
    void *p;

    status = try_alloc(general, size, align, &p);
    if (status != STATUS_OK && status != STATUS_INVALID && general_reclaim(general))
        status = try_alloc(general, size, align, &p);
    if (status == STATUS_OK)
        *base = (uintptr_t)p;
    return status;
}

static __attribute__((noinline)) void *new_slowly(struct general *general, uint64_t size)
{
    struct slabs *set = general->classes;

    if (size - 1 < GENERAL_SLAB_MAX)
        set = class_for(general, size);
    if (size - 1 < GENERAL_SLAB_MAX && slabs_refill(set) == STATUS_OK)
        return slabs_take(set);
    return heap_new(&general->heap, size);
}

void *general_new(struct general *general, uint64_t size)
{
    void *p = NULL;

    if (size - 1 < GENERAL_SLAB_MAX)
        p = slabs_take(class_for(general, size));
    return p ? p : new_slowly(general, size);
}

/* ---- freeing */

/* Takes the books of a span of pages off the tree, and gives both back; the books stay if the parent refuses. */
static enum status large_drop(struct general *general, struct keytree_node **link)
{
    struct large *large = (struct large *)*link;
    uint64_t size = large->size, base = large->node.key;
    enum status status;

    keytree_remove(link);
    status = heap_free(general->heap.parent, base, large_pages(size));
    if (status != STATUS_OK) {
        large->node = (struct keytree_node){{NULL, NULL}, base};
        *keytree_link(&general->large, base) = &large->node;
        return status;
    }
    general->large_count--;
    general->large_bytes -= size;
    general->large_held -= large_pages(size);
    return slabs_put(class_for(general, sizeof *large), slab_of(large), large);
}

static __attribute__((noinline)) enum status large_free(struct general *general, void *p, uint64_t size)
{
    struct keytree_node **link = keytree_link(&general->large, (uintptr_t)p);

    if (!*link)
        return STATUS_NOT_OWNED;
    if (size != HEAP_ANY_SIZE && size != ((struct large *)*link)->size)
        return STATUS_INVALID;
    return large_drop(general, link);
}

/*
 * Frees an object with a size that is not its class's: one that it can have been asked for with some alignment.  If not
 * with the largest that the class has, then with no smaller one, which rounds up to less.
 */
static __attribute__((noinline)) enum status padded_free(struct slab *slab, void *p, uint64_t size)
{
    struct slabs *set = slab->set;

    if (!set->padded || size > set->size || set->size - range_align_up(size, set->align) >= set->step)
        return STATUS_INVALID;
    return slabs_put(set, slab, p);
}

enum status general_delete(struct general *general, void *p, uint64_t size)
{
    struct slab *slab = slab_of(p);
    struct slabs *set;

    if (slab == p)
        return large_free(general, p, size);
    if (slab->heap != &general->heap)
        return STATUS_NOT_OWNED;
    set = slab->set;
    if (size && set->size - size >= set->step)
        return padded_free(slab, p, size);
    return slabs_put(set, slab, p);
}

static enum status general_free(struct heap *heap, uint64_t base, uint64_t size)
{
    return general_delete((struct general *)heap, (void *)(uintptr_t)base, size);
}

/* ---- the heap */

static void general_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct general *general = (const struct general *)heap;
    struct slabs_stats sums;

    *stats = (struct heap_stats){.allocated = general->large_bytes, .held = general->large_held};
    for (const struct slabs *set = general->classes; set < general->classes + GENERAL_CLASSES; set++) {
        slabs_stats(set, &sums);
        stats->objects += sums.objects;
        stats->allocated += sums.objects * set->size;
        stats->held += sums.pages << LAYOUT_FRAME_SHIFT;
    }
    /* The books of each span of pages were counted as the object that it is, but their bytes are nobody's. */
    stats->allocated -= general->large_count * range_align_up(sizeof(struct large), 1u << CLASS_SHIFT);
}

static const struct heap_ops general_ops = {general_alloc, general_free, general_stats};

bool general_reclaim(struct general *general)
{
    bool any = false;

    for (struct slabs *set = general->classes; set < general->classes + GENERAL_CLASSES; set++)
        any |= slabs_reclaim(set);
    return any;
}

static bool run_reclaim(void *context)
{
    return general_reclaim(context);
}

static uint32_t class_size(uint32_t class)
{
    return class < 4 ? (class + 1) << CLASS_SHIFT : ((class & 3) + 5) << ((class >> 2) + 3);
}

void general_init(struct general *general, const char *name, struct heap *pages, struct reclaim_list *reclaim)
{
    uint32_t smaller = 0;

    *general = (struct general){
        .heap = {.ops = &general_ops, .name = name, .parent = pages},
        .reclaim = {.name = name, .run = run_reclaim, .context = general},
        .list = reclaim,
    };
    for (uint32_t class = 0; class < GENERAL_CLASSES; class++) {
        uint32_t size = class_size(class);

        slabs_init(&general->classes[class], &general->heap, size,
                   (uint32_t)range_min(size & -size, LAYOUT_FRAME_SIZE));
        general->classes[class].step = (uint16_t)(size - smaller);
        smaller = size;
    }
    if (reclaim)
        reclaim_add(reclaim, &general->reclaim);
}

enum status general_fini(struct general *general)
{
    enum status status = STATUS_OK;

    if (general->list)
        reclaim_remove(general->list, &general->reclaim);
    general->list = NULL;
    while (status == STATUS_OK && general->large)
        status = large_drop(general, &general->large);
    for (struct slabs *set = general->classes; status == STATUS_OK && set < general->classes + GENERAL_CLASSES; set++)
        status = slabs_fini(set);
    return status;
}
