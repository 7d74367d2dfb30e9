/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object and its zones are one span of the parent; the record lies elsewhere, where a write past an object does not
 * reach it, and is found by the object's address in a tree.
 *
 *   block            address             address + size     block + block_size
 *   | red ... red    | object            | red ... red      |
 *
 * I1  a record is in the tree, and in one of the two rings: live or quarantine
 * I2  quarantine_bytes is the sum of block_size in quarantine, `held` that of all
 *
 * Cost: a step down the tree for each doubling of the objects, and every byte of an object twice.  The parent and the
 * heap of the records are called only while the invariants hold: their reclaim hooks may come here.
 */
#include "bytes.h"
#include "debugheap_record.h"
#include "range.h"

/* ---- allocating */

/* Takes a record, and the span of an object of `size` bytes with its zones; sets the members that say where it lies. */
static enum status record_make(struct debugheap *debugheap, uint64_t size, uint64_t align, struct record **record)
{
    uint64_t front = range_max(align, DEBUGHEAP_ZONE), block_size = front + size + DEBUGHEAP_ZONE, book, block;
    enum status status = heap_alloc(debugheap->books, sizeof **record, 1, &book);

    if (status != STATUS_OK)
        return status;
    heap_call_for(debugheap->heap.parent, debugheap->heap.caller);
    status = heap_alloc(debugheap->heap.parent, block_size, align, &block);
    if (status != STATUS_OK) {
        (void)!heap_free(debugheap->books, book, sizeof **record);
        return status;
    }
    *record = (struct record *)(uintptr_t)book;
    **record = (struct record){.node.key = block + front, .size = size, .block = block, .block_size = block_size};
    return STATUS_OK;
}

static void fill(const struct record *record, uint8_t value)
{
    bytes_fill((void *)(uintptr_t)record->node.key, value, (size_t)record->size);
}

/* Makes the record one of a live object. */
static void record_start(struct debugheap *debugheap, struct record *record)
{
    debugheap->live_count++;
    debugheap->live_bytes += record->size;
    debugheap->held += record->block_size;
    debugheap->records++;
    ring_add(debugheap->live.prev, &record->link);
    *keytree_link(&debugheap->objects, record->node.key) = &record->node;
    bytes_fill((void *)(uintptr_t)record->block, DEBUGHEAP_RED, (size_t)record->block_size);
    fill(record, DEBUGHEAP_NEW);
}

static enum status debug_alloc(struct heap *heap, uint64_t size, uint64_t align, uint64_t *base)
{
    struct debugheap *debugheap = (struct debugheap *)heap; /* the head stands first */
    const void *caller = heap->caller;
    struct record *record;
    enum status status;

    if (size > UINT64_MAX - range_max(align, DEBUGHEAP_ZONE) - DEBUGHEAP_ZONE)
        return STATUS_INVALID;
    status = record_make(debugheap, size, align, &record);
    if (status != STATUS_OK && status != STATUS_INVALID && debugheap_reclaim(debugheap))
        status = record_make(debugheap, size, align, &record);
    if (status != STATUS_OK)
        return status;
    record->allocated_by = caller;
    record_start(debugheap, record);
    *base = record->node.key;
    return STATUS_OK;
}

/* ---- freeing */

/* Looks at a live object, and puts it into quarantine. */
static void record_retire(struct debugheap *debugheap, struct record *record)
{
    (void)debugheap_look_at(debugheap, record);
    fill(record, DEBUGHEAP_FREED);
    record->freed = true;
    record->freed_by = debugheap->heap.caller;
    ring_remove(&record->link);
    ring_add(debugheap->quarantine.prev, &record->link);
    debugheap->live_count--;
    debugheap->live_bytes -= record->size;
    debugheap->quarantine_bytes += record->block_size;
}

/* Gives the object that is longest in quarantine back; if the parent refuses, it is in quarantine again. */
static enum status release(struct debugheap *debugheap)
{
    struct record *record = (struct record *)debugheap->quarantine.next;
    enum status status;

    (void)debugheap_look_at(debugheap, record);
    ring_remove(&record->link);
    keytree_remove(keytree_link(&debugheap->objects, record->node.key));
    debugheap->quarantine_bytes -= record->block_size;
    debugheap->held -= record->block_size;
    status = heap_free(debugheap->heap.parent, record->block, record->block_size);
    if (status == STATUS_OK) {
        debugheap->records--;
        return heap_free(debugheap->books, (uintptr_t)record, sizeof *record);
    }
    ring_add(&debugheap->quarantine, &record->link);
    record->node = (struct keytree_node){{NULL, NULL}, record->node.key};
    *keytree_link(&debugheap->objects, record->node.key) = &record->node;
    debugheap->quarantine_bytes += record->block_size;
    debugheap->held += record->block_size;
    return status;
}

/* Until no more than `limit` bytes are in quarantine, or somebody refuses. */
static enum status trim(struct debugheap *debugheap, uint64_t limit)
{
    enum status status = STATUS_OK;

    while (status == STATUS_OK && debugheap->quarantine_bytes > limit)
        status = release(debugheap);
    return status;
}

static enum status debug_free(struct heap *heap, uint64_t base, uint64_t size)
{
    struct debugheap *debugheap = (struct debugheap *)heap;
    struct keytree_node *node = *keytree_link(&debugheap->objects, base);
    struct debugheap_fault fault = {.where = base, .freed_size = size};
    struct record *record;

    if (!node)
        return debugheap_refuse_foreign(debugheap, base);
    record = record_of(node);
    if (record->freed) {
        fault.kind = DEBUGHEAP_DOUBLE_FREE;
        debugheap_report(debugheap, record, fault);
        return STATUS_NOT_ALLOCATED;
    }
    if (size != HEAP_ANY_SIZE && size != record->size) {
        fault.kind = DEBUGHEAP_WRONG_SIZE;
        debugheap_report(debugheap, record, fault);
        return STATUS_INVALID;
    }
    record_retire(debugheap, record);
    (void)trim(debugheap, debugheap->quarantine_limit); /* what is refused stays in quarantine */
    return STATUS_OK;
}

/* ---- the heap */

static void debug_stats(const struct heap *heap, struct heap_stats *stats)
{
    const struct debugheap *debugheap = (const struct debugheap *)heap;

    *stats = (struct heap_stats){
        .allocated = debugheap->live_bytes,
        .objects = debugheap->live_count,
        .held = debugheap->held,
        .metadata = debugheap->records * sizeof(struct record),
    };
}

static const struct heap_ops debug_ops = {debug_alloc, debug_free, debug_stats};

bool debugheap_reclaim(struct debugheap *debugheap)
{
    uint64_t held = debugheap->held;

    (void)trim(debugheap, 0);
    return debugheap->held < held;
}

static bool run_reclaim(void *context)
{
    return debugheap_reclaim(context);
}

void debugheap_init(struct debugheap *debugheap, const struct debugheap_config *config)
{
    *debugheap = (struct debugheap){
        .heap = {.ops = &debug_ops, .name = config->name, .parent = config->parent},
        .books = config->books,
        .quarantine_limit = config->quarantine,
        .reclaim = {.name = config->name, .run = run_reclaim, .context = debugheap},
        .list = config->reclaim,
        .fault = config->fault,
        .context = config->context,
    };
    ring_init(&debugheap->live);
    ring_init(&debugheap->quarantine);
    if (debugheap->list)
        reclaim_add(debugheap->list, &debugheap->reclaim);
}

enum status debugheap_fini(struct debugheap *debugheap)
{
    if (debugheap->list)
        reclaim_remove(debugheap->list, &debugheap->reclaim);
    debugheap->list = NULL;
    while (debugheap->live.next != &debugheap->live)
        record_retire(debugheap, (struct record *)debugheap->live.next);
    return trim(debugheap, 0);
}
