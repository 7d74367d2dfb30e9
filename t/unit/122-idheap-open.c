/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is hidden from the tree for speed: the leaves from which single ids and spans are taken, and the loose ones, to
 * which they were given back.  Nothing of that may be seen from outside.
 */
#include "idheap_picture.h"

/* What the open leaf hides from the tree must not be given twice, nor be missed. */
static void test_open_leaf(void)
{
    struct idheap_request request = {.count = LEAF};
    struct idheap heap;
    uint64_t id = 0;

    set_up(&heap, 0, LEAF, "...");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_OK && id == 0, "an id is taken from the first of three leaves");
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id == 1, "a leaf's worth in a row starts behind it");
    tap_ok(idheap_free_span(&heap, 1, LEAF) == STATUS_OK && idheap_alloc(&heap, &id) == STATUS_OK && id == 1,
           "the id behind it is taken");
    tap_ok(idheap_free(&heap, 0) == STATUS_OK && idheap_free(&heap, 1) == STATUS_OK, "both are freed");
    request.count = 3 * LEAF;
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id == 0, "and all three leaves are one run again");
    idheap_fini(&heap);
}

/* The open leaf is wholly free again between two free stretches, and there is a higher run that is long enough too. */
static void test_open_leaf_in_run(void)
{
    struct idheap_request request = {.count = 5 * LEAF};
    struct idheap heap;
    uint64_t id = 0, other = 0;

    set_up(&heap, 0, LEAF, "##....#......");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_OK && id == 2 * LEAF && idheap_free(&heap, id) == STATUS_OK,
           "an id of the third leaf is taken and freed");
    tap_ok(idheap_free_span(&heap, 0, 2 * LEAF) == STATUS_OK, "so are the first two leaves");
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_OK &&
               idheap_alloc_span(&heap, &request, &other) == STATUS_OK,
           "five leaves in a row are found twice");
    tap_ok(id + other == 0 + 7 * LEAF, "behind it and across it");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
}

/* The open leaf becomes free, is added to, is removed: it may not be given back while it is open, nor be lost. */
static void test_open_leaf_stays(void)
{
    struct idheap heap;
    uint64_t id = 0;

    set_up(&heap, 0, LEAF, "...");
    tap_ok(idheap_take(&heap, 7, 1) == STATUS_OK && idheap_alloc(&heap, &id) == STATUS_OK && id == 0, "two are taken");
    tap_ok(idheap_free(&heap, 7) == STATUS_OK && idheap_free(&heap, 0) == STATUS_OK, "and freed, the leaf is free");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_OK && id == 0, "it is still taken from");
    tap_ok(idheap_free(&heap, 0) == STATUS_OK && idheap_remove(&heap, 0, LEAF) == STATUS_OK, "freed, and removed");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_OK && id == LEAF, "the next id is another leaf's");
    tap_ok(idheap_add(&heap, 3 * LEAF, 10) == STATUS_OK && idheap_remove(&heap, LEAF + 5, 10) == STATUS_OK,
           "ids are added and removed around it");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

/* A stretch freed id by id makes its leaf loose; what it then is must be found, given, and not given back too early. */
static void test_loose_leaf(void)
{
    struct idheap_request request = {.count = LEAF / 2};
    struct idheap heap;
    uint64_t id = 0, wrong = 0;

    set_up(&heap, 0, LEAF, "###....");
    for (uint64_t i = LEAF; i < LEAF + LEAF / 2; i++)
        wrong += idheap_free(&heap, i) != STATUS_OK;
    tap_ok(!wrong && idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id == LEAF, "half a leaf, freed id by id");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    for (uint64_t i = LEAF; i < 2 * LEAF; i++)
        wrong += idheap_free(&heap, i) != STATUS_OK;
    request.count = LEAF + 1;
    tap_ok(!wrong && idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id == 3 * LEAF, "one leaf is one leaf");
    for (uint64_t i = 0; i < LEAF; i++)
        wrong += idheap_free(&heap, 2 * LEAF + i) != STATUS_OK;
    tap_ok(!wrong && idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id == LEAF, "two are one run");
    tap_ok(idheap_remove(&heap, 2 * LEAF + 1, LEAF - 1) == STATUS_OK && idheap_check(&heap) == STATUS_OK,
           "the rest of the second is removed");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

/* The loose leaf wholly free while it lies between two free leaves, and a higher run that is long enough too. */
static void test_loose_leaf_in_run(void)
{
    struct idheap_request request = {.count = 3 * LEAF};
    struct idheap heap;
    uint64_t id = 0, other = 0, wrong = 0;

    set_up(&heap, 0, LEAF, "####....");
    for (uint64_t i = 0; i < 10; i++)
        wrong += idheap_free(&heap, LEAF + i) != STATUS_OK;
    tap_ok(!wrong && idheap_free_span(&heap, LEAF + 10, LEAF - 10) == STATUS_OK, "a loose leaf becomes free as a span");
    tap_ok(idheap_free_span(&heap, 0, LEAF) == STATUS_OK && idheap_free_span(&heap, 2 * LEAF, LEAF) == STATUS_OK,
           "so do its neighbours");
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_OK &&
               idheap_alloc_span(&heap, &request, &other) == STATUS_OK,
           "three leaves in a row are found twice");
    tap_ok(id + other == 0 + 4 * LEAF, "behind it and across it");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

/* One id freed above, below and between free ones, wherever the words end: the longest run is known afterwards. */
static void test_joins(void)
{
    unsigned wrong = 0;

    for (uint64_t base = 1; base < 140; base += base < 60 || base > 68 ? 7 : 1)
        for (uint64_t count = 1; count < 140; count++) {
            struct idheap heap;

            set_up(&heap, 0, LEAF, "#");
            wrong += idheap_free_span(&heap, base, count) != STATUS_OK;
            wrong += idheap_free(&heap, base + count) != STATUS_OK || idheap_check(&heap) != STATUS_OK;
            wrong += idheap_free(&heap, base - 1) != STATUS_OK || idheap_check(&heap) != STATUS_OK;
            wrong += idheap_free(&heap, base + count + 2) != STATUS_OK || idheap_check(&heap) != STATUS_OK;
            wrong += idheap_free(&heap, base + count + 1) != STATUS_OK || idheap_check(&heap) != STATUS_OK;
            idheap_fini(&heap);
        }
    tap_is_u64(wrong, 0, "single ids join runs of every length at every place in a word");
}

static enum status alloc_span(struct idheap *heap, uint64_t count, uint64_t *base)
{
    return idheap_alloc_span(heap, &(struct idheap_request){.count = count}, base);
}

/* Takes spans of `count` until there is none, and returns how many; NOT_FOUND must be why. */
static unsigned take_all(struct idheap *heap, uint64_t count, uint64_t *bases)
{
    unsigned n = 0;
    enum status status;

    while ((status = alloc_span(heap, count, &bases[n])) == STATUS_OK)
        n++;
    return status == STATUS_NOT_FOUND ? n : 0;
}

/* Every other span is given back, in several leaves: what is free then, exactly that is found. */
static void test_carve_all(void)
{
    static uint64_t bases[100];
    struct idheap heap;
    uint64_t id = 0;
    unsigned wrong = 0;

    set_up(&heap, 0, LEAF, "......");
    tap_is_u64(take_all(&heap, 512, bases), 48, "six leaves are 48 spans of 512");
    for (unsigned i = 0; i < 48; i++)
        if (bases[i] / 512 % 2)
            wrong += idheap_free_span(&heap, bases[i], 512) != STATUS_OK;
    tap_is_u64(wrong, 0, "every other one is freed");
    tap_ok(alloc_span(&heap, 513, &id) == STATUS_NOT_FOUND && alloc_span(&heap, 1025, &id) == STATUS_NOT_FOUND,
           "there is no longer one");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    tap_is_u64(take_all(&heap, 512, bases), 24, "but all of them are found");
    for (uint64_t i = 0; i < 6 * LEAF; i += 128)
        wrong += idheap_free_span(&heap, i, 128) != STATUS_OK;
    tap_ok(!wrong && alloc_span(&heap, 6 * LEAF, &id) == STATUS_OK && id == 0, "all freed in pieces is one run");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

/* A leaf that spans are taken from and given back to stays, but not in the way of longer ones. */
static void test_carve_stays(void)
{
    struct idheap_stats before, after;
    struct idheap heap;
    uint64_t id = 0, other = 0;

    set_up(&heap, 0, LEAF, "....");
    tap_ok(alloc_span(&heap, 100, &id) == STATUS_OK && idheap_free_span(&heap, id, 100) == STATUS_OK, "taken, freed");
    idheap_stats(&heap, &before);
    tap_ok(alloc_span(&heap, 7, &other) == STATUS_OK && other == id && idheap_free(&heap, other) == STATUS_OK,
           "from there the next one is taken");
    tap_ok(idheap_free_span(&heap, other + 1, 6) == STATUS_OK, "and freed in pieces");
    idheap_stats(&heap, &after);
    tap_ok(before.leaves == 1 && after.leaves == 1, "no node was made for it");
    tap_ok(idheap_take(&heap, 0, 4 * LEAF) == STATUS_OK && idheap_free_span(&heap, 0, 4 * LEAF) == STATUS_OK,
           "its ids are taken with others, and freed");
    tap_ok(alloc_span(&heap, 5, &id) == STATUS_OK && idheap_alloc(&heap, &other) == STATUS_OK &&
               idheap_free(&heap, other) == STATUS_OK && idheap_free_span(&heap, id, 5) == STATUS_OK,
           "a span and an id are taken from one leaf");
    tap_ok(alloc_span(&heap, 4 * LEAF, &id) == STATUS_OK && id == 0, "and then all leaves");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

/* Whole stretches are spared as long as leaves that are mixed have room. */
static void test_carve_spares(void)
{
    struct idheap heap;
    uint64_t id = 0;
    unsigned wrong = 0;

    set_up(&heap, 0, LEAF, "#.#........");
    wrong += idheap_free_span(&heap, 100, 3000) != STATUS_OK || idheap_free_span(&heap, 2 * LEAF, 1500) != STATUS_OK;
    for (unsigned i = 0; i < 4; i++)
        wrong += alloc_span(&heap, 1000, &id) != STATUS_OK || (id / LEAF != 0 && id / LEAF != 2);
    tap_is_u64(wrong, 0, "what was freed is taken from first, in two leaves");
    tap_ok(alloc_span(&heap, 1000, &id) == STATUS_OK && id / LEAF > 2, "then a stretch, of the long run");
    tap_ok(alloc_span(&heap, 500, &id) == STATUS_OK && id / LEAF > 2, "which is taken from on");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

/* Heaps of a leaf, and of less than one. */
static void test_carve_small(void)
{
    static uint64_t bases[100];
    struct idheap heap;
    uint64_t id = 0;

    set_up(&heap, 0, LEAF, ".");
    tap_ok(take_all(&heap, 64, bases) == 64 && idheap_alloc(&heap, &id) == STATUS_NOT_FOUND, "a leaf is 64 times 64");
    tap_ok(idheap_free_span(&heap, 64, 64) == STATUS_OK && take_all(&heap, 63, bases) == 1, "one is one of 63");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    set_up(&heap, LEAF + 1000, 300, "..");
    tap_ok(take_all(&heap, 150, bases) == 4 && idheap_alloc(&heap, &id) == STATUS_NOT_FOUND, "600 ids are 4 times 150");
    tap_ok(idheap_free_span(&heap, LEAF + 1000, 600) == STATUS_OK && alloc_span(&heap, 5, &id) == STATUS_OK &&
               idheap_free_span(&heap, LEAF + 999, 2) == STATUS_NOT_OWNED,
           "freed, but not with one that is not the heap's");
    tap_ok(idheap_free(&heap, LEAF + 999) == STATUS_NOT_OWNED && idheap_free(&heap, LEAF + 1600) == STATUS_NOT_OWNED &&
               idheap_free(&heap, LEAF + 1599) == STATUS_NOT_ALLOCATED && idheap_free(&heap, id) == STATUS_OK,
           "nor is such a one freed alone");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

/* Runs that a leaf's being loose makes the tree believe in, across its ends, are not there. */
static void test_loose_ends(void)
{
    struct idheap_request low = {.count = LEAF + 2, .lower = 1};
    struct idheap heap;
    uint64_t id = 0;

    set_up(&heap, 0, LEAF, ".#.#.#...");
    tap_ok(idheap_free_span(&heap, LEAF + 1, 5) == STATUS_OK && idheap_free_span(&heap, 3 * LEAF, 2) == STATUS_OK,
           "spans are freed between free leaves, one beside the next leaf");
    tap_ok(idheap_alloc_span(&heap, &low, &id) == STATUS_OK && id == 2 * LEAF, "the lowest that is long enough");
    low = (struct idheap_request){.count = 3, .lower = 1, .upper = 2 * LEAF};
    tap_ok(idheap_free_span(&heap, LEAF + 8, 9) == STATUS_OK && idheap_take(&heap, 0, LEAF) == STATUS_OK &&
               idheap_alloc_span(&heap, &low, &id) == STATUS_OK && id == LEAF + 1,
           "the lowest within a loose leaf");
    tap_ok(alloc_span(&heap, 3 * LEAF + 1, &id) == STATUS_NOT_FOUND, "a longer one than there is");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "no node was lost");
}

int main(void)
{
    tap_plan(5 + 5 + 8 + 6 + 6 + 1 + 8 + 9 + 5 + 8 + 6);
    test_carve_all();
    test_carve_stays();
    test_carve_spares();
    test_carve_small();
    test_loose_ends();
    test_open_leaf();
    test_open_leaf_in_run();
    test_open_leaf_stays();
    test_loose_leaf();
    test_loose_leaf_in_run();
    test_joins();
    return tap_done();
}
