/* SPDX-License-Identifier: Apache-2.0 */
/* Which bytes stand for what in values as text (value_text.h); for its printer and its parser. */
#ifndef ACRE_VALUE_CHARS_H
#define ACRE_VALUE_CHARS_H

#include <stdbool.h>

static inline bool char_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* What a name may start with; setting bit 5 makes a capital letter a small one. */
static inline bool char_starts_name(int c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

static inline bool char_in_name(int c)
{
    return char_starts_name(c) || char_is_digit(c) || c == '-' || c == '.';
}

static inline bool char_is_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

#endif
