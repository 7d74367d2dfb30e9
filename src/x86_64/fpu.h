/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x87, SSE, AVX and AVX-512: the program's alone.  The kernel is compiled without them and never touches them, so their
 * state stays in the registers until another thread is to run.
 */
#ifndef ACRE_FPU_H
#define ACRE_FPU_H

#include <stdbool.h>
#include <stdint.h>

#define FPU_STATE_SIZE 2688 /* XSAVE's standard form with all states up to AVX-512 (SDM vol. 1 13.4, 13.5) */
#define FPU_LEGACY_SIZE 512 /* the part that FXSAVE knows */
#define FPU_HEADER_SIZE 64 /* XSAVE's header comes after it */

struct fpu_state {
    uint8_t bytes[FPU_STATE_SIZE];
} __attribute__((aligned(64)));

/* Enables what the CPU has.  Once. */
void fpu_init(void);

/* Bytes of a state that are used here, and the XCR0 of what is enabled (0: FXSAVE only). */
uint32_t fpu_size(void);
uint64_t fpu_features(void);

void fpu_save(struct fpu_state *state);

/* false: the CPU refuses the state; then the registers are as fpu_reset leaves them. */
bool fpu_load(const struct fpu_state *state);

/* The same with a state in the program's memory, of fpu_size() bytes, aligned to 64; false also where that faults. */
bool fpu_save_user(uint64_t state);
bool fpu_load_user(uint64_t state);

/* Whether MXCSR has only bits that this CPU has.  XRSTOR refuses others, but QEMU's TCG does not. */
bool fpu_mxcsr_good(uint32_t mxcsr);

/* The state of a program that begins (psABI: x87 control word 0x37f, MXCSR 0x1f80, all else 0). */
void fpu_reset(void);

#endif
