/* SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"

#include "backed.h"
#include "panic.h"
#include "say.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"
#include "x86_64/protocol.h"

#define LIVE 64 /* spans that lie around; every other one is freed again, so that there are gaps */
#define ROUNDS 1024

static void need(enum status status)
{
    if (status != STATUS_OK)
        panic("bench: %s", status_text(status));
}

/* What reading the counter twice costs by itself. */
static uint64_t empty_ticks(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < ROUNDS; i++) {
        uint64_t from = cpu_tsc();

        sum += cpu_tsc() - from;
    }
    return sum;
}

/* Spans of one size, allocated and freed ROUNDS times. */
static void measure(struct heap *heap, uint64_t size, uint64_t *allocating, uint64_t *freeing)
{
    *allocating = *freeing = 0;
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t base, first = cpu_tsc(), second, third;
        enum status got = heap_alloc(heap, size, 1, &base), given;

        second = cpu_tsc();
        need(got);
        given = heap_free(heap, base, size);
        third = cpu_tsc();
        need(given);
        *allocating += second - first;
        *freeing += third - second;
    }
}

void bench_heaps(void)
{
    uint64_t live[LIVE], allocating, freeing, empty = empty_ticks();

    for (int i = 0; i < LIVE; i++)
        need(heap_alloc(&backed.heap, LAYOUT_FRAME_SIZE, 1, &live[i]));
    for (int i = 0; i < LIVE; i += 2)
        need(heap_free(&backed.heap, live[i], LAYOUT_FRAME_SIZE));
    measure(&backed.heap, LAYOUT_FRAME_SIZE, &allocating, &freeing);
    for (int i = 1; i < LIVE; i += 2)
        need(heap_free(&backed.heap, live[i], LAYOUT_FRAME_SIZE));
    say(PROTO_BENCH "backed-alloc %lu\n", (allocating - empty) / ROUNDS);
    say(PROTO_BENCH "backed-free %lu\n", (freeing - empty) / ROUNDS);
}
