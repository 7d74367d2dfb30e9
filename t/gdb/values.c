/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For t/195: values of every kind and heaps of every kind in a Linux program, which says of each what the debugger must
 * find, and then calls stop().
 *
 *   value TAG TEXT                                     of values[0], values[1], ...
 *   heap NAME ALLOCATED OBJECTS HELD METADATA FAILURES of heaps[0], heaps[1], ...
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "counting.h"
#include "debugheap.h"
#include "failing.h"
#include "objcache.h"
#include "pages.h"
#include "record.h"
#include "region.h"
#include "scalar.h"
#include "table.h"
#include "tagged_host.h"
#include "tuple.h"
#include "value_text.h"
#include "vector.h"

#define VALUES_MOST 64
#define HEAPS_MOST 16
#define DEEP 40 /* more containers in each other than are printed */

struct value *values[VALUES_MOST];
struct heap *heaps[HEAPS_MOST];
uint32_t value_count, heap_count;

/* What no value is: written over, cut off, given back, never one. */
struct string_value *torn_string;
struct vector_value *torn_vector;
struct tuple_value *torn_tuple, *good_tuple;
struct buffer_value *torn_buffer;
struct value *unmapped_value, *unlisted_value, *unmapped_tag, *holder;

static struct tagged_host host;
static struct pages pages;
static struct general general;
static struct debugheap debug;
static struct counting counting;
static struct failing failing;
static struct objcache cache;
static struct idheap ids;

void stop(void);

__attribute__((noinline)) void stop(void)
{
    __asm__ volatile("" : : : "memory");
}

static void need(bool good)
{
    if (good)
        return;
    fprintf(stderr, "values: a value or a heap could not be made\n");
    exit(1);
}

static void put(struct fmt_sink *sink, const char *text, size_t size)
{
    (void)sink;
    fwrite(text, 1, size, stdout);
}

static void keep(struct value *value)
{
    struct fmt_sink sink = {.put = put};

    need(value && value_count < VALUES_MOST);
    values[value_count++] = value;
    printf("value %s ", tag_name(tag_of(value)));
    value_print(&sink, value, 0);
    printf("\n");
}

static struct value *parse(const char *text)
{
    struct value_error error;
    struct value *value = NULL;

    need(value_parse(&host.tagged, text, strlen(text), &value, &error) == STATUS_OK);
    return value;
}

static void keep_texts(void)
{
    static const char *const texts[] = {
        "0", "-1", "9223372036854775807", "-9223372036854775808", "\"\"", "\"plain\"",
        "\"\\n\\t\\\\\\\"'\\x00\\x7f\\xff end\"", "name", "_a-b.c9", "'9 no name'", "''", "'\\'\\x00'", "#", "#00ff7f",
        "()", "[]", "{}", "(name: \"acre\" sizes: [1 -2 3] map: {\"a\" = b} bytes: #0aff)", "[[[]] [] (a: {})]",
        "{1 = 2 \"1\" = 3 [] = () {} = #00}",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        keep(parse(texts[i]));
}

/* A table with an index, and with slots whose entries were removed. */
static void keep_large_table(void)
{
    struct table_value *table = table_create(&host.tagged);

    need(table);
    for (int i = 0; i < 100; i++)
        need(table_set(&host.tagged, table, integer_as_value(integer_create(&host.tagged, i)),
                       integer_as_value(integer_create(&host.tagged, i * i))) == STATUS_OK);
    for (int i = 0; i < 100; i += 3)
        need(table_remove(&host.tagged, table, integer_as_value(integer_create(&host.tagged, i))) == STATUS_OK);
    keep(table_as_value(table));
}

static void keep_tangles(void)
{
    struct value *inner = parse("[1]"), *shared = parse("(a: 1)"), *cycle = parse("[]");
    struct tuple_value *back = tuple_create(&host.tagged);

    for (int i = 0; i < DEEP; i++) {
        struct vector_value *outer = vector_create(&host.tagged);

        need(vector_push(&host.tagged, outer, inner) == STATUS_OK);
        inner = vector_as_value(outer);
    }
    keep(inner);
    need(vector_push(&host.tagged, (struct vector_value *)cycle, shared) == STATUS_OK);
    need(vector_push(&host.tagged, (struct vector_value *)cycle, tuple_as_value(back)) == STATUS_OK);
    need(vector_push(&host.tagged, (struct vector_value *)cycle, shared) == STATUS_OK);
    need(tuple_set(&host.tagged, back, symbol_from(&host.tagged, "up"), cycle) == STATUS_OK);
    keep(cycle);
    keep(tuple_as_value(back));
}

static void keep_records(void)
{
    struct symbol_value *name = symbol_from(&host.tagged, "general"), *odd = symbol_from(&host.tagged, "no name");

    keep(function_as_value(record_function(&host.tagged, name, (uintptr_t)stop)));
    keep(heap_as_value(record_heap(&host.tagged, name, &general.heap)));
    keep(heap_as_value(record_heap(&host.tagged, odd, &debug.heap)));
    for (uint32_t type = REGION_USABLE; type <= REGION_USABLE + 1; type++)
        keep(region_as_value(record_region(&host.tagged, 0, 1ull << 40, type)));
    for (uint32_t type = REGION_OWN; type <= REGION_TYPE_LIMIT; type++)
        keep(region_as_value(record_region(&host.tagged, 4096, 8192, type)));
    keep(program_as_value(record_program(&host.tagged, odd)));
    keep(fault_as_value(record_fault(&host.tagged, name, 64, string_from(&host.tagged, "no \"page\"\n"))));
    keep(unknown_as_value(record_unknown(&host.tagged, "xyz", 3)));
}

static void keep_heap(struct heap *heap)
{
    need(heap_count < HEAPS_MOST);
    heaps[heap_count++] = heap;
}

static void refuse(void *context, const struct debugheap_fault *fault)
{
    (void)context;
    (void)fault;
    need(false);
}

static void make_heaps(void)
{
    struct debugheap_config strength = {.name = "strong", .parent = &general.heap, .books = &general.heap,
                                        .quarantine = 65536, .fault = refuse};
    struct objcache_config objects = {.name = "objects", .pages = &pages.heap, .size = 48, .align = 16};

    pages_init(&pages, "mmap", 1 << 24);
    general_init(&general, "general", &pages.heap, NULL);
    debugheap_init(&debug, &strength);
    counting_init(&counting, "counted", &debug.heap);
    failing_init(&failing, "failing", &general.heap);
    need(objcache_init(&cache, &objects) == STATUS_OK);
    keep_heap(&pages.heap);
    keep_heap(&general.heap);
    keep_heap(&debug.heap);
    keep_heap(&counting.heap);
    keep_heap(&failing.heap);
    keep_heap(&cache.heap);
}

static void use_heaps(void)
{
    void *freed = heap_new(&debug.heap, 100);

    for (uint64_t size = 1; size < 100000; size *= 3)
        need(heap_new(&general.heap, size) && heap_new(&counting.heap, size));
    for (int i = 0; i < 300; i++)
        need(objcache_new(&cache));
    need(heap_delete(&debug.heap, freed, 100) == STATUS_OK);
    need(!heap_new(&general.heap, 1 << 26) && !heap_new(&pages.heap, 1 << 26));
    failing_set_nth(&failing, 1, false);
    need(!heap_new(&failing.heap, 10));
}

static void tell_heaps(void)
{
    for (uint32_t tag = 1; tag < TAG_COUNT; tag += 6) /* a symbol, a buffer in the shared region, an unknown */
        keep_heap(host.tagged.heap_of(&host.tagged, tag));
    for (uint32_t i = 0; i < heap_count; i++) {
        struct heap_stats s;

        heap_stats(heaps[i], &s);
        printf("heap %s %lu %lu %lu %lu %lu\n", heaps[i]->name, s.allocated, s.objects, s.held, s.metadata, s.failures);
    }
}

static void *id_alloc(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void id_free(void *context, void *p, size_t size)
{
    (void)context;
    (void)size;
    free(p);
}

static void make_ids(void)
{
    struct idheap_config config = {.name = "numbers", .meta = {id_alloc, id_free, NULL}};
    struct idheap_stats s;
    uint64_t id;

    need(idheap_init(&ids, &config) == STATUS_OK && idheap_add(&ids, 1000, 100000) == STATUS_OK);
    for (int i = 0; i < 777; i++)
        need(idheap_alloc(&ids, &id) == STATUS_OK);
    idheap_stats(&ids, &s);
    printf("ids %s %lu - %lu %lu %lu\n", ids.name, s.used, s.total, s.metadata_bytes, s.failures);
}

static void tear(void)
{
    torn_string = string_from(&host.tagged, "good");
    torn_vector = (struct vector_value *)parse("[1 2 3]");
    torn_tuple = (struct tuple_value *)parse("(a: 1 b: 2)");
    good_tuple = (struct tuple_value *)parse("(a: 1 'b c': [2 {3 = 4}] d: (e: f))");
    torn_buffer = (struct buffer_value *)parse("#aabbcc");
    torn_string->size = 0xdfdfdfdf;
    torn_vector->count = torn_vector->capacity + 1;
    torn_tuple->entries.live = 1;
    torn_buffer->bytes = (uint8_t *)0x1000;
    unmapped_value = (struct value *)((uint64_t)TAG_VECTOR << LAYOUT_USER_TAG_SHIFT | 0x123450);
    unmapped_tag = (struct value *)((uint64_t)TAG_USER_SHARED << LAYOUT_USER_TAG_SHIFT | 0x123450);
    unlisted_value = function_as_value(record_function(&host.tagged, symbol_from(&host.tagged, "f"), 1));
    *(uint64_t *)((uintptr_t)unlisted_value - TAG_USER_WORD) = 0x99;
    holder = parse("[before after]");
    need(vector_push(&host.tagged, (struct vector_value *)holder, string_as_value(torn_string)) == STATUS_OK &&
         vector_push(&host.tagged, (struct vector_value *)holder, unmapped_value) == STATUS_OK);
}

int main(void)
{
    tagged_host_init(&host);
    fmt_value = value_print;
    make_heaps();
    use_heaps();
    keep_texts();
    keep_large_table();
    keep_tangles();
    keep_records();
    tear();
    tell_heaps();
    make_ids();
    printf("symbols %u\n", host.tagged.symbol_count);
    fflush(stdout);
    stop();
    return 0;
}
