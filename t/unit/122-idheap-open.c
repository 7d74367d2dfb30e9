/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What idheap_one.c hides from the tree for speed: the open leaf, from which single ids are taken, and the loose one,
 * to which they are given back in a row.  Nothing of that may be seen from outside.
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

int main(void)
{
    tap_plan(5 + 5 + 8 + 6 + 6 + 1);
    test_open_leaf();
    test_open_leaf_in_run();
    test_open_leaf_stays();
    test_loose_leaf();
    test_loose_leaf_in_run();
    test_joins();
    return tap_done();
}
