/* SPDX-License-Identifier: Apache-2.0 */
/* Without a program nobody else has a clock: the time-stamp counter, measured against the PIT for 5 ms. */
#include "kstore.h"
#include "x86_64/cpu.h"
#include "x86_64/pit.h"

#define MEASURE_COUNTS (PIT_HZ / 200)
#define MS_IN_MEASURE 5

uint64_t kstore_now_ms(void)
{
    static uint64_t ticks_per_ms;

    if (!ticks_per_ms) {
        uint64_t measured = pit_measure(MEASURE_COUNTS) / MS_IN_MEASURE;

        ticks_per_ms = measured ? measured : 1;
    }
    return cpu_tsc() / ticks_per_ms;
}
