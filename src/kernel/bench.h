/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures that only a kernel can have, for make bench: a PROTO_BENCH line each, with the time-stamp counter's ticks a
 * call on average.  Under qemu -icount shift=0 and under Bochs a tick is an instruction.
 */
#ifndef ACRE_KERNEL_BENCH_H
#define ACRE_KERNEL_BENCH_H

void bench_heaps(void);

#endif
