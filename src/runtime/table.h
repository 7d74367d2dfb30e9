/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables: values by a key that is any value, in the order in which the keys were added.  Integers and strings are the
 * same key if their contents are the same, all others if they are the same object.  A table owns neither keys nor
 * values (value.h); a key must live as long as its entry.
 */
#ifndef ACRE_TABLE_H
#define ACRE_TABLE_H

#include "entries.h"

struct table_value {
    struct entries entries;
};

/* An empty one, which has no memory beside its head yet; NULL: no memory. */
struct table_value *table_create(struct tagged *tagged);

/* The value of a key; NULL: it has none. */
struct value *table_get(const struct table_value *table, const struct value *key);

/* As entries_put. */
MUST_USE enum status table_set(struct tagged *tagged, struct table_value *table, struct value *key,
                               struct value *value);

/* As entries_remove. */
MUST_USE enum status table_remove(struct tagged *tagged, struct table_value *table, const struct value *key);

/* A walk over the entries; entries.h says what it promises when the table changes. */
void table_walk_start(struct entries_walk *walk, const struct table_value *table);

/* Stores the next key and value and returns true; false when there is none. */
bool table_walk_next(struct entries_walk *walk, struct value **key, struct value **value);

#endif
