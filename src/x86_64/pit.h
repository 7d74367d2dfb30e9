/* SPDX-License-Identifier: Apache-2.0 */
/* The 8254 timer: counter 0 for one interrupt, counter 2 to measure time. */
#ifndef ACRE_PIT_H
#define ACRE_PIT_H

#include <stdint.h>

#define PIT_HZ 1193182u /* 14.31818 MHz / 12 */
#define PIT_MOST 65535u /* counts of one shot */

/* One interrupt on PIC_LINE_TIMER after `counts` (1..PIT_MOST) periods of PIT_HZ; forgets an earlier shot. */
void pit_shoot(uint32_t counts);

/* Ticks of the time-stamp counter in `counts` (1..PIT_MOST) periods of PIT_HZ, measured; at least 1. */
uint64_t pit_measure(uint32_t counts);

#endif
