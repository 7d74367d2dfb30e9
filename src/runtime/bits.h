/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of ones in 64-bit words. */
#ifndef ACRE_BITS_H
#define ACRE_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define BITS_NONE 64u

/*@ requires bit < 64;
    assigns \nothing;
    ensures \result <==> (word >> bit & 1) != 0; */
static inline bool bit_is_set(uint64_t word, uint32_t bit)
{
    return word >> bit & 1;
}

/*@ requires bit < 64;
    assigns \nothing;
    ensures \result == 1 << bit;
    ensures \result > 0; */
static inline uint64_t bit_mask(uint32_t bit)
{
    return (uint64_t)1 << bit;
}

/* Ones from bit `from` to just before bit `to`; from <= to <= 64, from < 64. */
static inline uint64_t bits_between(uint32_t from, uint32_t to)
{
    return (to == 64 ? ~(uint64_t)0 : bit_mask(to) - 1) & ~(uint64_t)0 << from;
}

/* The lowest and the highest one; word is not 0.  In 32 bit the compiler would call a library for the whole word. */
/*@ requires word != 0;
    assigns \nothing;
    ensures \result < 64;
    ensures (word & 1 << \result) != 0; */
static inline uint32_t bit_lowest(uint64_t word)
{
#if __SIZEOF_LONG__ == 8
    return (uint32_t)__builtin_ctzl(word);
#else
    uint32_t low = (uint32_t)word, high = (uint32_t)(word >> 32);

    return (uint32_t)(low ? __builtin_ctz(low) : 32 + __builtin_ctz(high));
#endif
}

/*@ requires word != 0;
    assigns \nothing;
    ensures \result < 64; */
static inline uint32_t bit_highest(uint64_t word)
{
#if __SIZEOF_LONG__ == 8
    return 63 ^ (uint32_t)__builtin_clzl(word);
#else
    uint32_t low = (uint32_t)word, high = (uint32_t)(word >> 32);

    return (uint32_t)(high ? 63 - __builtin_clz(high) : 31 - __builtin_clz(low));
#endif
}

/* How many ones stand at the bottom, up to 64. */
/*@ assigns \nothing;
    ensures \result <= 64;
    ensures \result == 64 <==> word == UINT64_MAX; */
static inline uint32_t bits_at_bottom(uint64_t word)
{
    return ~word ? bit_lowest(~word) : 64;
}

/* How many ones stand at the top, up to 64. */
/*@ assigns \nothing;
    ensures \result <= 64;
    ensures \result == 64 <==> word == UINT64_MAX; */
static inline uint32_t bits_at_top(uint64_t word)
{
    return ~word ? 63 - bit_highest(~word) : 64;
}

/* How many ones stand in a row from `bit` (below 64) upwards. */
/*@ requires bit < 64;
    assigns \nothing;
    ensures \result <= 64; */
static inline uint32_t bits_upward(uint64_t word, uint32_t bit)
{
    return bits_at_bottom(word >> bit);
}

/* How many ones stand in a row from just below `bit` (up to 64) downwards. */
static inline uint32_t bits_downward(uint64_t word, uint32_t bit)
{
    return bit ? bits_at_top(word << (64 - bit)) : 0;
}

/* Where a run of at least `count` ones (1..64) goes on upwards: a one.  Halves the run in each step. */
/*@ requires 1 <= count <= 64;
    assigns \nothing; */
static inline uint64_t bits_runs(uint64_t word, uint32_t count)
{
    /*@ loop invariant 1 <= count <= 64;
        loop assigns word, count;
        loop variant count; */
    while (count > 1) {
        uint32_t half = count >> 1;

        word &= word >> half;
        count -= half;
    }
    return word;
}

/* Where the lowest run of at least `count` ones (1..64) starts; BITS_NONE if there is none. */
/*@ requires 1 <= count <= 64;
    assigns \nothing;
    ensures \result <= BITS_NONE; */
static inline uint32_t bits_find_run(uint64_t word, uint32_t count)
{
    word = bits_runs(word, count);
    return word ? bit_lowest(word) : BITS_NONE;
}

#endif
