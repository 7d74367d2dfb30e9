/* SPDX-License-Identifier: Apache-2.0 */
/* The id heap where it is narrow: the top of 2^64, the last spare node, trees that shrink, bounds half known. */
#include "idheap_picture.h"

static enum status take_span(struct idheap *heap, uint64_t count, uint64_t align, uint64_t *base)
{
    struct idheap_request request = {.count = count, .align = align};

    return idheap_alloc_span(heap, &request, base);
}

static void test_nothing(void)
{
    struct idheap heap;

    set_up(&heap, 0, 1, "....");
    tap_ok(idheap_add(&heap, 9, 0) == STATUS_INVALID, "no ids cannot be added");
    tap_ok(idheap_remove(&heap, 2, 0) == STATUS_INVALID, "nor removed");
    tap_ok(idheap_add_used(&heap, 1ull << 52, 1) == STATUS_INVALID, "nor any beyond the heap's reach");
    tap_ok(idheap_states(&heap, 2, 0) == 0 && heap.total == 4, "no ids have no state");
    idheap_fini(&heap);
}

/*
 * An origin as high as can be, so that the heap reaches up to 2^64 - 1:
 *
 *   origin = 2^64 - 1 - 2^52                        2^64 - 1
 *   |                              ...  |...........)            what would lie on the other side of 0 is not there
 */
static void test_top(void)
{
    const uint64_t origin = UINT64_MAX - IDHEAP_LIMIT;
    struct idheap_config config = {.origin = origin + 1, .meta = {node_alloc, node_free, NULL}};
    struct idheap heap;
    uint64_t base = 42;

    tap_ok(idheap_init(&heap, &config) == STATUS_INVALID, "an origin whose ids would wrap is refused");
    start(&heap, origin);
    tap_ok(idheap_add(&heap, UINT64_MAX - LEAF, LEAF) == STATUS_OK, "the highest ids there are");
    tap_ok(idheap_states(&heap, UINT64_MAX - 10, 10) == IDHEAP_FREE, "are the heap's up to the last");
    tap_ok(idheap_states(&heap, UINT64_MAX - 10, 20) == (IDHEAP_FREE | IDHEAP_FOREIGN), "and not beyond 2^64");
    tap_ok(idheap_free_span(&heap, UINT64_MAX - 10, 20) == STATUS_NOT_OWNED, "a span across 2^64 cannot be freed");
    tap_ok(take_span(&heap, 1, 1ull << 63, &base) == STATUS_NOT_FOUND && base == 42, "none is aligned to 2^63");
    tap_ok(take_span(&heap, LEAF, LEAF, &base) == STATUS_NOT_FOUND, "nor is a whole leaf, for 2^64 - 1 is no id");
    tap_ok(take_span(&heap, LEAF - 1, LEAF, &base) == STATUS_OK && base == 0 - LEAF, "but one less is");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(idheap_reserve(UINT64_MAX), idheap_reserve(IDHEAP_LIMIT), "a reserve for more ids than can be");
}

/* Aligned runs that are each too short once aligned, until none is left or the upper limit is met. */
static void test_padding(void)
{
    struct idheap_request request = {.count = 8, .align = 8};
    struct idheap heap;
    uint64_t base, wrong = 0;

    start(&heap, 0);
    if (idheap_add(&heap, 0, 4096) != STATUS_OK)
        abort();
    for (uint64_t id = 0; id < 1024; id += 12) /* runs of 11 from 1, 13, 25 ...: one in two has 8 at a multiple of 8 */
        wrong += idheap_take(&heap, id, 1) != STATUS_OK;
    for (uint64_t id = 0; id < 1024; id += 8) /* now none has */
        if (idheap_states(&heap, id, 1) == IDHEAP_FREE)
            wrong += idheap_take(&heap, id, 1) != STATUS_OK;
    tap_ok(!wrong && idheap_alloc_span(&heap, &request, &base) == STATUS_OK && base == 1024, "behind many short runs");
    request.upper = 1024;
    tap_ok(idheap_alloc_span(&heap, &request, &base) == STATUS_NOT_FOUND, "or not at all below a limit");
    request = (struct idheap_request){.count = 7, .align = 8, .upper = 1024};
    tap_ok(idheap_alloc_span(&heap, &request, &base) == STATUS_NOT_FOUND, "seven, whose runs all start at 8n + 1");
    request.upper = 1040;
    tap_ok(idheap_alloc_span(&heap, &request, &base) == STATUS_OK && base == 1032, "and the first that fits behind");
    if (idheap_take(&heap, 1040, 4096 - 1040) != STATUS_OK)
        abort();
    request.upper = 0;
    tap_ok(idheap_alloc_span(&heap, &request, &base) == STATUS_NOT_FOUND, "short runs only, and no longer one behind");
    idheap_fini(&heap);
}

/* A fork that becomes of one state child by child is one stretch again, whatever the state. */
static void test_shrinking(void)
{
    struct idheap heap;
    struct idheap_stats stats;
    uint64_t wrong = 0;

    start(&heap, 0);
    if (idheap_add(&heap, 0, 3 * FORK) != STATUS_OK)
        abort();
    for (uint64_t i = 0; i < 64; i++)
        wrong += idheap_take(&heap, FORK + i * LEAF, LEAF) != STATUS_OK;
    idheap_stats(&heap, &stats);
    tap_ok(!wrong && stats.forks == 1 && !stats.leaves, "64 leaves taken one by one: the root is left");
    for (uint64_t i = 0; i < 64; i++)
        wrong += idheap_free_span(&heap, FORK + i * LEAF, LEAF) != STATUS_OK;
    for (uint64_t i = 0; i < 64; i++)
        wrong += idheap_remove(&heap, FORK + i * LEAF, LEAF) != STATUS_OK;
    idheap_stats(&heap, &stats);
    tap_ok(!wrong && stats.forks == 1 && stats.total == 2 * FORK, "freed and removed one by one: the same");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
}

/* meta.free that takes and frees ids of the heap it works for: that must not give nodes back once more. */
static struct idheap *nested;

static void free_nesting(void *context, void *p, size_t size)
{
    const uint64_t base = 4095 * FORK;

    node_free(context, p, size);
    if (nested && (idheap_take(nested, base, 3) != STATUS_OK || idheap_free_span(nested, base, 3) != STATUS_OK))
        abort();
}

/* Forks come free two at a time under a level-3 root, leaves one at a time: of either kind few are kept. */
static void test_relaxing(void)
{
    struct idheap heap;
    struct idheap_config config = {.meta = {node_alloc, free_nesting, NULL}};
    uint64_t most, wrong = 0;

    nested = &heap;
    if (idheap_init(&heap, &config) != STATUS_OK || idheap_add(&heap, 0, 4096 * FORK) != STATUS_OK)
        abort();
    for (uint64_t i = 0; i < 40; i++)
        wrong += idheap_take(&heap, i * 64 * FORK + 5, 1) != STATUS_OK;
    most = nodes_out;
    for (uint64_t i = 0; i < 40; i++)
        wrong += idheap_free(&heap, i * 64 * FORK + 5) != STATUS_OK;
    tap_ok(!wrong && most > 120 && nodes_out < 40, "of %u nodes few are kept: %u", (unsigned)most, (unsigned)nodes_out);
    for (uint64_t i = 0; i < 20; i++) /* both ends of such a span have nodes of their own: four forks, two leaves */
        wrong += idheap_take(&heap, 2 * i * 64 * FORK + 5, 64 * FORK) != STATUS_OK;
    for (uint64_t i = 0; i < 20; i++)
        wrong += idheap_free_span(&heap, 2 * i * 64 * FORK + 5, 64 * FORK) != STATUS_OK;
    tap_ok(!wrong && nodes_out < 40 && idheap_check(&heap) == STATUS_OK, "nor when six come free at a time: %u",
           (unsigned)nodes_out);
    nested = NULL;
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "and at the end none");
}

/*
 * The pool is used up, and the lowest free id lies in a stretch that has no node: it cannot be given, and nothing is
 * changed.
 *
 *   |####|....|...#|...#|...#|  ...   a box is a fork
 */
static void test_no_node(void)
{
    static uint64_t pool[1500];
    struct idheap_config config = {.pool = pool, .pool_size = sizeof pool};
    struct idheap heap;
    uint64_t id = 42, n = 2;

    if (idheap_init(&heap, &config) != STATUS_OK || idheap_add(&heap, 0, 64 * FORK) != STATUS_OK ||
        idheap_take(&heap, 0, FORK) != STATUS_OK)
        abort();
    while (idheap_take(&heap, (n + 1) * FORK - 1, 1) == STATUS_OK)
        n++;
    tap_ok(idheap_alloc(&heap, &id) == STATUS_NO_MEMORY && id == 42, "after %u forks there is no node to open",
           (unsigned)n);
    tap_ok(idheap_check(&heap) == STATUS_OK && heap.total - heap.free == FORK + n - 2, "the refusal changed nothing");
    tap_ok(idheap_free(&heap, 3 * FORK - 1) == STATUS_OK && idheap_alloc(&heap, &id) == STATUS_OK && id == FORK,
           "one given back is enough");
    idheap_fini(&heap);
}

/* The same for a span: all leaves that could be made have one free id, and what is free besides has none. */
static void test_no_leaf(void)
{
    static uint64_t pool[1500];
    struct idheap_config config = {.pool = pool, .pool_size = sizeof pool};
    struct idheap heap;
    uint64_t id = 42, n = 0;

    if (idheap_init(&heap, &config) != STATUS_OK || idheap_add(&heap, 0, FORK) != STATUS_OK)
        abort();
    while (idheap_take(&heap, n * LEAF + 1, LEAF - 1) == STATUS_OK)
        n++;
    tap_ok(n && take_span(&heap, 7, 1, &id) == STATUS_NO_MEMORY && id == 42, "after %u leaves there is none for a span",
           (unsigned)n);
    tap_ok(idheap_check(&heap) == STATUS_OK && heap.total - heap.free == n * (LEAF - 1), "the refusal changed nothing");
    idheap_fini(&heap);
}

/*
 * Leaves are begun, and spans of 20 carved from them, until the pool is used up: 16 ids are left in each.
 *
 *   |####.|####.|####.|.....|.....|  ...   a box is a leaf
 *
 * None of the free stretches can be begun then; what is given back in the leaves is found all the same.
 */
static void test_no_node_to_carve(void)
{
    static uint64_t pool[1500];
    struct idheap_config config = {.pool = pool, .pool_size = sizeof pool};
    enum status status;
    struct idheap heap;
    uint64_t id, n = 0;

    if (idheap_init(&heap, &config) != STATUS_OK || idheap_add(&heap, 0, FORK) != STATUS_OK)
        abort();
    while ((status = take_span(&heap, 20, 1, &id)) == STATUS_OK)
        n++;
    tap_ok(status == STATUS_NO_MEMORY && n % 204 == 0 && n, "after %u spans there is no leaf to begin", (unsigned)n);
    tap_ok(idheap_check(&heap) == STATUS_OK && heap.free == FORK - 20 * n, "the refusal changed nothing");
    tap_ok(idheap_free_span(&heap, 40, 40) == STATUS_OK && take_span(&heap, 20, 1, &id) == STATUS_OK && id == 40,
           "two given back in a row make room for one");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
}

/* meta.alloc that settles the heap it works for, as a reclaim hook may: it must not take the nodes that are awaited. */
static struct idheap *settled;

static void *alloc_settling(void *context, size_t size)
{
    idheap_settle(settled);
    return node_alloc(context, size);
}

static void test_settling_within(void)
{
    struct idheap_config config = {.meta = {alloc_settling, node_free, NULL}};
    struct idheap heap;
    uint64_t id;

    settled = &heap;
    if (idheap_init(&heap, &config) != STATUS_OK)
        abort();
    tap_ok(idheap_add(&heap, FORK - 10, 20) == STATUS_OK && idheap_alloc(&heap, &id) == STATUS_OK && id == FORK - 10,
           "a heap that is settled while it gets its nodes");
    idheap_settle(&heap);
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

/*
 * The open leaf's longest run was 100 ids; sixty are taken since, singly, and the leaf says 100 still.
 *
 *   |######............#####.....|##########|..........|
 *          60 taken, 40 left   5     used       added later
 */
static void half_taken(uint64_t at_end)
{
    struct idheap_request request = {.count = 50, .upper = 4 * LEAF};
    struct idheap heap;
    uint64_t id, wrong = 0;

    set_up(&heap, 0, LEAF, "##");
    wrong += idheap_free_span(&heap, 1000, 100) != STATUS_OK;
    wrong += at_end && idheap_free_span(&heap, LEAF - at_end, at_end) != STATUS_OK;
    for (uint64_t i = 0; i < 60; i++)
        wrong += idheap_alloc(&heap, &id) != STATUS_OK || id != 1000 + i;
    tap_ok(!wrong && heap.open && idheap_add(&heap, 2 * LEAF, LEAF) == STATUS_OK,
           "sixty are taken, %u are free at the end, a leaf is added", (unsigned)at_end);
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id == 2 * LEAF, "fifty are found behind");
    request = (struct idheap_request){.count = 40, .upper = 2 * LEAF};
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id == 1060, "forty are found in it");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
}

/* Single ids are taken upwards, and from below again when the open leaf has no more above. */
static void test_circle(void)
{
    struct idheap heap;
    uint64_t id, wrong = 0;

    set_up(&heap, 0, LEAF, ".#");
    for (uint64_t i = 0; i < LEAF - 1; i++)
        wrong += idheap_alloc(&heap, &id) != STATUS_OK || id != i;
    tap_ok(!wrong && idheap_free(&heap, 200) == STATUS_OK, "all but the last are taken, and one below is freed");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_OK && id == LEAF - 1, "the last one is next");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_OK && id == 200, "then the one below");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_NOT_FOUND && take_span(&heap, 1, 1, &id) == STATUS_NOT_FOUND,
           "then there is none, nor a span of one");
    idheap_fini(&heap);
}

/*
 * A leaf of a free stretch is opened, and what was taken is given back: for the fork above, nothing has changed but
 * that all its children are stretches again, and so it goes too.
 */
static void test_opened_in_vain(void)
{
    struct idheap_stats stats;
    struct idheap heap;
    uint64_t id;

    start(&heap, 0);
    tap_ok(idheap_add(&heap, 0, 2 * FORK) == STATUS_OK && idheap_alloc(&heap, &id) == STATUS_OK &&
               idheap_free(&heap, id) == STATUS_OK,
           "one id of two free forks is taken and freed");
    idheap_settle(&heap);
    idheap_stats(&heap, &stats);
    tap_ok(stats.forks == 1 && stats.leaves == 0 && stats.free == 2 * FORK, "then the root is the only node");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
}

/* A long run at the very end of a leaf, behind a lower limit: whole words up to the last. */
static void test_long_at_end(void)
{
    struct idheap_request request = {.count = 700, .lower = 2, .upper = LEAF};
    struct idheap heap;
    uint64_t id;

    set_up(&heap, 0, LEAF, "##");
    tap_ok(idheap_free_span(&heap, LEAF - 700, 700) == STATUS_OK && idheap_check(&heap) == STATUS_OK, "700 are freed");
    request.lower = LEAF - 10;
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_NOT_FOUND, "of the last ten they cannot be");
    request.lower = 2;
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id == LEAF - 700, "from two on they are found");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
}

/* 2^40 ids: the forks near the root have no class for small runs, and the largest runs are in the highest. */
static void test_huge(void)
{
    static const uint64_t counts[] = {1, 20, 33, 4095, (1u << 20) + 1, 1ull << 33, 1ull << 38, (1ull << 39) + 5};
    enum { COUNTS = sizeof counts / sizeof counts[0] };
    uint64_t bases[COUNTS], base, wrong = 0;
    struct idheap heap;

    start(&heap, 0);
    tap_ok(idheap_add(&heap, 0, 1ull << 40) == STATUS_OK, "2^40 ids");
    for (unsigned i = 0; i < COUNTS; i++) {
        wrong += take_span(&heap, counts[i], 1, &bases[i]) != STATUS_OK || idheap_check(&heap) != STATUS_OK;
        wrong += idheap_states(&heap, bases[i], counts[i]) != IDHEAP_USED;
    }
    tap_is_u64(wrong, 0, "spans of 1 to 2^39 + 5 of them");
    tap_ok(take_span(&heap, 1ull << 39, 1, &base) == STATUS_NOT_FOUND, "no second one of 2^39");
    tap_ok(take_span(&heap, 1ull << 50, 1, &base) == STATUS_NOT_FOUND, "nor any of more than there are");
    for (unsigned i = 0; i < COUNTS; i++)
        wrong += idheap_free_span(&heap, bases[i], counts[i]) != STATUS_OK;
    tap_ok(!wrong && take_span(&heap, 1ull << 40, 1, &base) == STATUS_OK && base == 0, "freed, they are one run again");
    tap_ok(take_span(&heap, 1, 1, &base) == STATUS_NOT_FOUND, "and then none is left");
    idheap_fini(&heap);
}

int main(void)
{
    tap_plan(4 + 10 + 5 + 3 + 3 + 3 + 2 + 4 + 3 + 2 * 4 + 4 + 3 + 4 + 6);
    test_nothing();
    test_top();
    test_padding();
    test_shrinking();
    test_relaxing();
    test_no_node();
    test_no_leaf();
    test_no_node_to_carve();
    test_settling_within();
    half_taken(5);
    half_taken(0);
    test_circle();
    test_opened_in_vain();
    test_long_at_end();
    test_huge();
    return tap_done();
}
