/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The position-dependent sum that guards everything read from the disk.  Over little-endian 32-bit words w:
 * a = a + w, b = b + a, both mod 2^32; the sum is b << 32 | a.  Every flipped bit changes it, and so does every swap of
 * two words that differ and are less than 2^32 words apart.  It guards against accidents, not against attackers.
 */
#ifndef ACRE_SUM_H
#define ACRE_SUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Goes on with the sum `state` (0 at the start) over size bytes and returns it.  size is a multiple of 4; what is left
 * over is not summed.  bytes needs no alignment.  sum_words(sum_words(0, p, n), p + n, m) is sum_words(0, p, n + m).
 */
uint64_t sum_words(uint64_t state, const void *bytes, size_t size);

#endif
