/* SPDX-License-Identifier: Apache-2.0 */
#include "tuple.h"

struct tuple_value *tuple_create(struct tagged *tagged)
{
    struct tuple_value *tuple = tagged_new(tagged, TAG_TUPLE, sizeof *tuple, 0);

    if (tuple)
        entries_init(&tuple->entries);
    return tuple;
}

struct value *tuple_get(const struct tuple_value *tuple, const struct symbol_value *name)
{
    return entries_get(&tuple->entries, &name->head);
}

enum status tuple_set(struct tagged *tagged, struct tuple_value *tuple, struct symbol_value *name, struct value *value)
{
    return entries_put(tagged, &tuple->entries, symbol_as_value(name), value);
}

enum status tuple_remove(struct tagged *tagged, struct tuple_value *tuple, const struct symbol_value *name)
{
    return entries_remove(tagged, &tuple->entries, &name->head);
}

void tuple_walk_start(struct entries_walk *walk, const struct tuple_value *tuple)
{
    entries_walk_start(walk, &tuple->entries);
}

bool tuple_walk_next(struct entries_walk *walk, struct symbol_value **name, struct value **value)
{
    const struct entry *entry = entries_walk_next(walk);

    if (!entry)
        return false;
    *name = (struct symbol_value *)entry->key;
    *value = entry->value;
    return true;
}
