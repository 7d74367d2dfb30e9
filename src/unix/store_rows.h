/* SPDX-License-Identifier: Apache-2.0 */
/* What may be configured of programs: rows of the store's group `config`. */
#ifndef ACRE_STORE_ROWS_H
#define ACRE_STORE_ROWS_H

#include "runtime/storeconfig.h"

void store_rows_build(struct store *store);

#endif
