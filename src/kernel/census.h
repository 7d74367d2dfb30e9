/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger's owners counted anew, from other books than the ledger: the id heap's bits and the page tables. */
#ifndef ACRE_CENSUS_H
#define ACRE_CENSUS_H

#include "ledger.h"

void census_take(struct ledger *counted);

#endif
