/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime library with its tagged regions, three bits at bit 44: values of every tag are made, printed, walked,
 * read back and freed, and the memory of each region is what the heaps and /proc/self/maps say, both.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "buffer.h"
#include "record.h"
#include "scalar.h"
#include "symbol.h"
#include "table.h"
#include "tagged_host.h"
#include "tuple.h"
#include "value_text.h"
#include "vector.h"
#include "view.h"

#include "../unit/tagged_maps.h"

#define MANY 20000

static struct tagged_host host;
static struct tagged *const t = &host.tagged;
static sigjmp_buf back;
static uint64_t fault_at;

static void need(bool good, const char *what)
{
    if (good)
        return;
    printf("not so: %s\n", what);
    exit(1);
}

static uint64_t held_in(uint32_t region)
{
    struct heap_stats stats;
    uint64_t sum = 0;

    for (uint32_t tag = 1; tag < TAG_COUNT; tag++) {
        if (tag_user_region(tag) != region || !host.heaps[tag].heap.ops)
            continue;
        heap_stats(&host.heaps[tag].heap, &stats);
        sum += stats.held;
    }
    return sum;
}

static void print_memory(const char *when)
{
    printf("memory, %s:", when);
    for (uint32_t region = 1; region <= TAG_USER_SHARED; region++) {
        need(mapped_in(region) != UINT64_MAX, "/proc/self/maps can be read");
        printf(" %" PRIu64, mapped_in(region));
        need(mapped_in(region) == held_in(region), "the heaps and the maps agree");
    }
    printf("\n");
}

static void print_value(const struct value *value)
{
    static char text[4096];

    fmt_text(text, sizeof text, "%pv", (const void *)value);
    printf("%s: region %" PRIu64 ", %s\n", tag_name(tag_of(value)), (uint64_t)value >> LAYOUT_USER_TAG_SHIFT, text);
}

static void every_tag(void)
{
    struct symbol_value *name = symbol_from(t, "name");
    struct value *values[TAG_COUNT] = {
        [TAG_SYMBOL] = symbol_as_value(name),
        [TAG_TUPLE] = tuple_as_value(tuple_create(t)),
        [TAG_TABLE] = table_as_value(table_create(t)),
        [TAG_VECTOR] = vector_as_value(vector_create(t)),
        [TAG_STRING] = string_as_value(string_from(t, "text \n \x7f")),
        [TAG_INTEGER] = integer_as_value(integer_create(t, INT64_MIN)),
        [TAG_BUFFER] = buffer_as_value(buffer_create(t)),
        [TAG_FUNCTION] = function_as_value(record_function(t, name, 0x1234)),
        [TAG_HEAP] = heap_as_value(record_heap(t, name, t->heap_of(t, TAG_HEAP))),
        [TAG_REGION] = region_as_value(record_region(t, 0x1000, 0x9f000, 1)),
        [TAG_PROGRAM] = program_as_value(record_program(t, name)),
        [TAG_FAULT] = fault_as_value(record_fault(t, name, 1, string_from(t, "text"))),
        [TAG_UNKNOWN] = unknown_as_value(record_unknown(t, "123", 3)),
        [TAG_VIEW] = view_as_value(view_create(t, VIEW_HERE, 1, 0)),
    };

    for (uint32_t tag = 1; tag < TAG_COUNT; tag++) {
        need(values[tag] && tag_of(values[tag]) == tag, "a value has its tag");
        print_value(values[tag]);
    }
    print_memory("a value of each tag");
    for (uint32_t tag = 1; tag < TAG_COUNT; tag++)
        value_destroy(t, values[tag]);
    symbol_free_all(t);
    print_memory("none");
}

static void read_and_walk(void)
{
    static const char text[] = "(name: \"Acre\" heaps: [physical general] sizes: {1 = #01 \"two\" = #0002} far: -7)";
    struct value_error error;
    struct symbol_value *name;
    struct entries_walk walk;
    struct value *whole, *value, *key;
    struct tuple_value *tuple;

    need(value_parse(t, text, strlen(text), &whole, &error) == STATUS_OK, "a text is read");
    print_value(whole);
    tuple = value_as_tuple(whole);
    tuple_walk_start(&walk, tuple);
    while (tuple_walk_next(&walk, &name, &value)) {
        printf("%s -> ", name->text);
        print_value(value);
    }
    table_walk_start(&walk, value_as_table(tuple_get(tuple, symbol_from(t, "sizes"))));
    while (table_walk_next(&walk, &key, &value)) {
        print_value(key);
        print_value(value);
    }
    value = tuple_get(tuple, symbol_from(t, "heaps"));
    need(tuple_remove(t, tuple, symbol_from(t, "heaps")) == STATUS_OK, "a name is taken out");
    value_destroy(t, value);
    print_value(whole);
    print_memory("a tuple");
    value_destroy(t, whole);
    symbol_free_all(t);
    print_memory("none");
}

static void many(void)
{
    struct vector_value *vector = vector_create(t);
    struct buffer_value *buffer = buffer_create(t);
    struct vector_walk walk;
    struct value *value;
    int64_t sum = 0;

    for (uint32_t i = 0; i < MANY; i++) {
        value = i % 2 ? integer_as_value(integer_create(t, i)) : string_as_value(string_from(t, "text"));
        need(vector_push(t, vector, value) == STATUS_OK, "an item more");
        need(buffer_append(t, buffer, "1234567890", 10) == STATUS_OK, "ten bytes more");
    }
    vector_walk_start(&walk, vector);
    while ((value = vector_walk_next(&walk)))
        sum += tag_of(value) == TAG_INTEGER ? value_as_integer(value)->number : value_as_string(value)->size;
    printf("%u values, sum %" PRId64 ", buffer of %u bytes\n", vector->count, sum, buffer->size);
    print_memory("many values");
    value_destroy(t, buffer_as_value(buffer));
    value_destroy(t, vector_as_value(vector));
    print_memory("none");
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    fault_at = (uint64_t)info->si_addr;
    siglongjmp(back, 1);
}

/* The page behind a large object is not mapped. */
static void guard(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    struct buffer_value *buffer = buffer_create(t);
    uint64_t limit;

    sigaction(SIGSEGV, &action, NULL);
    need(buffer_resize(t, buffer, 1 << 20) == STATUS_OK, "a buffer of 1 MiB");
    limit = ((uint64_t)buffer->bytes + buffer->capacity + LAYOUT_FRAME_SIZE - 1) & ~(uint64_t)(LAYOUT_FRAME_SIZE - 1);
    *(volatile uint8_t *)(limit - 1) = 1;
    if (!sigsetjmp(back, 1))
        *(volatile uint8_t *)limit = 1;
    printf("a write behind it: fault %s\n", fault_at == limit ? "there" : "elsewhere or none");
    value_destroy(t, buffer_as_value(buffer));
    print_memory("none");
}

/* Somebody else's mapping at the start of a window is gone around. */
static void foreign(void)
{
    uint8_t *at = (uint8_t *)window_base(TAG_INTEGER);
    struct integer_value *integer;

    need(mmap(at, SLAB_ALIGN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == at,
         "a mapping in a window");
    integer = integer_create(t, 1);
    need(integer && (uint8_t *)integer >= at + SLAB_ALIGN, "an integer behind it");
    print_value(integer_as_value(integer));
    value_free(t, integer_as_value(integer));
    munmap(at, SLAB_ALIGN);
    print_memory("none");
}

/* mmap refuses: no value, no harm. */
static void refused(void)
{
    struct rlimit old, little = {.rlim_cur = 1 << 16};
    struct buffer_value *buffer = buffer_create(t);
    enum status status;

    getrlimit(RLIMIT_AS, &old);
    little.rlim_max = old.rlim_max;
    setrlimit(RLIMIT_AS, &little);
    status = buffer_resize(t, buffer, 32 << 20);
    setrlimit(RLIMIT_AS, &old);
    printf("with little address space: %s, %u bytes\n", status_text(status), buffer->size);
    printf("afterwards: %s, ", status_text(buffer_resize(t, buffer, 2 << 20)));
    printf("%u bytes\n", buffer->size);
    print_memory("2 MiB");
    tagged_host_fini(&host);
    for (uint32_t region = 1; region <= TAG_USER_SHARED; region++)
        need(mapped_in(region) == 0, "nothing is left");
}

static _Noreturn void on_value_fault(const struct value_fault *fault)
{
    printf("value fault: %s, wanted %s, found %s\n", fault->what, tag_name(fault->wanted), tag_name(fault->found));
    exit(7);
}

int main(void)
{
    fmt_value = value_print;
    value_fault_hook = on_value_fault;
    tagged_host_init(&host);
    every_tag();
    read_and_walk();
    many();
    guard();
    foreign();
    refused();
    tagged_host_init(&host);
    value_as_tuple(integer_as_value(integer_create(t, 1)));
    return 0;
}
