/* SPDX-License-Identifier: Apache-2.0 */
/* Integers and strings: values that never change. */
#ifndef ACRE_SCALAR_H
#define ACRE_SCALAR_H

#include "value.h"

struct integer_value {
    struct value head;
    int64_t number;
};

struct string_value {
    struct value head;
    uint32_t size; /* bytes of the text */
    char text[]; /* and a NUL behind it; the text itself may have any bytes */
};

#define STRING_FIXED ((uint32_t)offsetof(struct string_value, text) + 1)

/* NULL: no memory. */
struct integer_value *integer_create(struct tagged *tagged, int64_t number);

/* A string of these bytes, which are copied; text may be NULL if size is 0.  NULL: no memory, or too many bytes. */
struct string_value *string_create(struct tagged *tagged, const char *text, size_t size);

/* The same for a text that ends at its NUL. */
struct string_value *string_from(struct tagged *tagged, const char *text);

/* A string whose text the caller writes, all of it, before anybody else sees it; the NUL is there. */
struct string_value *string_blank(struct tagged *tagged, size_t size);

#endif
