/* SPDX-License-Identifier: Apache-2.0 */
/* Digits of numbers, in 32-bit code without a 64-bit division: stage2 has no library for it. */
#ifndef ACRE_DIGITS_H
#define ACRE_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

#define DIGITS_MAX 24 /* 20 decimal digits of 2^64-1, a sign, 0x */

/*
 * value / 10 is the high half of value * 0xcccccccccccccccd, shifted right by 3, for every 64-bit value (Granlund and
 * Montgomery, "Division by invariant integers using multiplication", 1994).  The high half comes from four 32-bit
 * products.
 */
static inline uint64_t digits_tenth(uint64_t value)
{
#if __SIZEOF_LONG__ == 8
    return value / 10;
#else
    const uint64_t high_factor = 0xcccccccc, low_factor = 0xcccccccd;
    uint64_t high = value >> 32, low = (uint32_t)value;
    uint64_t middle = (low * low_factor >> 32) + high * low_factor;
    uint64_t other = low * high_factor + (uint32_t)middle;

    return (high * high_factor + (middle >> 32) + (other >> 32)) >> 3;
#endif
}

/* Writes the digits of value so that they end at `end`; returns the first. */
static inline char *digits_decimal(char *end, uint64_t value)
{
    do {
        uint64_t rest = digits_tenth(value);

        *--end = (char)('0' + (uint32_t)(value - rest * 10));
        value = rest;
    } while (value);
    return end;
}

static inline char *digits_hexadecimal(char *end, uint64_t value, bool upper)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";

    do
        *--end = digits[value & 15];
    while (value >>= 4);
    return end;
}

/* 0..15; above: no hexadecimal digit. */
static inline uint32_t digits_hex_value(char c)
{
    uint32_t digit = (uint32_t)(uint8_t)c - '0', letter = ((uint32_t)(uint8_t)c | 0x20) - 'a';

    if (digit <= 9)
        return digit;
    return letter <= 5 ? letter + 10 : 16;
}

#endif
