/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random bytes, for getrandom, /dev/urandom, AT_RANDOM and the layout: ChaCha20 with a key that is replaced at each
 * request, so that what is in memory tells nothing of what was given out (fast key erasure).
 *
 * The key comes from RDSEED or RDRAND where the CPU has them and from the time-stamp counter.  With the option seed=N
 * it comes from N alone: then everything random is the same at every boot.
 */
#ifndef ACRE_RANDOM_H
#define ACRE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* Once, before the others. */
void random_init(bool seeded, uint64_t seed);

void random_fill(void *to, uint64_t size);

uint64_t random_number(void);

#endif
