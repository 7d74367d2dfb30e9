/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap that hands every call on to its parent and counts: what was asked for, what is live, and whether everything
 * came back.  The parent must be used through it alone.
 */
#ifndef ACRE_COUNTING_H
#define ACRE_COUNTING_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"

/* The counts are the caller's to read. */
struct counting {
    struct heap heap;
    uint64_t allocations, frees; /* that went well */
    uint64_t refused_allocations, refused_frees;
    uint64_t spans; /* live ones */
    uint64_t units; /* live ones, as the parent counts them */
    uint64_t peak; /* the most units there ever were */
    uint64_t before; /* units that the parent had given out when the counting began */
};

/* Starts from 0.  The name is kept, not copied. */
void counting_init(struct counting *counting, const char *name, struct heap *parent);

/* Whether everything came back: no span is live, and the parent says that no unit is. */
bool counting_is_clean(const struct counting *counting);

#endif
