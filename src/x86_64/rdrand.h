/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU's own random numbers (SDM vol. 1, 7.3.17): false where none is at hand.  For CPUs that have them. */
#ifndef ACRE_RDRAND_H
#define ACRE_RDRAND_H

#include <stdbool.h>
#include <stdint.h>

#define CPUID_1_ECX_RDRAND (1u << 30)
#define CPUID_7_EBX_RDSEED (1u << 18)

static inline bool cpu_rdrand(uint64_t *number)
{
    bool good;

    __asm__ volatile("rdrand %0" : "=r"(*number), "=@ccc"(good));
    return good;
}

static inline bool cpu_rdseed(uint64_t *number)
{
    bool good;

    __asm__ volatile("rdseed %0" : "=r"(*number), "=@ccc"(good));
    return good;
}

#endif
