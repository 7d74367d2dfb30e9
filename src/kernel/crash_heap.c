/* SPDX-License-Identifier: Apache-2.0 */
/* Misuse of heaps.  What debug strength sees at once or when quarantine is emptied; what is unmapped faults. */
#include "backed.h"
#include "crash.h"
#include "kheap.h"
#include "panic.h"
#include "runtime/scalar.h"
#include "tagheap.h"
#include "values.h"
#include "x86_64/layout.h"

#define BYTES 48

static uint8_t no_object[BYTES];

/* A write that the compiler must not leave out, although the memory is freed next, or is freed. */
static void poke(uint8_t *p, int64_t offset)
{
    *(volatile uint8_t *)((uint64_t)p + (uint64_t)offset) = 1;
}

/* The status of a misuse does not matter: nobody gets to see it. */
static void drop(void *p, uint64_t size)
{
    (void)!kheap_delete(p, size);
}

static void crash_double_free(void)
{
    void *p = kheap_new(BYTES);

    drop(p, BYTES);
    drop(p, BYTES);
}

static void crash_foreign_free(void)
{
    drop(no_object, BYTES);
}

static void crash_inner_free(void)
{
    drop((uint8_t *)kheap_new(BYTES) + 16, HEAP_ANY_SIZE);
}

static void crash_wrong_size(void)
{
    drop(kheap_new(BYTES), BYTES - 1);
}

static void crash_write_past(void)
{
    uint8_t *p = kheap_new(BYTES);

    poke(p, BYTES);
    drop(p, BYTES);
}

static void crash_write_before(void)
{
    uint8_t *p = kheap_new(BYTES);

    poke(p, -1);
    drop(p, BYTES);
}

static void crash_write_freed(void)
{
    uint8_t *p = kheap_new(BYTES);

    drop(p, BYTES);
    poke(p, 0);
    kheap_settle();
}

static void crash_freed_page(void)
{
    uint8_t *p = heap_new(&backed.heap, LAYOUT_FRAME_SIZE);

    if (heap_delete(&backed.heap, p, LAYOUT_FRAME_SIZE) == STATUS_OK)
        poke(p, 0);
}

static void crash_wrong_tag(void)
{
    value_as_tuple(string_as_value(string_from(&values, "no tuple")));
}

static void crash_tagged_double_free(void)
{
    struct heap *heap = tagheap_of(TAG_BUFFER);
    void *first = heap_new(heap, BYTES), *p = heap_new(heap, BYTES);

    if (first && heap_delete(heap, p, BYTES) == STATUS_OK)
        (void)!heap_delete(heap, p, BYTES);
}

const struct crash heap_crashes[] = {
    { "double-free", crash_double_free },
    { "foreign-free", crash_foreign_free },
    { "inner-free", crash_inner_free },
    { "wrong-size", crash_wrong_size },
    { "write-past", crash_write_past },
    { "write-before", crash_write_before },
    { "write-freed", crash_write_freed },
    { "freed-page", crash_freed_page },
    { "wrong-tag", crash_wrong_tag },
    { "tagged-double-free", crash_tagged_double_free },
};

const size_t heap_crash_count = sizeof heap_crashes / sizeof *heap_crashes;
