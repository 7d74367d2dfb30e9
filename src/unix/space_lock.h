/* SPDX-License-Identifier: Apache-2.0 */
/* mlock and its kin, mincore, msync: what the program asks about its pages.  Results as in space.h. */
#ifndef ACRE_SPACE_LOCK_H
#define ACRE_SPACE_LOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { SPACE_LOCK_CURRENT = 1, SPACE_LOCK_FUTURE = 2, SPACE_LOCK_ONFAULT = 4 };

/* mlock, mlock2: on_fault locks pages as they are touched, without making them. */
int64_t space_lock(uint64_t address, uint64_t length, bool on_fault);
int64_t space_unlock(uint64_t address, uint64_t length);
int64_t space_lock_all(uint64_t flags);
int64_t space_unlock_all(void);

/* Whether a page, which an area holds, needs no more memory to be read: mincore. */
bool space_resident(uint64_t page);

int64_t space_sync(uint64_t address, uint64_t length, uint64_t flags);

#endif
