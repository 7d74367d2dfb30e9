/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes and texts without a C library.  bytes_abi.c gives memcpy, memmove, memset and memcmp besides, which compilers
 * call on their own; it belongs into the kernel and stage2, never into a host program.
 */
#ifndef ACRE_BYTES_H
#define ACRE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies size bytes; the two must not overlap. */
void bytes_copy(void *to, const void *from, size_t size);

/* Copies size bytes; the two may overlap. */
void bytes_move(void *to, const void *from, size_t size);

/* Sets size bytes to value's low 8 bits. */
void bytes_fill(void *to, int value, size_t size);

/* Less than, equal to or greater than 0 as the first byte that differs is smaller, there is none, or it is greater. */
int bytes_compare(const void *left, const void *right, size_t size);

/* The little-endian word at any address; compilers make one load of it where the machine is so. */
static inline uint32_t bytes_load32(const void *bytes)
{
    const uint8_t *at = bytes;

    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Bytes before the NUL. */
size_t text_length(const char *text);

/* Whether both are the same, case included. */
bool text_equal(const char *left, const char *right);

/* Whether text starts with prefix. */
bool text_starts(const char *text, const char *prefix);

#endif
