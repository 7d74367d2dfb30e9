/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces of JSON text at the end of a writer's bytes, for storeout.c and for what frames a reply.  A piece that does
 * not fit makes the writer full; from then on nothing is written.
 */
#ifndef ACRE_STORETEXT_H
#define ACRE_STORETEXT_H

#include "storeout.h"

/* Bytes as they stand. */
void storetext_put(struct store_out *out, const char *bytes, size_t size);
void storetext_byte(struct store_out *out, char byte);

void storetext_decimal(struct store_out *out, uint64_t number);
void storetext_address(struct store_out *out, uint64_t address);

/* Bytes as a JSON text: escaped, and between quotes. */
void storetext_escaped(struct store_out *out, const char *bytes, size_t size);
void storetext_quoted(struct store_out *out, const char *bytes, size_t size);
void storetext_word(struct store_out *out, const char *word);

#endif
