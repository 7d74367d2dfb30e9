/* SPDX-License-Identifier: Apache-2.0 */
/* What the auxiliary vector says of the CPU. */
#ifndef ACRE_HWCAP_H
#define ACRE_HWCAP_H

#include <stdint.h>

#include "x86_64/cpu.h"
#include "x86_64/fpu.h"

#define HWCAP_FRAME_SIZE 0x300 /* of a signal's frame beside the FPU's state: ucontext, siginfo, red zone, alignment */

/* AT_HWCAP: CPUID leaf 1, EDX. */
static inline uint64_t hwcap_first(void)
{
    return cpu_id(1, 0).edx;
}

/* AT_HWCAP2: neither MWAIT nor the instructions for FS and GS bases in ring 3. */
static inline uint64_t hwcap_second(void)
{
    return 0;
}

/* AT_MINSIGSTKSZ: the least that a signal's stack must have. */
static inline uint64_t hwcap_signal_frame(void)
{
    return fpu_size() + HWCAP_FRAME_SIZE;
}

#endif
