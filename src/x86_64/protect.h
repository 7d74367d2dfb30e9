/* SPDX-License-Identifier: Apache-2.0 */
/* The protections a CPU offers a kernel: each is turned on where it exists. */
#ifndef ACRE_PROTECT_H
#define ACRE_PROTECT_H

#include <stdbool.h>
#include <stdint.h>

struct protection {
    const char *name; /* "SMEP" */
    bool present, on;
};

#define PROTECTION_COUNT 6 /* WP NX PGE SMEP SMAP UMIP */

/* Turns on whatever the CPU has (SDM vol. 3A 2.5). */
void protect_enable(void);

/* What the CPU has and what is on, read back from the registers. */
void protect_read(struct protection list[PROTECTION_COUNT]);

uint64_t protect_cr4(void);

#endif
