/* SPDX-License-Identifier: Apache-2.0 */
/* Heaps that hand on what they are asked: one fails calls on purpose, one counts them. */
#include "host_heap.h"

#include "runtime/counting.h"
#include "runtime/failing.h"

#define CALLS 10

/* Makes CALLS allocations; a letter for each, '.' done, 'x' failed.  All of it is given back. */
static const char *calls(struct heap *heap)
{
    static char letters[CALLS + 1];
    uint64_t bases[CALLS], count = 0;

    for (unsigned i = 0; i < CALLS; i++) {
        enum status status = heap_alloc(heap, 32, 1, &bases[count]);

        letters[i] = status == STATUS_OK ? '.' : status == STATUS_NO_MEMORY ? 'x' : '?';
        count += status == STATUS_OK;
    }
    while (count--)
        if (heap_free(heap, bases[count], 32) != STATUS_OK)
            letters[0] = '!';
    return letters;
}

static void test_nth(void)
{
    struct host_heap host;
    struct failing failing;

    host_heap_init(&host);
    failing_init(&failing, "failing", &host.heap);
    tap_is_text(calls(&failing.heap), "..........", "at first nothing fails");
    failing_set_nth(&failing, 4, false);
    tap_is_text(calls(&failing.heap), "...x......", "the fourth call fails");
    failing_set_nth(&failing, 1, false);
    tap_is_text(calls(&failing.heap), "x.........", "the first");
    failing_set_nth(&failing, 4, true);
    tap_is_text(calls(&failing.heap), "...xxxxxxx", "the fourth and all after it");
    tap_is_text(calls(&failing.heap), "xxxxxxxxxx", "and for ever");
    failing_set_nth(&failing, 0, true);
    tap_is_text(calls(&failing.heap), "..........", "until it is told otherwise");
    tap_is_u64(failing.failed, 1 + 1 + 7 + 10, "failures are counted");
    tap_ok(failing.calls == 6 * CALLS && host.allocs == failing.calls - failing.failed, "and do not reach the parent");
    tap_is_u64(host.count, 0, "nothing is left");
}

/* Compared as addresses: what a heap says by itself is code. */
static const char caller[] = "caller";

static void test_frees(void)
{
    struct host_heap host;
    struct failing failing;
    struct heap_stats stats;
    uint64_t base;

    host_heap_init(&host);
    failing_init(&failing, "failing", &host.heap);
    failing_set_nth(&failing, 2, true);
    heap_call_for(&failing.heap, caller);
    tap_ok(heap_alloc(&failing.heap, 48, 16, &base) == STATUS_OK && host.caller == caller,
           "the parent hears whom an allocation is for");
    heap_stats(&failing.heap, &stats);
    tap_is_u64(stats.allocated, 48, "the parent's figures are its own");
    failing.frees = true;
    tap_ok(heap_free(&failing.heap, base, 48) == STATUS_NO_MEMORY && host.count == 1, "a free may fail as well");
    failing_set_nth(&failing, 0, false);
    tap_ok(heap_free(&failing.heap, base, 48) == STATUS_OK && host.count == 0, "or not");
}

/* The same seed fails the same calls; over many calls the share is what was asked for. */
static void test_percent(void)
{
    struct host_heap host;
    struct failing failing;
    char first[CALLS + 1];

    host_heap_init(&host);
    failing_init(&failing, "failing", &host.heap);
    failing_set_percent(&failing, 100, 1);
    tap_is_text(calls(&failing.heap), "xxxxxxxxxx", "a hundred of a hundred fail");
    failing_set_percent(&failing, 50, 1);
    strcpy(first, calls(&failing.heap));
    tap_ok(strchr(first, 'x') && strchr(first, '.'), "half of them: '%s'", first);
    failing_set_percent(&failing, 50, 1);
    tap_is_text(calls(&failing.heap), first, "the same with the same seed");
    failing_set_percent(&failing, 30, 7);
    failing.failed = 0;
    for (unsigned i = 0; i < 1000; i++)
        calls(&failing.heap);
    tap_ok(failing.failed > 2700 && failing.failed < 3300, "of ten thousand three in ten: %u", (unsigned)failing.failed);
    failing_set_percent(&failing, 0, 1);
    tap_is_text(calls(&failing.heap), "..........", "none of a hundred");
}

static void test_counting(void)
{
    struct host_heap host;
    struct counting counting;
    struct heap_stats stats;
    uint64_t a, b, before;

    host_heap_init(&host);
    if (heap_alloc(&host.heap, 100, 1, &before) != STATUS_OK)
        abort();
    counting_init(&counting, "counting", &host.heap);
    tap_ok(counting_is_clean(&counting), "what the parent gave out before does not count");
    heap_call_for(&counting.heap, caller);
    tap_ok(heap_alloc(&counting.heap, 64, 1, &a) == STATUS_OK && host.caller == caller,
           "the parent hears whom an allocation is for");
    tap_ok(heap_alloc(&counting.heap, 32, 1, &b) == STATUS_OK && host.caller != caller,
           "the next one is for somebody else");
    tap_ok(counting.spans == 2 && counting.units == 96 && counting.peak == 96, "two spans are live");
    tap_ok(heap_free(&counting.heap, a + 1, 64) == STATUS_NOT_OWNED && counting.spans == 2, "a wrong free is none");
    tap_ok(heap_free(&counting.heap, a, HEAP_ANY_SIZE) == STATUS_OK && counting.units == 32, "one is freed, 32 units left");
    tap_ok(!counting_is_clean(&counting), "which is not clean");
    host.limit = 150;
    tap_ok(heap_alloc(&counting.heap, 64, 1, &a) == STATUS_NOT_FOUND && counting.refused_allocations == 1, "a refusal");
    tap_ok(heap_alloc(&counting.heap, 16, 1, &a) == STATUS_OK && counting.peak == 96, "the peak stays");
    heap_stats(&counting.heap, &stats);
    tap_is_u64(stats.allocated, 148, "the parent's figures are its own");
    tap_ok(heap_free(&counting.heap, a, 16) == STATUS_OK && heap_free(&counting.heap, b, 32) == STATUS_OK &&
               counting_is_clean(&counting) && counting.allocations == counting.frees && counting.refused_frees == 1,
           "everything came back");
    if (heap_alloc(&counting.heap, 16, 1, &a) != STATUS_OK)
        abort();
    host.loses = true;
    tap_ok(heap_free(&counting.heap, a, 16) == STATUS_OK && !counting.spans && !counting_is_clean(&counting),
           "a parent that loses units is found out");
    tap_ok(heap_free(&host.heap, before, 100) == STATUS_OK, "the parent has its own back");
}

int main(void)
{
    tap_plan(9 + 4 + 5 + 13);
    test_nth();
    test_frees();
    test_percent();
    test_counting();
    return tap_done();
}
