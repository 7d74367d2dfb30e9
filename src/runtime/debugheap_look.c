/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug strength, looking: at zones and patterns, at all objects, for whoever is concerned by a wrong free.  What is
 * found is mended and handed to the owner's function.  The layout is debugheap.c's.
 *
 * Cost: a word of an object or a zone a step; a free of a foreign address looks at every live object.
 */
#include "bytes.h"
#include "debugheap_record.h"

const char *debugheap_kind_text(enum debugheap_kind kind)
{
    static const char *const texts[DEBUGHEAP_KINDS] = {"double free", "foreign free", "free inside an object",
                                                       "wrong size freed", "write before the start",
                                                       "write past the end", "write after free"};

    return (uint32_t)kind < DEBUGHEAP_KINDS ? texts[kind] : "unknown fault";
}

void debugheap_report(const struct debugheap *debugheap, const struct record *record, struct debugheap_fault fault)
{
    fault.heap = debugheap->heap.name;
    fault.caller = debugheap->heap.caller;
    if (record) {
        fault.address = record->node.key;
        fault.size = record->size;
        fault.allocated_by = record->allocated_by;
        fault.freed_by = record->freed_by;
    }
    debugheap->fault(debugheap->context, &fault);
}

/* Bytes [base, limit) that are to be `value`; kind is what it is if one is not. */
struct stretch {
    enum debugheap_kind kind;
    uint8_t value;
    uint64_t base, limit;
};

#define AT_ONCE 4 /* words */

/* Whether that many words stand at `at`, aligned and before limit, all `word`. */
static bool all_words(const uint8_t *at, const uint8_t *limit, uint64_t word)
{
    const uint64_t *words = (const uint64_t *)(uintptr_t)at;

    return (uintptr_t)at % sizeof word == 0 && (size_t)(limit - at) >= AT_ONCE * sizeof word &&
        ((words[0] ^ word) | (words[1] ^ word) | (words[2] ^ word) | (words[3] ^ word)) == 0;
}

/* The first byte of [at, limit) that is not `value`, or limit; some words a step where they are such. */
static uint8_t *first_other(uint8_t *at, const uint8_t *limit, uint8_t value)
{
    uint64_t word = value * (UINT64_MAX / UINT8_MAX);

    for (;; at++) {
        while (all_words(at, limit, word))
            at += AT_ONCE * sizeof word;
        if (at == limit || *at != value)
            return at;
    }
}

/* Looks at the stretch, reports and mends it; whether it was as it should be. */
static bool look(const struct debugheap *debugheap, const struct record *record, const struct stretch *stretch)
{
    uint8_t *base = (uint8_t *)(uintptr_t)stretch->base, *limit = (uint8_t *)(uintptr_t)stretch->limit;
    uint8_t *at = first_other(base, limit, stretch->value);

    if (at == limit)
        return true;
    debugheap_report(debugheap, record, (struct debugheap_fault){.kind = stretch->kind, .where = (uintptr_t)at});
    bytes_fill(base, stretch->value, (size_t)(limit - base));
    return false;
}

bool debugheap_look_at(const struct debugheap *debugheap, const struct record *record)
{
    uint64_t base = record->node.key, limit = base + record->size;
    const struct stretch stretches[] = {
        {DEBUGHEAP_WRITE_BEFORE, DEBUGHEAP_RED, record->block, base},
        {DEBUGHEAP_WRITE_PAST, DEBUGHEAP_RED, limit, record->block + record->block_size},
        {DEBUGHEAP_WRITE_FREED, DEBUGHEAP_FREED, base, limit},
    };
    bool good = true;

    for (uint32_t i = 0; i < 2u + record->freed; i++)
        good &= look(debugheap, record, &stretches[i]);
    return good;
}

/* The live object that the address lies in, or NULL. */
static const struct record *find_around(const struct debugheap *debugheap, uint64_t address)
{
    for (const struct ring *at = debugheap->live.next; at != &debugheap->live; at = at->next) {
        const struct record *record = (const struct record *)at;

        if (address - record->node.key < record->size)
            return record;
    }
    return NULL;
}

enum status debugheap_refuse_foreign(const struct debugheap *debugheap, uint64_t address)
{
    const struct record *around = find_around(debugheap, address);
    enum debugheap_kind kind = around ? DEBUGHEAP_INNER_FREE : DEBUGHEAP_FOREIGN_FREE;

    debugheap_report(debugheap, around, (struct debugheap_fault){.kind = kind, .address = address, .where = address});
    return around ? STATUS_INVALID : STATUS_NOT_OWNED;
}

static bool look_at_all(const struct debugheap *debugheap, const struct ring *ring)
{
    bool good = true;

    for (const struct ring *at = ring->next; at != ring; at = at->next)
        good &= debugheap_look_at(debugheap, (const struct record *)at);
    return good;
}

enum status debugheap_check(struct debugheap *debugheap)
{
    bool live = look_at_all(debugheap, &debugheap->live), freed = look_at_all(debugheap, &debugheap->quarantine);

    return live && freed ? STATUS_OK : STATUS_CORRUPT;
}

bool debugheap_next(const struct debugheap *debugheap, const void **position, struct debugheap_object *object)
{
    const struct ring *at = *position ? *position : &debugheap->live;
    const struct record *record = (const struct record *)at->next;

    if (at->next == &debugheap->live)
        return false;
    *position = record;
    *object = (struct debugheap_object){record->node.key, record->size, record->allocated_by};
    return true;
}
