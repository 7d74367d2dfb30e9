/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The four functions that GCC and Clang expect of every freestanding program ("GCC requires the freestanding
 * environment provide memcpy, memmove, memset and memcmp", GCC manual, Standards).  The host has its own.
 */
#include "bytes.h"

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *left, const void *right, size_t size);

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    bytes_copy(to, from, size);
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    bytes_move(to, from, size);
    return to;
}

void *memset(void *to, int value, size_t size)
{
    bytes_fill(to, value, size);
    return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
    return bytes_compare(left, right, size);
}
