/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions of ring 3 by kind, and page faults by what they were. */
#ifndef ACRE_STORE_FAULTS_H
#define ACRE_STORE_FAULTS_H

#include "runtime/store.h"

/* `faults` and `page-faults` in the group `program`. */
void store_faults_build(struct store *store, struct tuple_value *parent);

#endif
