/* SPDX-License-Identifier: Apache-2.0 */
/* The group `program` of the store: what runs, on what, and what it has done so far. */
#ifndef ACRE_STORE_PROGRAM_H
#define ACRE_STORE_PROGRAM_H

#include "runtime/store.h"

void store_program_build(struct store *store);

#endif
