/* SPDX-License-Identifier: Apache-2.0 */
#include "sum.h"

/* Compilers make one load of it where the machine is little-endian and does not mind the alignment.  Inline always: a
 * compiler that looks for the smallest code calls it, which makes a sum in stage2 three times as long. */
__attribute__((always_inline)) static inline uint32_t load32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

#define STEP(offset) (a += load32(p + (offset)), b += a)

uint64_t sum_words(uint64_t state, const void *bytes, size_t size)
{
    const uint8_t *p = bytes;
    uint32_t a = (uint32_t)state, b = (uint32_t)(state >> 32);

    for (; size >= 32; size -= 32, p += 32) {
        STEP(0), STEP(4), STEP(8), STEP(12);
        STEP(16), STEP(20), STEP(24), STEP(28);
    }
    for (; size >= 4; size -= 4, p += 4)
        STEP(0);
    return (uint64_t)b << 32 | a;
}
