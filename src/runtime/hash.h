/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes of 32 bits for tables in memory.  They spread well and are cheap; they do not withstand an attacker. */
#ifndef ACRE_HASH_H
#define ACRE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a in 32 bits (Fowler, Noll and Vo; offset basis and prime as in RFC 9923). */
static inline uint32_t hash_bytes(const void *bytes, size_t size)
{
    const uint8_t *next = bytes, *end = next + size;
    uint32_t hash = 0x811c9dc5;

    while (next < end)
        hash = (hash ^ *next++) * 0x01000193;
    return hash;
}

/* The high half of a product with 2^64 divided by the golden ratio (Knuth, vol. 3, 6.4). */
static inline uint32_t hash_number(uint64_t number)
{
    return (uint32_t)(number * 0x9e3779b97f4a7c15 >> 32);
}

#endif
