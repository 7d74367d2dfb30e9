/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of ones in 64-bit words. */
#ifndef ACRE_BITS_H
#define ACRE_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define BITS_NONE 64u

/*@ predicate one_at(integer word, integer bit) = (word & 1 << bit) != 0;
    predicate ones_in(integer word, integer from, integer to) =
        \forall integer i; from <= i < to ==> one_at(word, i);
    predicate run_at(integer word, integer at, integer count) =
        \forall integer i; at <= i < at + count ==> one_at(word, i);
    predicate zeros_in(integer word, integer from, integer to) =
        \forall integer i; from <= i < to ==> !one_at(word, i); */

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
    ensures one_at(word, \result) && zeros_in(word, 0, \result); */
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
    ensures \result < 64;
    ensures one_at(word, \result) && zeros_in(word, \result + 1, 64); */
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
    ensures \result == 64 <==> word == UINT64_MAX;
    ensures ones_in(word, 0, \result);
    ensures \result < 64 ==> !one_at(word, \result); */
static inline uint32_t bits_at_bottom(uint64_t word)
{
    return ~word ? bit_lowest(~word) : 64;
}

/* How many ones stand at the top, up to 64. */
/*@ assigns \nothing;
    ensures \result <= 64;
    ensures \result == 64 <==> word == UINT64_MAX;
    ensures ones_in(word, 64 - \result, 64);
    ensures \result < 64 ==> !one_at(word, 63 - \result); */
static inline uint32_t bits_at_top(uint64_t word)
{
    return ~word ? 63 - bit_highest(~word) : 64;
}

/* How many ones stand in a row from `bit` (below 64) upwards. */
/*@ requires bit < 64;
    assigns \nothing;
    ensures \result <= 64 - bit;
    ensures ones_in(word, bit, bit + \result);
    ensures bit + \result < 64 ==> !one_at(word, bit + \result); */
static inline uint32_t bits_upward(uint64_t word, uint32_t bit)
{
    /*@ assert !one_at(word >> bit, 64 - bit); */
    /*@ assert \forall integer i; bit <= i ==> one_at(word >> bit, i - bit) ==> one_at(word, i); */
    return bits_at_bottom(word >> bit);
}

/* How many ones stand in a row from just below `bit` (up to 64) downwards. */
static inline uint32_t bits_downward(uint64_t word, uint32_t bit)
{
    return bit ? bits_at_top(word << (64 - bit)) : 0;
}

/* Where a run of at least `count` ones (1..64) goes on upwards: a one.  Halves the run in each step. */
/*@ requires 1 <= count <= 64;
    assigns \nothing;
    ensures \forall integer i; 0 <= i ==> (one_at(\result, i) <==> run_at(word, i, count)); */
static inline uint64_t bits_runs(uint64_t word, uint32_t count)
{
    /*@ loop invariant 1 <= count <= 64;
        loop invariant \forall integer i; 0 <= i ==>
            (run_at(word, i, count) <==> run_at(\at(word, Pre), i, \at(count, Pre)));
        loop assigns word, count;
        loop variant count; */
    while (count > 1) {
        uint32_t half = count >> 1;

        /*@ assert \forall integer i; 0 <= i ==>
                (one_at(word & word >> half, i) <==> one_at(word, i) && one_at(word, i + half)); */
        /*@ assert \forall integer i; half <= i ==> one_at(word & word >> half, i - half) ==> one_at(word, i); */
        /*@ assert \forall integer i; 0 <= i ==> run_at(word & word >> half, i, count - half) ==>
                run_at(word, i, count); */
        /*@ assert \forall integer i; 0 <= i ==> run_at(word, i, count) ==>
                run_at(word & word >> half, i, count - half); */
        word &= word >> half;
        count -= half;
    }
    /*@ assert count == 1; */
    /*@ assert \forall integer i; 0 <= i ==> (one_at(word, i) <==> run_at(word, i, count)); */
    return word;
}

/* Where the lowest run of at least `count` ones (1..64) starts; BITS_NONE if there is none. */
/*@ requires 1 <= count <= 64;
    assigns \nothing;
    ensures \result <= BITS_NONE;
    ensures \result < 64 ==> run_at(word, \result, count);
    ensures \forall integer i; 0 <= i < \result ==> !run_at(word, i, count); */
static inline uint32_t bits_find_run(uint64_t word, uint32_t count)
{
    uint64_t runs = bits_runs(word, count);

    /*@ assert runs == 0 ==> zeros_in(runs, 0, 64); */
    return runs ? bit_lowest(runs) : BITS_NONE;
}

#endif
