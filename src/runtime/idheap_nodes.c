/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes: where they come from and where they go.
 *
 * Nodes come from the pool first, then from meta.alloc.  meta.alloc may come back into this heap for a single id, when
 * the heap's own ids are the memory; so it is only called at the very start of an operation, and such a nested call
 * never calls it again. What a nested call needs is the reserve: enough nodes to open a leaf that has none, or to free
 * into one.
 */
#include "idheap_node.h"
#include "range.h"

_Static_assert(2 * sizeof(struct idheap_leaf) <= 1200 && sizeof(struct idheap_fork) <= 1360,
               "stage2 reckons how much memory the books of the physical heap need (BOOKS_LEAF_SIZE in boot/memory.c)");

const size_t idheap_leaf_size = sizeof(struct idheap_leaf);
const size_t idheap_fork_size = sizeof(struct idheap_fork);

static void *take_from_pool(struct idheap *heap, size_t size)
{
    void *p = heap->pool;

    if ((size_t)(heap->pool_limit - heap->pool) < size)
        return NULL;
    heap->pool += size;
    return p;
}

static void *acquire(struct idheap *heap, size_t size)
{
    void *p = take_from_pool(heap, size);

    return p || !heap->meta.alloc ? p : heap->meta.alloc(heap->meta.context, size);
}

static bool is_pooled(const struct idheap *heap, const void *p)
{
    return (uintptr_t)p - (uintptr_t)heap->pool_base < (uintptr_t)(heap->pool_limit - heap->pool_base);
}

/* ---- lists of spare nodes; the link is the node's first word */

static void push(void **list, void *node)
{
    *(void **)node = *list;
    *list = node;
}

static void *pop(void **list)
{
    void *node = *list;

    *list = *(void **)node;
    return node;
}

/* Takes the first node that is not the pool's out of the list; NULL if there is none. */
static void *pop_foreign(const struct idheap *heap, void **list)
{
    while (*list && is_pooled(heap, *list))
        list = *list;
    return *list ? pop(list) : NULL;
}

struct idheap_leaf *leaf_new(struct idheap *heap)
{
    heap->spare_leaf_count--;
    heap->leaves++;
    return pop(&heap->spare_leaves);
}

struct idheap_fork *fork_new(struct idheap *heap)
{
    heap->spare_fork_count--;
    heap->forks++;
    return pop(&heap->spare_forks);
}

void leaf_drop(struct idheap *heap, struct idheap_leaf *leaf)
{
    heap->spare_leaf_count++;
    heap->leaves--;
    push(&heap->spare_leaves, leaf);
}

void fork_drop(struct idheap *heap, struct idheap_fork *fork)
{
    if (heap->near == fork->child)
        heap->near_count = 0;
    heap->spare_fork_count++;
    heap->forks--;
    push(&heap->spare_forks, fork);
}

/* ---- how many */

struct idheap_need need_of_span(uint32_t level)
{
    if (!level)
        return (struct idheap_need){0, 0};
    return (struct idheap_need){2 * (level - 1), 2};
}

size_t idheap_reserve(uint64_t ids)
{
    uint32_t level = 0;
    struct idheap_need need;

    while (level < IDHEAP_LEVELS - 1 && node_span(level) < ids)
        level++;
    need = need_of_span(level);
    return 2 * (need.forks * idheap_fork_size + need.leaves * idheap_leaf_size);
}

/* What it takes to have a border between two states at id: a node at each level whose children do not start there. */
static void need_border(const struct idheap *heap, uint64_t id, struct idheap_need *need)
{
    const void *node = heap->root;
    uint32_t level = heap->level;

    for (; level && (id & (((uint64_t)1 << child_shift(level)) - 1)); level--) {
        const struct idheap_fork *fork = node;
        uint32_t i = child_index(id, level);

        if (fork && bit_is_set(fork->split, i)) {
            node = fork_node(fork, i);
            continue;
        }
        node = NULL;
        if (level > 1)
            need->forks++;
        else
            need->leaves++;
    }
}

struct idheap_need need_of_change(const struct idheap *heap, uint64_t from, uint64_t to)
{
    struct idheap_need need = {0, 0};

    need_border(heap, from, &need);
    need_border(heap, to, &need);
    return need;
}

bool nodes_ready(const struct idheap *heap, struct idheap_need need)
{
    return heap->spare_fork_count >= need.forks && heap->spare_leaf_count >= need.leaves;
}

/* ---- more, and fewer */

static bool add_spare(struct idheap *heap, bool fork)
{
    void *node = acquire(heap, fork ? idheap_fork_size : idheap_leaf_size);

    if (!node)
        return false;
    if (fork) {
        push(&heap->spare_forks, node);
        heap->spare_fork_count++;
    } else {
        push(&heap->spare_leaves, node);
        heap->spare_leaf_count++;
    }
    return true;
}

/* Nodes that stand ready for a nested call. */
static struct idheap_need reserve_of(const struct idheap *heap)
{
    return heap->outside ? (struct idheap_need){0, 0} : need_of_span(heap->level);
}

void nodes_prepare(struct idheap *heap, struct idheap_need need)
{
    struct idheap_need reserve = reserve_of(heap);

    need.forks += reserve.forks;
    need.leaves += reserve.leaves;
    if (heap->busy || nodes_ready(heap, need))
        return;
    heap->busy = 1;
    while (heap->spare_fork_count < need.forks && add_spare(heap, true))
        continue;
    while (heap->spare_leaf_count < need.leaves && add_spare(heap, false))
        continue;
    heap->busy = 0;
}

/* Gives foreign nodes of the list back until only `keep` nodes are left. */
static void give_back(struct idheap *heap, void **list, uint32_t *count, uint32_t keep)
{
    size_t size = list == &heap->spare_forks ? idheap_fork_size : idheap_leaf_size;

    while (*count > keep && heap->meta.free) {
        void *node = pop_foreign(heap, list);

        if (!node)
            return;
        (*count)--;
        heap->meta.free(heap->meta.context, node, size);
    }
}

static void trim(struct idheap *heap, struct idheap_need keep)
{
    heap->busy = 1;
    give_back(heap, &heap->spare_forks, &heap->spare_fork_count, keep.forks);
    give_back(heap, &heap->spare_leaves, &heap->spare_leaf_count, keep.leaves);
    heap->busy = 0;
}

void nodes_trim(struct idheap *heap)
{
    if (!heap->busy)
        trim(heap, (struct idheap_need){2 * heap->need_forks + SLACK, 2 * heap->need_leaves + SLACK});
}

void nodes_empty(struct idheap *heap)
{
    trim(heap, (struct idheap_need){0, 0});
}

void idheap_settle(struct idheap *heap)
{
    struct idheap_need keep = reserve_of(heap);

    if (heap->busy)
        return;
    leaves_close(heap);
    trim(heap, (struct idheap_need){2 * keep.forks, 2 * keep.leaves});
}
