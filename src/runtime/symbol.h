/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Symbols: names, interned.  The same bytes are the same symbol, so that two are compared by address.  A symbol lives
 * until symbol_free_all takes them all; there is no freeing of one, since nobody knows who else has its address.
 */
#ifndef ACRE_SYMBOL_H
#define ACRE_SYMBOL_H

#include "value.h"

struct symbol_value {
    struct value head; /* link: the next symbol in the chain */
    uint32_t hash;
    uint32_t size; /* bytes of the text */
    char text[]; /* and a NUL behind it; the text itself may have any bytes */
};

#define SYMBOL_FIXED ((uint32_t)sizeof(struct symbol_value) + 1)

/* The symbol of these bytes, made if need be; NULL: no memory. */
struct symbol_value *symbol_intern(struct tagged *tagged, const char *text, size_t size);

/* The same for a text that ends at its NUL. */
struct symbol_value *symbol_from(struct tagged *tagged, const char *text);

/* The symbol of these bytes if it is there; else NULL. */
struct symbol_value *symbol_known(const struct tagged *tagged, const char *text, size_t size);

/* Frees every symbol and what kept them in order.  Whatever refers to a symbol must be gone or never be used again. */
void symbol_free_all(struct tagged *tagged);

#endif
