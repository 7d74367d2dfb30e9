/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic of half-open ranges [base, limit) of 64-bit numbers.  All tests for overflow stand here, each made before
 * the sum it guards.  An align is a power of two.
 */
#ifndef ACRE_RANGE_H
#define ACRE_RANGE_H

#include <stdbool.h>
#include <stdint.h>

/*@ assigns \nothing;
    ensures \result == (left < right ? left : right); */
static inline uint64_t range_min(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

/*@ assigns \nothing;
    ensures \result == (left > right ? left : right); */
static inline uint64_t range_max(uint64_t left, uint64_t right)
{
    return left > right ? left : right;
}

/* base + size, or 2^64-1 where that is less: a range up to 2^64 loses its last byte, which no CPU can address. */
/*@ assigns \nothing;
    ensures \result == (base + size < 0x10000000000000000 ? base + size : UINT64_MAX); */
static inline uint64_t range_limit(uint64_t base, uint64_t size)
{
    return UINT64_MAX - base < size ? UINT64_MAX : base + size;
}

/* Whether size fits between base and limit; false where base is above limit. */
/*@ assigns \nothing;
    ensures \result <==> base <= limit && base + size <= limit; */
static inline bool range_fits(uint64_t base, uint64_t limit, uint64_t size)
{
    return base <= limit && limit - base >= size;
}

/*@ assigns \nothing;
    ensures \result <==> align > 0 && (align & (align - 1)) == 0; */
static inline bool range_is_power(uint64_t align)
{
    return align && !(align & (align - 1));
}

/*@ requires align > 0;
    assigns \nothing;
    ensures (\result & (align - 1)) == 0;
    ensures \result <= value < \result + align; */
static inline uint64_t range_align_down(uint64_t value, uint64_t align)
{
    return value & ~(align - 1);
}

/* Whether range_align_up(value, align) is below 2^64. */
/*@ requires align > 0;
    assigns \nothing;
    ensures \result <==> value + (align - 1) < 0x10000000000000000; */
static inline bool range_can_align_up(uint64_t value, uint64_t align)
{
    return value <= UINT64_MAX - (align - 1);
}

/* Needs range_can_align_up. */
/*@ requires align > 0 && value + (align - 1) < 0x10000000000000000;
    assigns \nothing;
    ensures (\result & (align - 1)) == 0;
    ensures value <= \result < value + align; */
static inline uint64_t range_align_up(uint64_t value, uint64_t align)
{
    return (value + (align - 1)) & ~(align - 1);
}

#endif
