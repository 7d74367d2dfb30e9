/* SPDX-License-Identifier: Apache-2.0 */
#include "storeconfig.h"

void store_config_add(struct store *store, const struct store_config_row *rows, size_t count)
{
    (void)store;
    (void)rows;
    (void)count;
}

const struct store_config_row *store_config_find(const struct store *store, struct store_text path)
{
    (void)store;
    (void)path;
    return NULL;
}

uint64_t store_config_value(const struct store_config_row *row)
{
    (void)row;
    return 0;
}

enum status store_config_parse(const struct store_config_row *row, struct store_text json, uint64_t *value)
{
    (void)row;
    (void)json;
    (void)value;
    return STATUS_INVALID;
}

enum status store_config_set(const struct store_config_row *row, uint64_t value)
{
    (void)row;
    (void)value;
    return STATUS_INVALID;
}
