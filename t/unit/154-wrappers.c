/* SPDX-License-Identifier: Apache-2.0 */
/* The heap that fails when it is told to, and the heap that counts. */
#include "heap_world.h"

#include "runtime/general.h"

static struct world world;
static struct general general;
static struct failing failing;
static struct counting counting;

/* How many of a hundred allocations failed, as a text of . and F. */
static const char *pattern(uint32_t count)
{
    static char text[101];
    uint64_t base;

    for (uint32_t i = 0; i < count; i++) {
        enum status status = heap_alloc(&failing.heap, 32, 1, &base);

        text[i] = status == STATUS_OK ? '.' : status == STATUS_NO_MEMORY ? 'F' : '?';
        if (status == STATUS_OK && heap_free(&failing.heap, base, 32) != STATUS_OK)
            text[i] = '!';
    }
    text[count] = '\0';
    return text;
}

static uint32_t fails_in(const char *text)
{
    uint32_t count = 0;

    for (; *text; text++)
        count += *text == 'F';
    return count;
}

static void test_failing(void)
{
    char first[101];
    uint64_t base = 0;

    failing_init(&failing, "failing", &general.heap);
    tap_is_text(pattern(5), ".....", "at first nothing fails");
    failing_set_nth(&failing, 3, false);
    tap_is_text(pattern(5), "..F..", "the third, once");
    failing_set_nth(&failing, 2, true);
    tap_is_text(pattern(5), ".FFFF", "the second and all after it");
    failing_set_nth(&failing, 1, false);
    tap_is_text(pattern(3), "F..", "the first");
    failing_set_nth(&failing, 0, true);
    tap_is_text(pattern(3), "...", "none");
    failing_set_percent(&failing, 30, 7);
    strcpy(first, pattern(100));
    tap_ok(fails_in(first) > 10 && fails_in(first) < 50, "thirty of a hundred (%u)", fails_in(first));
    failing_set_percent(&failing, 30, 7);
    tap_is_text(pattern(100), first, "the same with the same seed");
    failing_set_percent(&failing, 100, 7);
    tap_is_text(pattern(5), "FFFFF", "all");
    failing_set_percent(&failing, 0, 7);
    tap_is_text(pattern(5), ".....", "none again");
    tap_ok(heap_alloc(&failing.heap, 32, 1, &base) == STATUS_OK, "frees do not fail");
    failing.frees = true;
    failing_set_nth(&failing, 1, false);
    tap_ok(heap_free(&failing.heap, base, 32) == STATUS_NO_MEMORY, "unless they are to");
    tap_ok(heap_free(&failing.heap, base, 32) == STATUS_OK, "and then once");
    tap_is_u64(failing.failed, 1 + 4 + 1 + 2 * fails_in(first) + 5 + 1, "failures are counted");
    tap_is_u64(stats_of(&failing.heap).failures, failing.failed - 1, "those of allocations by the heap as well");
}

static void test_counting(void)
{
    uint64_t a = 0, b = 0, before = 0;

    tap_ok(heap_alloc(&general.heap, 16, 1, &before) == STATUS_OK, "something is in use before");
    counting_init(&counting, "counting", &general.heap);
    tap_ok(counting_is_clean(&counting), "which does not count");
    tap_ok(heap_alloc(&counting.heap, 32, 1, &a) == STATUS_OK && heap_alloc(&counting.heap, 64, 64, &b) == STATUS_OK &&
               b % 64 == 0, "two spans");
    tap_ok(counting.spans == 2 && counting.units == 96 && counting.allocations == 2, "are counted");
    tap_ok(heap_alloc(&counting.heap, UINT64_MAX, 1, &a) == STATUS_INVALID && counting.refused_allocations == 1,
           "a refusal is");
    tap_ok(heap_free(&counting.heap, b, 32) == STATUS_INVALID && counting.refused_frees == 1, "a refused free is");
    tap_ok(heap_free(&counting.heap, b, HEAP_ANY_SIZE) == STATUS_OK && counting.units == 32 && counting.frees == 1,
           "a free without a size is");
    tap_ok(!counting_is_clean(&counting), "one is still in use");
    tap_ok(heap_alloc(&counting.heap, 48, 1, &b) == STATUS_OK && heap_free(&counting.heap, b, 48) == STATUS_OK &&
               counting.peak == 96, "the peak stays");
    tap_ok(heap_free(&counting.heap, a, 32) == STATUS_OK && counting_is_clean(&counting), "all came back");
    tap_is_u64(stats_of(&counting.heap).allocated, 16, "its statistics are the parent's");
    tap_ok(heap_free(&general.heap, before, 16) == STATUS_OK && !counting_is_clean(&counting),
           "a parent that counts otherwise is found out");
}

/* Wrappers hand on whom a call is made for. */
static const void *caller;

static enum status noting_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    caller = heap->caller;
    *base = size + align;
    return STATUS_OK;
}

static enum status noting_free(struct heap *heap, uint64_t base, uint64_t size)
{
    (void)base;
    (void)size;
    caller = heap->caller;
    return STATUS_OK;
}

static void noting_stats(const struct heap *heap, struct heap_stats *stats)
{
    (void)heap;
    (void)stats;
}

static void test_callers(void)
{
    static const struct heap_ops ops = {noting_alloc, noting_free, noting_stats};
    struct heap noting = {.ops = &ops, .name = "noting"};
    uint64_t base;

    failing_init(&failing, "failing", &noting);
    counting_init(&counting, "counting", &failing.heap);
    heap_call_for(&counting.heap, &base);
    tap_ok(heap_alloc(&counting.heap, 1, 1, &base) == STATUS_OK && caller == &base, "through both on allocation");
    heap_call_for(&counting.heap, &base);
    tap_ok(heap_free(&counting.heap, base, 1) == STATUS_OK && caller == &base, "and on free");
    tap_ok(heap_free(&counting.heap, base, 1) == STATUS_OK && caller && caller != &base && !counting.heap.caller &&
               !failing.heap.caller && !noting.caller, "for one call only");
}

/* One before the other, over a general heap; what that refuses they hand on. */
static bool use_wrappers(struct world *in, bool *wrong)
{
    bool had;

    general_init(&general, "general", &in->counting.heap, NULL);
    failing_init(&failing, "failing", &general.heap);
    counting_init(&counting, "counting", &failing.heap);
    had = world_use(&counting.heap, 1, 30000, wrong);
    *wrong |= !counting_is_clean(&counting) || counting.allocations != counting.frees || failing.failed;
    *wrong |= had != !counting.refused_allocations;
    *wrong |= general_fini(&general) != STATUS_OK;
    return had;
}

int main(void)
{
    tap_plan(14 + 12 + 3 + 1 + 1);
    world_init(&world, UINT64_MAX);
    general_init(&general, "general", &world.counting.heap, NULL);
    test_failing();
    test_counting();
    test_callers();
    tap_ok(general_fini(&general) == STATUS_OK && world_fini(&world), "nothing is left");
    world_fail_each("wrappers", use_wrappers);
    return tap_done();
}
