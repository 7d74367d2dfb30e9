/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries: pairs of a key and a value in the order in which the keys were added, found by their key.  Tuples and tables
 * are both nothing else; tuple.h and table.h say which keys they have.
 *
 * Two keys are the same if they are the same object, or two integers of the same number, or two strings of the same
 * bytes.
 */
#ifndef ACRE_ENTRIES_H
#define ACRE_ENTRIES_H

#include <stdbool.h>

#include "value.h"

struct entry {
    struct value *key; /* NULL: removed */
    struct value *value;
    uint64_t number; /* grows from one entry to the next, and is never given again */
};

struct entries {
    struct value head;
    struct entry *slots; /* `capacity` of them; behind more than ENTRIES_LINEAR comes the index (entries.c) */
    uint64_t next_number;
    uint32_t used; /* slots, from the first on, that hold an entry or one that was removed */
    uint32_t live; /* entries */
    uint32_t capacity; /* a power of two, or 0 */
};

#define ENTRIES_LINEAR 8u /* up to so many slots are searched one by one */

void entries_init(struct entries *entries);

/* The value of a key; NULL: it is not there. */
struct value *entries_get(const struct entries *entries, const struct value *key);

/*
 * Adds an entry at the end, or replaces the value of one that is there, which keeps its key and its place.
 * STATUS_NO_MEMORY, also for a key or a value NULL: so the result of a creation may be put without a look.
 */
MUST_USE enum status entries_put(struct tagged *tagged, struct entries *entries, struct value *key,
                                 struct value *value);

/* STATUS_NOT_FOUND.  The memory is given back when the last entry goes. */
MUST_USE enum status entries_remove(struct tagged *tagged, struct entries *entries, const struct value *key);

/* Makes it empty and frees its memory. */
void entries_clear(struct tagged *tagged, struct entries *entries);

/*
 * A walk is an entry's number, so it survives every change but the end of the entries themselves.  It gives entries in
 * the order in which their keys were added: each that is there from the walk's start until its turn exactly once, none
 * that is removed before its turn, and those added during the walk after all others.  A key removed and added again is
 * a new entry.  A step costs a search by halves.
 */
struct entries_walk {
    const struct entries *entries;
    uint64_t next; /* entries with a lower number are done */
};

void entries_walk_start(struct entries_walk *walk, const struct entries *entries);

/* The next entry, which stands there until the next change; NULL at the end, where the walk goes on if there are more
 * later. */
const struct entry *entries_walk_next(struct entries_walk *walk);

#endif
