/* SPDX-License-Identifier: Apache-2.0 */
/* The program's address space. */
#ifndef ACRE_STORE_MAPS_H
#define ACRE_STORE_MAPS_H

#include "runtime/store.h"

/* `space`, what the address space is as a whole, and `mappings`, a list, in the group `program`. */
void store_maps_build(struct store *store, struct tuple_value *parent);

#endif
