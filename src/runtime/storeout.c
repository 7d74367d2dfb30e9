/* SPDX-License-Identifier: Apache-2.0 */
#include "storeout.h"

void store_out_start(struct store_out *out, const struct store_query *query, char *bytes, size_t size)
{
    (void)out;
    (void)query;
    (void)bytes;
    (void)size;
}

enum status store_out_end(struct store_out *out, size_t *written)
{
    (void)out;
    (void)written;
    return STATUS_INVALID;
}

bool store_out_over(const struct store_out *out)
{
    (void)out;
    return false;
}

void store_number(struct store_out *out, uint64_t number)
{
    (void)out;
    (void)number;
}

void store_signed(struct store_out *out, int64_t number)
{
    (void)out;
    (void)number;
}

void store_flag(struct store_out *out, bool flag)
{
    (void)out;
    (void)flag;
}

void store_text(struct store_out *out, const char *bytes, size_t size)
{
    (void)out;
    (void)bytes;
    (void)size;
}

void store_words(struct store_out *out, const char *text)
{
    (void)out;
    (void)text;
}

void store_address(struct store_out *out, uint64_t address)
{
    (void)out;
    (void)address;
}

void store_object(struct store_out *out)
{
    (void)out;
}

void store_array(struct store_out *out)
{
    (void)out;
}

void store_end(struct store_out *out)
{
    (void)out;
}

bool store_key(struct store_out *out, const char *name)
{
    (void)out;
    (void)name;
    return false;
}

bool store_key_text(struct store_out *out, const char *name, size_t size)
{
    (void)out;
    (void)name;
    (void)size;
    return false;
}

bool store_item(struct store_out *out)
{
    (void)out;
    return false;
}

bool store_beyond(struct store_out *out, uint64_t count, bool list)
{
    (void)out;
    (void)count;
    (void)list;
    return false;
}

void store_number_of(struct store_out *out, const char *name, uint64_t number)
{
    (void)out;
    (void)name;
    (void)number;
}

void store_signed_of(struct store_out *out, const char *name, int64_t number)
{
    (void)out;
    (void)name;
    (void)number;
}

void store_flag_of(struct store_out *out, const char *name, bool flag)
{
    (void)out;
    (void)name;
    (void)flag;
}

void store_words_of(struct store_out *out, const char *name, const char *text)
{
    (void)out;
    (void)name;
    (void)text;
}

void store_address_of(struct store_out *out, const char *name, uint64_t address)
{
    (void)out;
    (void)name;
    (void)address;
}
