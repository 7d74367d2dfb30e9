/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What holds for every value.
 *
 * value_destroy collects before it frees: a pile is a list through the objects' own links, and an object is in it if
 * its link is not NULL (the last one's is itself).  Each object in the pile adds what it refers to at the end; when the
 * walk comes to the end, the pile is all that can be reached, and only then the first is freed.  So nothing is looked
 * at after it is gone, and the cost is one step for each reference.
 */
#include "value.h"

#include "buffer.h"
#include "entries.h"
#include "record.h"
#include "scalar.h"
#include "symbol.h"
#include "table.h"
#include "tuple.h"
#include "value_seam.h"
#include "vector.h"
#include "view.h"

#define SIZE_ROW(name, NAME, number) [TAG_##NAME] = sizeof(struct name##_value),

/* Bytes of an object whose size its type tells. */
static const uint8_t sizes[TAG_COUNT] = {TAG_LIST(SIZE_ROW)};

uint32_t tag_of(const struct value *value)
{
    return seam_tag((uintptr_t)value);
}

void *value_check(struct value *value, uint32_t wanted)
{
    uint32_t found = tag_of(value);

    if (found != wanted)
        value_fault_hook(&(struct value_fault){"wrong tag", (uintptr_t)value, wanted, found, STATUS_INVALID});
    return value;
}

/* The tag of what must be a value. */
static uint32_t listed_tag(const struct value *value)
{
    uint32_t tag = tag_of(value);

    if (tag >= TAG_COUNT || tag == TAG_NONE)
        value_fault_hook(&(struct value_fault){"not a value", (uintptr_t)value, TAG_NONE, tag, STATUS_INVALID});
    return tag;
}

void value_free(struct tagged *tagged, struct value *value)
{
    uint32_t tag = value ? listed_tag(value) : TAG_SYMBOL;
    uint64_t size = sizes[tag];

    switch (tag) {
    case TAG_SYMBOL:
        return;
    case TAG_TUPLE:
    case TAG_TABLE:
        entries_clear(tagged, (struct entries *)value);
        break;
    case TAG_VECTOR:
        vector_clear(tagged, (struct vector_value *)value);
        break;
    case TAG_BUFFER:
        buffer_clear(tagged, (struct buffer_value *)value);
        break;
    case TAG_STRING:
        size = STRING_FIXED + (uint64_t)((struct string_value *)value)->size;
        break;
    case TAG_UNKNOWN:
        size = UNKNOWN_FIXED + (uint64_t)((struct unknown_value *)value)->size;
        break;
    default:
        break;
    }
    tagged_delete(tagged, tag, value, size);
}

struct pile {
    struct value *last;
};

static void pile_add(struct pile *pile, struct value *value)
{
    if (!value || listed_tag(value) == TAG_SYMBOL || value->link)
        return;
    pile->last->link = value;
    value->link = value;
    pile->last = value;
}

static void pile_add_entries(struct pile *pile, const struct entries *entries)
{
    for (uint32_t i = 0; i < entries->used; i++) {
        pile_add(pile, entries->slots[i].key);
        pile_add(pile, entries->slots[i].value);
    }
}

static void pile_add_items(struct pile *pile, const struct vector_value *vector)
{
    for (uint32_t i = 0; i < vector->count; i++)
        pile_add(pile, vector->items[i]);
}

/* Adds what a value refers to. */
static void pile_add_below(struct pile *pile, struct value *value)
{
    switch (tag_of(value)) {
    case TAG_TUPLE:
    case TAG_TABLE:
        pile_add_entries(pile, (struct entries *)value);
        break;
    case TAG_VECTOR:
        pile_add_items(pile, (struct vector_value *)value);
        break;
    case TAG_FAULT:
        pile_add(pile, string_as_value(((struct fault_value *)value)->text));
        break;
    default:
        break;
    }
}

void value_destroy(struct tagged *tagged, struct value *value)
{
    struct value start = {NULL}, *at, *next;
    struct pile pile = {&start};

    pile_add(&pile, value);
    for (at = &start; at != pile.last;) {
        at = at->link;
        pile_add_below(&pile, at);
    }
    for (at = start.link; at; at = next) {
        next = at == pile.last ? NULL : at->link;
        value_free(tagged, at);
    }
}
