/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of values need: heaps that lie where tags say, refuse what they are told to refuse, and know every
 * allocation; the catching of value faults; random numbers.
 *
 * A span stands behind 16 bytes that hold its size; freed ones begin with 0xdf and are kept by size, in powers of two.
 */
#ifndef ACRE_TAGGED_MODEL_H
#define ACRE_TAGGED_MODEL_H

#include "tap.h"

#include <setjmp.h>
#include <sys/mman.h>

#include "runtime/fmt.h"
#include "runtime/value.h"
#include "runtime/value_text.h"

#define MODEL_BYTES ((uint64_t)512 << 20) /* a tag's heap; that of strings has room for the largest */
#define MODEL_STRING_BYTES ((uint64_t)8 << 30)
#define MODEL_OFFSET ((uint64_t)8 << 40) /* where in the region; clear of sanitizers and of programs */
#define MODEL_CLASSES 40
#define MODEL_LEAD 16
#define MODEL_FILL ((uint64_t)1 << 20) /* bytes of a freed span that are filled */

struct model_heap {
    struct heap heap;
    uint64_t base, next, limit;
    uint64_t free[MODEL_CLASSES]; /* lists through the spans' own first words */
    uint64_t objects, bytes;
};

static struct model_heap model_heaps[TAG_COUNT];
static struct tagged model_tagged;
static uint64_t model_allowed = UINT64_MAX; /* allocations until they are refused */
static uint64_t model_calls;
static bool model_heapless; /* heap_of refuses too */

static uint32_t model_class(uint64_t size)
{
    uint32_t class = 5;

    while ((uint64_t)1 << class < size)
        class++;
    return class;
}

static enum status model_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct model_heap *model = (struct model_heap *)heap;
    uint32_t class = model_class(size + MODEL_LEAD);
    uint64_t span = model->free[class];

    model_calls++;
    if (!model_allowed || align > 16)
        return STATUS_NO_MEMORY;
    model_allowed--;
    if (span)
        model->free[class] = *(uint64_t *)(span + MODEL_LEAD);
    else if (model->limit - model->next < (uint64_t)1 << class)
        return STATUS_NOT_FOUND;
    else
        span = model->next, model->next += (uint64_t)1 << class;
    *(uint64_t *)span = size;
    *base = span + MODEL_LEAD;
    model->objects++;
    model->bytes += size;
    return STATUS_OK;
}

static enum status model_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct model_heap *model = (struct model_heap *)heap;
    uint64_t *span = (uint64_t *)(base - MODEL_LEAD);
    uint32_t class;

    if (base % 16 || base - MODEL_LEAD >= model->next || base - MODEL_LEAD < model->base)
        return STATUS_NOT_OWNED;
    if (!*span)
        return STATUS_NOT_ALLOCATED;
    if (*span != size)
        return STATUS_INVALID;
    class = model_class(size + MODEL_LEAD);
    memset((void *)base, 0xdf, size < MODEL_FILL ? size : MODEL_FILL);
    *span = 0;
    *(uint64_t *)base = model->free[class];
    model->free[class] = (uint64_t)span;
    model->objects--;
    model->bytes -= size;
    return STATUS_OK;
}

static void model_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct model_heap *model = (const struct model_heap *)heap;

    stats->allocated = model->bytes;
    stats->objects = model->objects;
}

static struct heap *model_heap_of(struct tagged *tagged, uint32_t tag)
{
    static const struct heap_ops ops = {model_alloc, model_free, model_stats};
    static uint64_t next[TAG_USER_SHARED + 1];
    struct model_heap *model = &model_heaps[tag];
    uint32_t region = tag_user_region(tag);
    uint64_t size = tag == TAG_STRING ? MODEL_STRING_BYTES : MODEL_BYTES;
    void *base = (void *)(((uint64_t)region << LAYOUT_USER_TAG_SHIFT) + MODEL_OFFSET + next[region]);

    (void)tagged;
    if (model_heapless)
        return NULL;
    if (!model->limit) {
        if (mmap(base, size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0) != base)
            return NULL;
        *model = (struct model_heap){.heap = {.ops = &ops, .name = tag_name(tag)}, .base = (uint64_t)base};
        model->next = model->base;
        model->limit = model->base + size;
        next[region] += size;
    }
    return &model->heap;
}

/* Allocations not given back, of all tags. */
__attribute__((unused)) static uint64_t model_live(void)
{
    uint64_t live = 0;

    for (uint32_t tag = 0; tag < TAG_COUNT; tag++)
        live += model_heaps[tag].objects;
    return live;
}

/* The same of all but symbols, which stay. */
__attribute__((unused)) static uint64_t model_live_values(void)
{
    return model_live() - model_heaps[TAG_SYMBOL].objects;
}

/* Value faults: the last one stands in caught. */
static struct value_fault caught;
static jmp_buf catcher;

__attribute__((noreturn)) static void catch_fault(const struct value_fault *fault)
{
    caught = *fault;
    longjmp(catcher, 1);
}

/* Whether a call ends in a value fault. */
__attribute__((unused)) static bool faults(void (*call)(struct value *value, uint32_t tag), struct value *value,
                                           uint32_t tag)
{
    if (setjmp(catcher))
        return true;
    call(value, tag);
    return false;
}

static uint64_t random_state = 1;

__attribute__((unused)) static uint64_t random_next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state * 0x2545f4914f6cdd1d;
}

__attribute__((unused)) static uint32_t random_below(uint32_t limit)
{
    return (uint32_t)((random_next() >> 32) * limit >> 32);
}

/* A value as text; valid until the next one. */
__attribute__((unused)) static const char *text_of(const struct value *value)
{
    static char text[1 << 16];

    fmt_text(text, sizeof text, "%pv", (const void *)value);
    return text;
}

/* Reads what must be readable. */
__attribute__((unused)) static struct value *value_from(const char *text)
{
    struct value_error error;
    struct value *value = NULL;

    if (value_parse(&model_tagged, text, strlen(text), &value, &error) != STATUS_OK)
        tap_note("'%s': %s at %zu", text, error.what, error.offset);
    return value;
}

__attribute__((unused)) __attribute__((unused)) static void model_init(void)
{
    value_fault_hook = catch_fault;
    fmt_value = value_print;
    tagged_init(&model_tagged, model_heap_of);
}

#endif
