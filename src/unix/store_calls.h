/* SPDX-License-Identifier: Apache-2.0 */
/* System calls by name: how often they were made, and, while config's call-times is 1, for how long. */
#ifndef ACRE_STORE_CALLS_H
#define ACRE_STORE_CALLS_H

#include <stdint.h>

#include "runtime/store.h"

/* From now on every call is counted. */
void store_calls_begin(void);

/* `calls`, `call-ticks` and `absent-calls` of the group `program`. */
void store_calls_build(struct store *store, struct tuple_value *parent);

/* The name of a number; NULL: it has no row. */
const char *store_calls_name(uint64_t number);

/* Whether the time of each call is taken, and whether each is said on the log: from the next one on. */
bool store_calls_timed(void);
void store_calls_time(bool on);
void store_calls_trace(bool on);

#endif
