/* SPDX-License-Identifier: Apache-2.0 */
/* An id heap behind the interface of all heaps. */
#include "idheap_picture.h"

#include "runtime/idheap_view.h"

/* A view of a heap that imports: what it holds is what it has imported. */
static void test_importing(void)
{
    struct idheap parent, child;
    struct idheap_import import = {.child = &child, .parent = &parent, .shift = 4};
    struct idheap_view view;
    struct heap_stats stats;
    uint64_t base = 0;

    set_up(&parent, 0x10, 1, "..");
    start(&child, 0);
    idheap_view_init_importing(&view, "pages", &import, 12);
    tap_ok(heap_alloc(&view.heap, 5 * 4096, 1, &base) == STATUS_OK && base == 0x100000, "an importing heap imports");
    heap_stats(&view.heap, &stats);
    tap_ok(stats.held == 16 * 4096 && stats.allocated == 5 * 4096, "and holds what it has imported");
    tap_ok(heap_alloc(&view.heap, 40 * 4096, 1, &base) == STATUS_NOT_FOUND, "more than the parent has is refused");
    tap_ok(heap_free(&view.heap, 0x100000, 5 * 4096) == STATUS_OK, "freed");
    heap_stats(&view.heap, &stats);
    tap_ok(stats.held == 0 && stats.allocated == 0 && parent.free == 2, "it holds nothing, the parent has all");
    idheap_fini(&child);
    idheap_fini(&parent);
}

int main(void)
{
    struct idheap_view view, large;
    struct heap_stats stats;
    struct idheap heap;
    uint64_t a = 1, b = 1, c = 1;

    tap_plan(15 + 5);
    set_up(&heap, 0x100, 0x100, ".");
    idheap_view_init(&view, "frames", &heap, 12);
    tap_is_text(view.heap.name, "frames", "the view has the name it was given");
    tap_ok(heap_alloc(&view.heap, 1, 1, &a) == STATUS_OK && a % 4096 == 0 && a >= 0x100000, "a byte costs a unit");
    tap_ok(heap_alloc(&view.heap, 8193, 1, &b) == STATUS_OK && b % 4096 == 0, "8,193 bytes cost three");
    tap_is_u64(heap.total - heap.free, 4, "of the ids");
    tap_ok(heap_alloc(&view.heap, 4096, 1 << 18, &c) == STATUS_OK && c % (1 << 18) == 0,
           "an alignment is one in bytes");
    heap_stats(&view.heap, &stats);
    tap_ok(stats.allocated == 5 * 4096 && stats.objects == 3 && stats.held == 0 && stats.failures == 0,
           "the statistics are in bytes");
    tap_ok(stats.metadata >= idheap_leaf_size, "the books are counted");
    tap_ok(heap_alloc(&view.heap, 1 << 20, 1, &c) == STATUS_NOT_FOUND, "what is not there is refused");
    tap_ok(heap_alloc(&view.heap, UINT64_MAX, 1, &c) == STATUS_NOT_FOUND, "however much it is");
    heap_stats(&view.heap, &stats);
    tap_ok(stats.allocated == 5 * 4096 && stats.failures == 2, "and counted");
    tap_ok(heap_free(&view.heap, b, HEAP_ANY_SIZE) == STATUS_INVALID &&
               heap_free(&view.heap, b + 1, 8193) == STATUS_INVALID,
           "a free without the size, or from within a unit, is refused");
    tap_ok(heap_free(&view.heap, b, 8193) == STATUS_OK && heap_free(&view.heap, b, 8193) == STATUS_NOT_ALLOCATED &&
               heap_free(&view.heap, 0, 1) == STATUS_NOT_OWNED,
           "a free is done once, of what is the heap's");
    heap_stats(&view.heap, &stats);
    tap_ok(stats.allocated == 2 * 4096 && stats.objects == 2, "and counted");
    idheap_view_init(&large, "large", &heap, 60);
    tap_ok(heap_alloc(&large.heap, 1, 1, &a) == STATUS_NOT_FOUND, "ids whose bytes are beyond 2^64 are not given");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    test_importing();
    return tap_done();
}
