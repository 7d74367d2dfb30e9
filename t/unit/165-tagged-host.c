/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Linux program with tagged values: tags at real addresses, pages from mmap and back, memory for each tag as the
 * heaps tell it and as the kernel of this machine does.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/tagged_host.h"
#include "runtime/buffer.h"
#include "runtime/record.h"
#include "runtime/scalar.h"
#include "runtime/symbol.h"
#include "runtime/table.h"
#include "runtime/tuple.h"
#include "runtime/value_text.h"
#include "runtime/vector.h"
#include "runtime/view.h"
#include "tagged_maps.h"

static struct tagged_host host;
static struct tagged *const t = &host.tagged;

/* What mapped_in should say, by the statistics of the tags' heaps, the others' page heaps included. */
static uint64_t held_in(uint32_t region)
{
    struct heap_stats stats, pages;
    uint64_t sum = 0;

    for (uint32_t tag = 1; tag < TAG_COUNT; tag++) {
        if (tag_user_region(tag) != region || !host.heaps[tag].heap.ops)
            continue;
        heap_stats(&host.heaps[tag].heap, &stats);
        heap_stats(&host.heaps[tag].pages, &pages);
        if (stats.held != pages.allocated || stats.held < stats.allocated)
            tap_note("tag %s: held %" PRIu64 ", pages %" PRIu64 ", allocated %" PRIu64, tag_name(tag), stats.held,
                     pages.allocated, stats.allocated);
        sum += stats.held;
    }
    return sum;
}

/* Without /proc there is nothing to agree with. */
static bool agrees(void)
{
    bool good = true;

    for (uint32_t region = 1; maps_readable() && region <= TAG_USER_SHARED; region++) {
        if (mapped_in(region) == held_in(region))
            continue;
        tap_note("region %u: %" PRIu64 " bytes mapped, %" PRIu64 " held", region, mapped_in(region), held_in(region));
        good = false;
    }
    return good;
}

static bool all_empty(void)
{
    uint64_t sum = 0;

    for (uint32_t region = 1; region <= TAG_USER_SHARED; region++)
        sum += mapped_in(region);
    return sum == 0;
}

/* A point about what Linux says is mapped. */
static void mapped_ok(bool good, const char *what)
{
    if (maps_readable())
        tap_ok(good, "%s", what);
    else
        tap_skip(what, "needs /proc");
}

static struct value *parse(const char *text)
{
    struct value_error error;
    struct value *value = NULL;

    if (value_parse(t, text, strlen(text), &value, &error) != STATUS_OK)
        tap_note("%s at %zu", error.what, error.offset);
    return value;
}

static void test_example(void)
{
    const char *text = "(name: \"Acre\" heaps: [physical general] sizes: {1 = #01 2 = #0002})";
    struct value *value = parse(text);
    char printed[128];

    fmt_text(printed, sizeof printed, "%pv", (void *)value);
    tap_is_text(printed, text, "a value is read and printed");
    tap_is_u64((uint64_t)value >> LAYOUT_USER_TAG_SHIFT, TAG_TUPLE, "a tuple has its tag at bit 44");
    tap_is_u64(tag_of(value), TAG_TUPLE, "and tag_of sees it");
    value = table_get(value_as_table(tuple_get(value_as_tuple(value), symbol_from(t, "sizes"))),
                      integer_as_value(integer_create(t, 2)));
    tap_is_u64((uint64_t)value >> LAYOUT_USER_TAG_SHIFT, TAG_USER_SHARED, "a buffer is in the shared region");
    tap_is_u64(tag_of(value), TAG_BUFFER, "with its tag in the word before it");
    tap_is_u64(((uint64_t *)value)[-2], TAG_BUFFER, "16 bytes before, where a debugger finds it");
    mapped_ok(agrees(), "/proc/self/maps and the heaps agree");
    tagged_host_fini(&host);
    mapped_ok(all_empty(), "nothing is mapped at the end");
}

/* One value of each tag, and each by its address alone. */
static void test_every_tag(void)
{
    struct symbol_value *name = symbol_from(t, "name");
    struct value *values[TAG_COUNT] = {
        [TAG_SYMBOL] = symbol_as_value(name),
        [TAG_TUPLE] = tuple_as_value(tuple_create(t)),
        [TAG_TABLE] = table_as_value(table_create(t)),
        [TAG_VECTOR] = vector_as_value(vector_create(t)),
        [TAG_STRING] = string_as_value(string_from(t, "text")),
        [TAG_INTEGER] = integer_as_value(integer_create(t, 1)),
        [TAG_BUFFER] = buffer_as_value(buffer_create(t)),
        [TAG_FUNCTION] = function_as_value(record_function(t, name, 1)),
        [TAG_HEAP] = heap_as_value(record_heap(t, name, t->heap_of(t, TAG_HEAP))),
        [TAG_REGION] = region_as_value(record_region(t, 1, 2, 3)),
        [TAG_PROGRAM] = program_as_value(record_program(t, name)),
        [TAG_FAULT] = fault_as_value(record_fault(t, name, 1, string_from(t, "text"))),
        [TAG_UNKNOWN] = unknown_as_value(record_unknown(t, "1", 1)),
        [TAG_VIEW] = view_as_value(view_create(t, VIEW_HERE, 1, 0)),
    };
    unsigned wrong = 0;

    for (uint32_t tag = 1; tag < TAG_COUNT; tag++) {
        wrong += !values[tag] || tag_of(values[tag]) != tag;
        wrong += (uint64_t)values[tag] >> LAYOUT_USER_TAG_SHIFT != tag_user_region(tag);
    }
    tap_is_u64(wrong, 0, "each of the 13 tags in its region");
    mapped_ok(agrees(), "/proc/self/maps and the heaps agree");
    for (uint32_t tag = 1; tag < TAG_COUNT; tag++)
        value_destroy(t, values[tag]);
    symbol_free_all(t);
    mapped_ok(all_empty(), "the last object of each takes its pages along");
}

/* Many values and large ones; the two counts agree at every step. */
static void test_many(void)
{
    struct vector_value *vector = vector_create(t);
    struct buffer_value *buffer = buffer_create(t);
    unsigned wrong = 0;

    for (uint32_t i = 0; i < 200000; i++) {
        struct value *value = i % 2 ? integer_as_value(integer_create(t, i)) : string_as_value(string_from(t, "text"));

        wrong += vector_push(t, vector, value) != STATUS_OK;
        wrong += buffer_append(t, buffer, "1234567890", 10) != STATUS_OK;
        if (i % 20000 == 0)
            wrong += !agrees();
    }
    tap_is_u64(wrong, 0, "200,000 values in a vector of 1.6 MB, beside a buffer of 2 MB");
    mapped_ok(mapped_in(TAG_USER_SHARED) > 2000000 && mapped_in(TAG_VECTOR) > 1600000, "which are mapped");
    value_destroy(t, buffer_as_value(buffer));
    value_destroy(t, vector_as_value(vector));
    mapped_ok(all_empty(), "and unmapped when they are destroyed");
}

/* What others mapped in the window is gone around, and left alone. */
static void test_foreign(void)
{
    uint8_t *at = (uint8_t *)window_base(TAG_INTEGER);
    void *foreign = mmap(at, 3 * SLAB_ALIGN, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    struct integer_value *integer;

    tap_ok(foreign == at, "a mapping of somebody else's at the start of a window");
    memset(at, 0x5a, 3 * SLAB_ALIGN);
    integer = integer_create(t, 1);
    tap_ok(integer && tag_of(integer_as_value(integer)) == TAG_INTEGER, "an integer all the same");
    tap_ok((uint8_t *)integer >= at + 3 * SLAB_ALIGN && at[0] == 0x5a && at[3 * SLAB_ALIGN - 1] == 0x5a, "elsewhere");
    value_free(t, integer_as_value(integer));
    munmap(at, 3 * SLAB_ALIGN);
    mapped_ok(all_empty(), "nothing is left");
}

/* With so little address space that mmap soon refuses: no value, no harm, and everything again afterwards. */
static void test_refused(void)
{
    struct rlimit old, little;
    struct buffer_value *buffer = buffer_create(t);
    struct integer_value *integer;
    enum status status;

    getrlimit(RLIMIT_AS, &old);
    little = (struct rlimit){.rlim_cur = 1 << 20, .rlim_max = old.rlim_max};
    setrlimit(RLIMIT_AS, &little);
    status = buffer_resize(t, buffer, 100 << 20);
    integer = integer_create(t, 1);
    setrlimit(RLIMIT_AS, &old);
    tap_is_u64(status, STATUS_NO_MEMORY, "a buffer cannot grow when mmap refuses");
    tap_ok(!integer && buffer->size == 0, "nor is there an integer, and the buffer is as it was");
    mapped_ok(agrees(), "/proc/self/maps and the heaps agree");
    tap_ok(buffer_resize(t, buffer, 100 << 20) == STATUS_OK && integer_create(t, 1), "afterwards there are both");
    tagged_host_fini(&host);
}

/* The page behind a span faults: a child that writes there must die of it. */
static void test_guard(void)
{
    struct buffer_value *buffer = buffer_create(t);
    uint64_t limit;
    int status = 0;
    pid_t child;

    if (buffer_resize(t, buffer, 1 << 20) != STATUS_OK)
        tap_note("no buffer");
    limit = ((uint64_t)buffer->bytes + buffer->capacity + LAYOUT_FRAME_SIZE - 1) & ~(uint64_t)(LAYOUT_FRAME_SIZE - 1);
    fflush(stdout);
    child = fork();
    if (!child) {
        struct rlimit none = {0, 0};

        setrlimit(RLIMIT_CORE, &none);
        signal(SIGSEGV, SIG_DFL);
        *(volatile uint8_t *)(limit - 1) = 1;
        *(volatile uint8_t *)limit = 1;
        _exit(0);
    }
    waitpid(child, &status, 0);
    tap_ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV, "a write behind a large object's pages faults");
    tagged_host_fini(&host);
    mapped_ok(all_empty(), "nothing is left");
}

int main(void)
{
    void *probe = mmap((void *)window_base(1), LAYOUT_FRAME_SIZE, PROT_READ,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (probe != (void *)window_base(1))
        tap_skip_all("this process cannot map memory at 0x%" PRIx64, window_base(1));
    munmap(probe, LAYOUT_FRAME_SIZE);
    fmt_value = value_print;
    tagged_host_init(&host);
    tap_plan(8 + 3 + 3 + 4 + 4 + 2);
    test_example();
    test_every_tag();
    test_many();
    test_foreign();
    test_refused();
    test_guard();
    return tap_done();
}
