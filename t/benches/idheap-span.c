/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans of 1..512 ids of an id heap over 16 GiB of 4 KiB pages at half occupancy, in random order, after a million
 * operations have fragmented it.  With an argument, so many operations only, each allocation
 * a part of its own: a hundred times slower.
 */
#include "bench.h"

#include "host/nodes.h"
#include "runtime/idheap.h"

#define IDS (1u << 22)
#define LARGEST 512u
#define FRAGMENTING 1000000u
#define ROUNDS 1000000u

struct span {
    uint64_t base, count;
};

static struct span spans[IDS];
static uint64_t live, used;
static bool each;

MEASURED(alloc, enum status, (struct idheap * heap, const struct idheap_request *request, uint64_t *base),
         idheap_alloc_span(heap, request, base), STATUS_OK)
MEASURED(free, enum status, (struct idheap * heap, uint64_t base, uint64_t count),
         idheap_free_span(heap, base, count), STATUS_OK)

/* One operation: what brings occupancy back to a half. */
static void operate(struct idheap *heap, bool measured)
{
    struct span *span;
    enum status status;

    if (used < IDS / 2) {
        struct idheap_request request = {.count = 1 + bench_below(LARGEST)};

        span = &spans[live++];
        span->count = request.count;
        if (measured && each)
            bench_part_start();
        status = measured ? measured_alloc(heap, &request, &span->base)
                          : idheap_alloc_span(heap, &request, &span->base);
        if (measured && each)
            bench_part_end();
        used += span->count;
    } else {
        span = &spans[bench_below(live)];
        used -= span->count;
        status = measured ? measured_free(heap, span->base, span->count)
                          : idheap_free_span(heap, span->base, span->count);
        *span = spans[--live];
    }
    BENCH_MUST(status == STATUS_OK);
}

int main(int argc, char **argv)
{
    struct idheap_config config = {.name = "bench", .meta = nodes_from_malloc()};
    struct idheap_request request = {.count = 1};
    struct idheap heap;
    uint64_t base = 0;

    BENCH_MUST(idheap_init(&heap, &config) == STATUS_OK && idheap_add(&heap, 0, IDS) == STATUS_OK);
    while (used < IDS / 2)
        operate(&heap, false);
    for (uint32_t i = 0; i < FRAGMENTING; i++)
        operate(&heap, false);
    bench_start();
    BENCH_MUST(measured_alloc_empty(&heap, &request, &base) == STATUS_OK);
    BENCH_MUST(measured_free_empty(&heap, base, 1) == STATUS_OK);
    each = argc > 1;
    for (uint64_t n = each ? strtoull(argv[1], NULL, 0) : ROUNDS; n; n--)
        operate(&heap, true);
    bench_end();
    BENCH_REPORT(alloc);
    BENCH_REPORT(free);
    return 0;
}
