/* SPDX-License-Identifier: Apache-2.0 */
/* Memory doubles when it grows and goes when the last item goes. */
#include "vector.h"

#include "bytes.h"

#define FIRST_CAPACITY 4u

struct vector_value *vector_create(struct tagged *tagged)
{
    struct vector_value *vector = tagged_new(tagged, TAG_VECTOR, sizeof *vector, 0);

    if (vector)
        *vector = (struct vector_value){.count = 0};
    return vector;
}

static void delete_items(struct tagged *tagged, struct value **items, uint32_t capacity)
{
    tagged_delete(tagged, TAG_VECTOR, items, (uint64_t)capacity * sizeof *items);
}

static bool grow(struct tagged *tagged, struct vector_value *vector)
{
    uint64_t capacity = vector->capacity ? 2 * (uint64_t)vector->capacity : FIRST_CAPACITY;
    struct value **items = tagged_new(tagged, TAG_VECTOR, 0, capacity * sizeof *items);

    if (!items)
        return false;
    bytes_copy(items, vector->items, vector->count * sizeof *items);
    delete_items(tagged, vector->items, vector->capacity);
    vector->items = items;
    vector->capacity = (uint32_t)capacity;
    return true;
}

enum status vector_push(struct tagged *tagged, struct vector_value *vector, struct value *item)
{
    if (!item || (vector->count == vector->capacity && !grow(tagged, vector)))
        return STATUS_NO_MEMORY;
    vector->items[vector->count++] = item;
    return STATUS_OK;
}

struct value *vector_get(const struct vector_value *vector, uint32_t position)
{
    return position < vector->count ? vector->items[position] : NULL;
}

enum status vector_set(struct vector_value *vector, uint32_t position, struct value *item)
{
    if (position >= vector->count)
        return STATUS_NOT_FOUND;
    if (!item)
        return STATUS_NO_MEMORY;
    vector->items[position] = item;
    return STATUS_OK;
}

struct value *vector_remove(struct tagged *tagged, struct vector_value *vector, uint32_t position)
{
    struct value *item = vector_get(vector, position);

    if (!item)
        return NULL;
    vector->count--;
    bytes_move(vector->items + position, vector->items + position + 1,
               (vector->count - position) * sizeof *vector->items);
    if (!vector->count)
        vector_clear(tagged, vector);
    return item;
}

struct value *vector_pop(struct tagged *tagged, struct vector_value *vector)
{
    return vector_remove(tagged, vector, vector->count - 1);
}

void vector_clear(struct tagged *tagged, struct vector_value *vector)
{
    delete_items(tagged, vector->items, vector->capacity);
    vector->items = NULL;
    vector->count = vector->capacity = 0;
}

void vector_walk_start(struct vector_walk *walk, struct vector_value *vector)
{
    *walk = (struct vector_walk){vector, 0};
}

struct value *vector_walk_next(struct vector_walk *walk)
{
    struct value *item = vector_get(walk->vector, walk->next);

    walk->next += item != NULL;
    return item;
}

struct value *vector_walk_remove(struct tagged *tagged, struct vector_walk *walk)
{
    return vector_remove(tagged, walk->vector, --walk->next);
}
