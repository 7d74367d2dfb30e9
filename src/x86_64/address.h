/* SPDX-License-Identifier: Apache-2.0 */
/* Physical and virtual addresses are different types, so that neither is taken for the other. */
#ifndef ACRE_ADDRESS_H
#define ACRE_ADDRESS_H

#include <stdint.h>

typedef struct {
    uint64_t p;
} phys_t;

typedef struct {
    uint64_t v;
} virt_t;

/*@ assigns \nothing;
    ensures \result.p == address; */
static inline phys_t phys(uint64_t address)
{
    return (phys_t){ address };
}

/*@ assigns \nothing;
    ensures \result.v == address; */
static inline virt_t virt(uint64_t address)
{
    return (virt_t){ address };
}

static inline void *virt_pointer(virt_t address)
{
    return (void *)(uintptr_t)address.v;
}

#endif
