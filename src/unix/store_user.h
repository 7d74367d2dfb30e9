/* SPDX-License-Identifier: Apache-2.0 */
/* The program's memory, for who only looks. */
#ifndef ACRE_STORE_USER_H
#define ACRE_STORE_USER_H

#include <stdbool.h>
#include <stdint.h>

struct store_out;

/* Reads what is there without making any page: false if some of it is not. */
bool store_user_read(void *to, uint64_t from, uint64_t size);

/* Writes the texts of [base, limit), each ended by its NUL, as a list; the first STORE_USER_TEXT bytes of each. */
#define STORE_USER_TEXT 1024u
void store_user_texts(struct store_out *out, uint64_t base, uint64_t limit);

#endif
