/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single ids of an id heap over 16 GiB of 4 KiB pages.
 *
 *   idheap-one half    half of all ids in use, scattered at random: ids are freed and allocated in random order
 *   idheap-one bottom  8 GiB filled from the bottom, nothing free below; then churned in random order
 */
#include "bench.h"

#include "host/nodes.h"
#include "runtime/idheap.h"

#define IDS (1u << 22)
#define ROUNDS 1000000u
#define BATCH 1000u

static uint64_t used[IDS]; /* the ids that are in use, in random order once shuffled */
static uint64_t count;

MEASURED(alloc, enum status, (struct idheap * heap, uint64_t *id), idheap_alloc(heap, id), STATUS_OK)
MEASURED(free, enum status, (struct idheap * heap, uint64_t id), idheap_free(heap, id), STATUS_OK)

static void shuffle(void)
{
    for (uint64_t i = count; i > 1; i--) {
        uint64_t k = bench_below(i), id = used[k];

        used[k] = used[i - 1];
        used[i - 1] = id;
    }
}

static void fill(struct idheap *heap, uint64_t ids)
{
    struct idheap_config config = {.name = "bench", .meta = nodes_from_malloc()};

    BENCH_MUST(idheap_init(heap, &config) == STATUS_OK && idheap_add(heap, 0, IDS) == STATUS_OK);
    while (count < ids)
        BENCH_MUST(idheap_alloc(heap, &used[count++]) == STATUS_OK);
    shuffle();
}

static void free_at(struct idheap *heap, uint64_t k)
{
    BENCH_MUST(measured_free(heap, used[k]) == STATUS_OK);
    used[k] = used[--count];
}

/* Frees a batch at random, allocates as many, and so on: occupancy stays what it is. */
static void churn(struct idheap *heap)
{
    uint64_t id = 0;

    BENCH_MUST(measured_alloc_empty(heap, &id) == STATUS_OK && measured_free_empty(heap, id) == STATUS_OK);
    for (uint32_t n = 0; n < ROUNDS; n++) {
        if (n / BATCH % 2) {
            BENCH_MUST(measured_alloc(heap, &id) == STATUS_OK);
            used[count++] = id;
        } else {
            free_at(heap, bench_below(count));
        }
    }
}

int main(int argc, char **argv)
{
    struct idheap heap;

    BENCH_MUST(argc == 2);
    if (!strcmp(argv[1], "half")) {
        fill(&heap, IDS);
        while (count > IDS / 2)
            BENCH_MUST(idheap_free(&heap, used[--count]) == STATUS_OK);
    } else {
        fill(&heap, IDS / 2);
    }
    bench_start();
    churn(&heap);
    bench_end();
    BENCH_REPORT(alloc);
    BENCH_REPORT(free);
    return 0;
}
