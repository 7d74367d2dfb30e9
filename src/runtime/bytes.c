/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On x86 the string instructions do the work: they move a word a step, are the shortest code, and cannot be turned by a
 * compiler into a call of the very function they stand in.  Elsewhere, and where BYTES_PORTABLE asks for it (sanitizers
 * do not see into assembly), plain loops; KEEP_LOOP keeps a compiler from recognising them.
 */
#include "bytes.h"

#include <stdint.h>

#define KEEP_LOOP() __asm__ volatile("" ::: "memory")

#if (defined(__x86_64__) || defined(__i386__)) && !defined(BYTES_PORTABLE)

#if defined(__x86_64__)
#define WORD_SHIFT 3
#define MOVE_WORDS "rep movsq"
#define STORE_WORDS "rep stosq"
#else
#define WORD_SHIFT 2
#define MOVE_WORDS "rep movsl"
#define STORE_WORDS "rep stosl"
#endif
#define WORD_REST (((size_t)1 << WORD_SHIFT) - 1)

void bytes_copy(void *to, const void *from, size_t size)
{
    size_t words = size >> WORD_SHIFT, rest = size & WORD_REST;

    __asm__ volatile(MOVE_WORDS : "+D"(to), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest) : : "memory");
}

/* From the last byte down, with the direction flag set only in between. */
static void copy_down(void *to, const void *from, size_t size)
{
    uint8_t *to_last = (uint8_t *)to + size - 1;
    const uint8_t *from_last = (const uint8_t *)from + size - 1;

    __asm__ volatile("std; rep movsb; cld" : "+D"(to_last), "+S"(from_last), "+c"(size) : : "memory", "cc");
}

void bytes_fill(void *to, int value, size_t size)
{
    uintptr_t pattern = (uint8_t)value * (UINTPTR_MAX / UINT8_MAX);
    size_t words = size >> WORD_SHIFT, rest = size & WORD_REST;

    __asm__ volatile(STORE_WORDS : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(pattern) : "memory");
}

#else

void bytes_copy(void *to, const void *from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    while (size--) {
        *t++ = *f++;
        KEEP_LOOP();
    }
}

static void copy_down(void *to, const void *from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    while (size--) {
        t[size] = f[size];
        KEEP_LOOP();
    }
}

void bytes_fill(void *to, int value, size_t size)
{
    uint8_t *t = to;

    while (size--) {
        *t++ = (uint8_t)value;
        KEEP_LOOP();
    }
}

#endif

void bytes_move(void *to, const void *from, size_t size)
{
    /* Copying upwards is wrong only if `to` lies inside the source; the subtraction wraps where it lies below. */
    if ((uintptr_t)to - (uintptr_t)from < size)
        copy_down(to, from, size);
    else
        bytes_copy(to, from, size);
}

int bytes_compare(const void *left, const void *right, size_t size)
{
    const uint8_t *l = left, *r = right;

    for (; size; size--, l++, r++)
        if (*l != *r)
            return *l < *r ? -1 : 1;
    return 0;
}

size_t text_length(const char *text)
{
    size_t length = 0;

    while (text[length]) {
        length++;
        KEEP_LOOP();
    }
    return length;
}

bool text_equal(const char *left, const char *right)
{
    while (*left && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

bool text_starts(const char *text, const char *prefix)
{
    while (*prefix && *text == *prefix) {
        text++;
        prefix++;
    }
    return !*prefix;
}
