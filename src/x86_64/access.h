/* SPDX-License-Identifier: Apache-2.0 */
/* The routines of access.asm, which stands beside it: false (or -1) where the access faulted and nobody resolved it. */
#ifndef ACRE_ACCESS_H
#define ACRE_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

bool access_copy(void *to, const void *from, uint64_t size);
bool access_fill(void *to, uint8_t byte, uint64_t size);
int64_t access_text(char *to, const char *from, uint64_t room); /* length; room: no NUL in it; -1 */
bool access_exchange(uint32_t *at, uint32_t *expected, uint32_t wanted);

/* Save and load an FPU state, wherever it lies; false also: the CPU refuses it. */
bool access_xsave(void *state, uint64_t mask);
bool access_fxsave(void *state);
bool access_xrstor(const void *state, uint64_t mask);
bool access_fxrstor(const void *state);

#endif
