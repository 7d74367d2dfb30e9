/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

struct table_value *table_create(struct tagged *tagged)
{
    struct table_value *table = tagged_new(tagged, TAG_TABLE, sizeof *table, 0);

    if (table)
        entries_init(&table->entries);
    return table;
}

struct value *table_get(const struct table_value *table, const struct value *key)
{
    return entries_get(&table->entries, key);
}

enum status table_set(struct tagged *tagged, struct table_value *table, struct value *key, struct value *value)
{
    return entries_put(tagged, &table->entries, key, value);
}

enum status table_remove(struct tagged *tagged, struct table_value *table, const struct value *key)
{
    return entries_remove(tagged, &table->entries, key);
}

void table_walk_start(struct entries_walk *walk, const struct table_value *table)
{
    entries_walk_start(walk, &table->entries);
}

bool table_walk_next(struct entries_walk *walk, struct value **key, struct value **value)
{
    const struct entry *entry = entries_walk_next(walk);

    if (!entry)
        return false;
    *key = entry->key;
    *value = entry->value;
    return true;
}
