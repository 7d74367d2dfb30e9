/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slots in the order of adding, and an index over them: open addressing, twice as many places as slots, a place holds a
 * slot's number plus one, or 0.
 *
 *   slots   [ key value number | removed | key value number | unused ... ]   capacity
 *   index   [ 0 3 0 1 ... ]                                                  2 * capacity, only above ENTRIES_LINEAR
 *
 * I1  used slots have one place in the index each, removed ones too, so at most half of the index is in use.
 * I2  numbers grow with the slot.
 *
 * A removed entry stays as a slot without a key until the slots are full.  Then, if a quarter of them or more are
 * removed ones, the others move together in place; else all move to twice the memory.  Either costs a step an entry,
 * and comes after a quarter of as many additions.
 */
#include "entries.h"

#include "bytes.h"
#include "hash.h"
#include "scalar.h"
#include "symbol.h"

#define FIRST_CAPACITY 4u
#define NO_SLOT UINT32_MAX

static uint32_t hash_of(const struct value *key)
{
    const struct string_value *string = (const struct string_value *)key;

    switch (tag_of(key)) {
    case TAG_SYMBOL:
        return ((const struct symbol_value *)key)->hash;
    case TAG_INTEGER:
        return hash_number((uint64_t)((const struct integer_value *)key)->number);
    case TAG_STRING:
        return hash_bytes(string->text, string->size);
    default:
        return hash_number((uintptr_t)key);
    }
}

static bool same_string(const struct string_value *left, const struct string_value *right)
{
    return left->size == right->size && !bytes_compare(left->text, right->text, left->size);
}

static bool same_key(const struct value *left, const struct value *right)
{
    uint32_t tag = tag_of(left);

    if (left == right)
        return true;
    if (tag != tag_of(right))
        return false;
    if (tag == TAG_INTEGER)
        return ((const struct integer_value *)left)->number == ((const struct integer_value *)right)->number;
    return tag == TAG_STRING && same_string((const struct string_value *)left, (const struct string_value *)right);
}

static uint64_t block_size(uint64_t capacity)
{
    return capacity * (sizeof(struct entry) + (capacity > ENTRIES_LINEAR ? 2 * sizeof(uint32_t) : 0));
}

static bool has_index(const struct entries *entries)
{
    return entries->capacity > ENTRIES_LINEAR;
}

static uint32_t *index_of(const struct entries *entries)
{
    return (uint32_t *)(entries->slots + entries->capacity);
}

static uint32_t index_mask(const struct entries *entries)
{
    return 2 * entries->capacity - 1;
}

static void index_add(struct entries *entries, uint32_t slot)
{
    uint32_t *index = index_of(entries), mask = index_mask(entries), at = hash_of(entries->slots[slot].key) & mask;

    while (index[at])
        at = (at + 1) & mask;
    index[at] = slot + 1;
}

static bool slot_has(const struct entries *entries, uint32_t slot, const struct value *key)
{
    return entries->slots[slot].key && same_key(entries->slots[slot].key, key);
}

static uint32_t find_linear(const struct entries *entries, const struct value *key)
{
    for (uint32_t slot = 0; slot < entries->used; slot++)
        if (slot_has(entries, slot, key))
            return slot;
    return NO_SLOT;
}

static uint32_t find(const struct entries *entries, const struct value *key)
{
    uint32_t *index, mask, at;

    if (!has_index(entries))
        return find_linear(entries, key);
    index = index_of(entries);
    mask = index_mask(entries);
    for (at = hash_of(key) & mask; index[at]; at = (at + 1) & mask)
        if (slot_has(entries, index[at] - 1, key))
            return index[at] - 1;
    return NO_SLOT;
}

/* Moves the live entries together to the start of `slots`, which may be where they are, and makes the index anew. */
static void pack(struct entries *entries, struct entry *slots, uint32_t capacity)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < entries->used; i++)
        if (entries->slots[i].key)
            slots[count++] = entries->slots[i];
    entries->slots = slots;
    entries->used = count;
    entries->capacity = capacity;
    if (!has_index(entries))
        return;
    bytes_fill(index_of(entries), 0, (size_t)capacity * 2 * sizeof(uint32_t));
    for (uint32_t slot = 0; slot < count; slot++)
        index_add(entries, slot);
}

/* Makes an unused slot where there is none; false: no memory. */
static bool make_room(struct tagged *tagged, struct entries *entries)
{
    uint32_t old_capacity = entries->capacity, capacity = old_capacity ? 2 * old_capacity : FIRST_CAPACITY;
    struct entry *old = entries->slots, *slots;

    if (entries->live < old_capacity - old_capacity / 4) {
        pack(entries, old, old_capacity);
        return true;
    }
    slots = tagged_new(tagged, tag_of(&entries->head), 0, block_size(capacity));
    if (!slots)
        return false;
    pack(entries, slots, capacity);
    tagged_delete(tagged, tag_of(&entries->head), old, block_size(old_capacity));
    return true;
}

void entries_init(struct entries *entries)
{
    *entries = (struct entries){.slots = NULL};
}

struct value *entries_get(const struct entries *entries, const struct value *key)
{
    uint32_t slot = find(entries, key);

    return slot == NO_SLOT ? NULL : entries->slots[slot].value;
}

enum status entries_put(struct tagged *tagged, struct entries *entries, struct value *key, struct value *value)
{
    uint32_t slot;

    if (!key || !value)
        return STATUS_NO_MEMORY;
    slot = find(entries, key);
    if (slot != NO_SLOT) {
        entries->slots[slot].value = value;
        return STATUS_OK;
    }
    if (entries->used == entries->capacity && !make_room(tagged, entries))
        return STATUS_NO_MEMORY;
    entries->slots[entries->used] = (struct entry){key, value, entries->next_number++};
    entries->live++;
    if (has_index(entries))
        index_add(entries, entries->used);
    entries->used++;
    return STATUS_OK;
}

enum status entries_remove(struct tagged *tagged, struct entries *entries, const struct value *key)
{
    uint32_t slot = find(entries, key);

    if (slot == NO_SLOT)
        return STATUS_NOT_FOUND;
    entries->slots[slot].key = entries->slots[slot].value = NULL;
    if (!--entries->live)
        entries_clear(tagged, entries);
    return STATUS_OK;
}

void entries_clear(struct tagged *tagged, struct entries *entries)
{
    tagged_delete(tagged, tag_of(&entries->head), entries->slots, block_size(entries->capacity));
    entries->slots = NULL;
    entries->used = entries->live = entries->capacity = 0;
}

void entries_walk_start(struct entries_walk *walk, const struct entries *entries)
{
    *walk = (struct entries_walk){entries, 0};
}

/* The first slot whose number is not below `number`; `used` if there is none.  By I2 it is found by halves. */
static uint32_t slot_from(const struct entries *entries, uint64_t number)
{
    uint32_t low = 0, high = entries->used;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (entries->slots[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct entry *entries_walk_next(struct entries_walk *walk)
{
    const struct entries *entries = walk->entries;
    uint32_t slot = slot_from(entries, walk->next);

    while (slot < entries->used && !entries->slots[slot].key)
        slot++;
    if (slot == entries->used)
        return NULL;
    walk->next = entries->slots[slot].number + 1;
    return &entries->slots[slot];
}
