/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of slabs gives out and takes back at the head of one list, which costs a dozen instructions.  Only when the
 * list is empty, or when many more came back than went out, slabs are looked at: then the free list of one slab, or two
 * batches of it, becomes the set's list, or a batch goes back, object by object, to where it belongs.
 *
 *   base                                                                        base + bytes
 *   | head | slack | object 0 | object 1 | ... | object carved - 1 |  never free yet | colour |
 *                  ^ first
 *
 * Objects end at the slab's end, less its colour, so that each lies at a multiple of the size's lowest bit; slabs of
 * one set have different colours, as far as the slack allows, so that their objects do not share the same cache lines.
 * The first slab is as small as can be, the next ones double what is there, up to SLAB_ALIGN: a class with few objects
 * costs one page.  If the parent has no span of that size, smaller ones are tried.
 *
 * The start of an object is recognised by one multiplication.  Let M = 2^32 / size + 1, rounded down, and
 * r = size * M - 2^32, so 0 < r <= size.  For a distance n = j * size + t from the first object, 0 <= t < size,
 * n * M modulo 2^32 is j * r + t * M.  With t = 0 this is less than carved * r if and only if j < carved.  With t > 0
 * it is M or more, and carved * r is not above carved * size, so at most SLAB_ALIGN, while M is four times that for the
 * largest size.  An address before the first object makes it 2^32 less a number of the same form: far above the bound
 * too.
 *
 * I1  slabs with something free (taken < count) stand in the list before those without
 * I2  of each slab, carved - taken objects are in its own free list; cached - room are in the set's
 * I3  a free object bears its slab's address as mark
 * I4  a slab that becomes empty is given back if another has something free; so one empty slab is kept
 *
 * The parent is only called while all this holds, so it may call back: its reclaim hooks may come here.
 * References: Bonwick, "The Slab Allocator" (1994) and "Magazines and Vmem" (2001); Lemire, Kaser and Kurz, "Faster
 * Remainder by Direct Computation" (2019).
 */
#include "slabs.h"

#include "range.h"
#include "x86_64/layout.h"

#define CACHE_LINE 64u /* bytes: the step from colour to colour */
#define BATCH_BYTES 65536u /* about what a batch is worth, within the two limits */
#define BATCH_MIN 8u
#define BATCH_MAX 32u

static struct slab *first_slab(const struct slabs *set)
{
    return (struct slab *)set->list.next; /* the link stands first */
}

/* Whether this place of the list is a slab with something free. */
static bool has_free(const struct slabs *set, const struct ring *place)
{
    const struct slab *slab = (const struct slab *)place;

    return place != &set->list && slab->taken < slab->count;
}

/* ---- making and dropping slabs */

/* Puts the head of a slab there and cuts the rest, but for the objects that carve makes. */
static struct slab *slab_start(struct slabs *set, void *base, uint32_t bytes)
{
    uint32_t count = (bytes - (uint32_t)sizeof(struct slab)) / set->size;
    uint32_t slack = bytes - (uint32_t)sizeof(struct slab) - count * set->size;
    struct slab *slab = base;

    if (set->colour > slack)
        set->colour = 0;
    *slab = (struct slab){.set = set, .heap = set->heap, .count = count, .bytes = bytes};
    slab->first = (uint32_t)(uintptr_t)base + bytes - count * set->size - set->colour;
    set->colour += set->align > CACHE_LINE ? set->align : CACHE_LINE;
    set->pages += bytes >> LAYOUT_FRAME_SHIFT;
    ring_add(&set->list, &slab->link);
    return slab;
}

static enum status slab_make(struct slabs *set, struct slab **slab)
{
    uint64_t least = range_align_up(sizeof(struct slab) + set->size, LAYOUT_FRAME_SIZE), base;
    uint64_t bytes = range_max(least, range_min((uint64_t)set->pages << LAYOUT_FRAME_SHIFT, SLAB_ALIGN));
    enum status status = heap_alloc(set->heap->parent, bytes, SLAB_ALIGN, &base);

    while (status != STATUS_OK && bytes > least) {
        bytes = range_max(least, range_align_down(bytes / 2, LAYOUT_FRAME_SIZE));
        status = heap_alloc(set->heap->parent, bytes, SLAB_ALIGN, &base);
    }
    if (status == STATUS_OK)
        *slab = slab_start(set, (void *)(uintptr_t)base, (uint32_t)bytes);
    return status;
}

/* Gives a slab that is in no list to the parent; if that refuses, it is in the set's list again. */
static enum status slab_drop(struct slabs *set, struct slab *slab)
{
    uint32_t bytes = slab->bytes;
    enum status status;

    set->pages -= bytes >> LAYOUT_FRAME_SHIFT;
    status = heap_free(set->heap->parent, (uintptr_t)slab, bytes);
    if (status != STATUS_OK) {
        set->pages += bytes >> LAYOUT_FRAME_SHIFT;
        ring_add(&set->list, &slab->link);
    }
    return status;
}

/* ---- between the set's list and the slabs */

/* Makes the next few objects of the slab, which has some left, free ones. */
static void carve(struct slabs *set, struct slab *slab)
{
    uint32_t count = (uint32_t)range_min(set->batch, slab->count - slab->carved);
    uint8_t *at = (uint8_t *)slab + (slab->first - (uint32_t)(uintptr_t)slab) + slab->carved * set->size;
    struct slab_object **tail = &slab->free;

    for (uint32_t i = 0; i < count; i++, at += set->size) {
        *tail = (struct slab_object *)at;
        (*tail)->mark = slab;
        tail = &(*tail)->next;
    }
    *tail = NULL;
    slab->carved += count;
    slab->bound = slab->carved * (set->size * set->inverse);
}

/* Puts an object, which is in no list, into its slab; the slab if it should go, and it is in no list then. */
static inline struct slab *put_object(struct slabs *set, struct slab_object *object)
{
    struct slab *slab = slab_of(object);

    object->next = slab->free;
    slab->free = object;
    if (slab->taken-- == slab->count) {
        ring_remove(&slab->link);
        ring_add(&set->list, &slab->link);
    }
    if (slab->taken || (first_slab(set) == slab && !has_free(set, slab->link.next)))
        return NULL;
    ring_remove(&slab->link);
    return slab;
}

/* Takes `count` objects off the set's list, which has as many.  The parent is called when that is done. */
static void put_back(struct slabs *set, uint32_t count)
{
    struct slab_object *object = set->free;
    struct ring *gone = NULL;

    for (uint32_t i = 0; i < count; i++) {
        struct slab_object *next = object->next;
        struct slab *slab = put_object(set, object);

        if (slab) {
            slab->link.next = gone;
            gone = &slab->link;
        }
        object = next;
    }
    set->free = object;
    set->room += (int32_t)count;
    while (gone) {
        struct slab *slab = (struct slab *)gone;

        gone = gone->next;
        (void)!slab_drop(set, slab); /* what the parent does not want is kept */
    }
}

enum status slabs_put_flushing(struct slab *slab, struct slab_object *object)
{
    struct slabs *set = slab->set;

    put_back(set, set->batch);
    object->next = set->free;
    set->free = object;
    return STATUS_OK;
}

/* Makes the slab's free objects the set's list, which is empty: two batches at most. */
static void grab(struct slabs *set, struct slab *slab)
{
    uint32_t count = slab->carved - slab->taken, most = 2u * set->batch;
    struct slab_object **tail = &slab->free;

    set->free = slab->free;
    if (count > most) {
        for (count = 0; count < most; count++)
            tail = &(*tail)->next;
        slab->free = *tail;
        *tail = NULL;
    } else {
        slab->free = NULL;
    }
    slab->taken += count;
    set->room = set->batch;
    set->cached = (int32_t)count + set->room;
}

enum status slabs_refill(struct slabs *set)
{
    struct slab *slab = first_slab(set);

    if (!has_free(set, set->list.next)) {
        enum status status = slab_make(set, &slab);

        if (status != STATUS_OK || set->free) /* the parent may have called back */
            return status;
    }
    if (!slab->free)
        carve(set, slab);
    grab(set, slab);
    if (slab->taken == slab->count) {
        ring_remove(&slab->link);
        ring_add(set->list.prev, &slab->link);
    }
    return STATUS_OK;
}

bool slabs_reclaim(struct slabs *set)
{
    uint32_t pages = set->pages;
    struct ring *place;

    put_back(set, (uint32_t)(set->cached - set->room));
    place = set->list.next;
    while (has_free(set, place) && ((struct slab *)place)->taken)
        place = place->next;
    if (has_free(set, place)) {
        ring_remove(place);
        (void)!slab_drop(set, (struct slab *)place);
    }
    return set->pages < pages;
}

/* ---- refusals */

static bool list_has(const struct slab_object *list, const struct slab_object *object)
{
    while (list && list != object)
        list = list->next;
    return list;
}

enum status slabs_put_marked(struct slab *slab, struct slab_object *object)
{
    struct slabs *set = slab->set;

    if (list_has(set->free, object) || list_has(slab->free, object))
        return STATUS_NOT_ALLOCATED;
    object->mark = NULL;
    return slabs_put(set, slab, object);
}

enum status slabs_refusal(const struct slab *slab, const void *p)
{
    const struct slabs *set = slab->set;
    uint32_t distance = (uint32_t)(uintptr_t)p - slab->first;

    if (distance % set->size || distance / set->size >= slab->count)
        return STATUS_INVALID;
    return STATUS_NOT_ALLOCATED;
}

/* ---- the set */

void slabs_init(struct slabs *set, struct heap *heap, uint32_t size, uint32_t align)
{
    *set = (struct slabs){.heap = heap, .size = size, .align = (uint16_t)align};
    ring_init(&set->list);
    set->inverse = (0u - size) / size + 2; /* the quotient of 2^32 is one more than that of 2^32 - size */
    set->batch = (uint8_t)range_max(BATCH_MIN, range_min(BATCH_MAX, BATCH_BYTES / size));
}

enum status slabs_fini(struct slabs *set)
{
    enum status status = STATUS_OK;

    set->free = NULL;
    set->room = set->cached = 0;
    while (status == STATUS_OK && set->list.next != &set->list) {
        struct slab *slab = first_slab(set);

        ring_remove(&slab->link);
        status = slab_drop(set, slab);
    }
    return status;
}

void slabs_stats(const struct slabs *set, struct slabs_stats *stats)
{
    *stats = (struct slabs_stats){.pages = set->pages};
    for (const struct ring *place = set->list.next; place != &set->list; place = place->next) {
        stats->objects += ((const struct slab *)place)->taken;
        stats->slabs++;
    }
    stats->objects -= (uint64_t)(set->cached - set->room);
}
