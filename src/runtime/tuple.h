/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tuples: values by name, in the order in which the names were added.  A name is a symbol and so compared by address.
 * A tuple does not own its values (value.h).
 */
#ifndef ACRE_TUPLE_H
#define ACRE_TUPLE_H

#include "entries.h"
#include "symbol.h"

struct tuple_value {
    struct entries entries; /* whose keys are symbols */
};

/* An empty one, which has no memory beside its head yet; NULL: no memory. */
struct tuple_value *tuple_create(struct tagged *tagged);

/* The value of a name; NULL: it has none. */
struct value *tuple_get(const struct tuple_value *tuple, const struct symbol_value *name);

/* As entries_put. */
MUST_USE enum status tuple_set(struct tagged *tagged, struct tuple_value *tuple, struct symbol_value *name,
                               struct value *value);

/* As entries_remove. */
MUST_USE enum status tuple_remove(struct tagged *tagged, struct tuple_value *tuple, const struct symbol_value *name);

/* A walk over the entries; entries.h says what it promises when the tuple changes. */
void tuple_walk_start(struct entries_walk *walk, const struct tuple_value *tuple);

/* Stores the next name and value and returns true; false when there is none. */
bool tuple_walk_next(struct entries_walk *walk, struct symbol_value **name, struct value **value);

#endif
