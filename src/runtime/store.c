/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

void store_init(struct store *store, struct tagged *tagged)
{
    (void)store;
    (void)tagged;
}

struct tuple_value *store_group(struct store *store, struct tuple_value *parent, const char *name)
{
    (void)store;
    (void)parent;
    (void)name;
    return NULL;
}

void store_view(struct store *store, struct tuple_value *parent, const char *name, struct view_value *view)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)view;
}

void store_number_at(struct store *store, struct tuple_value *parent, const char *name, const uint64_t *number)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)number;
}

void store_word_at(struct store *store, struct tuple_value *parent, const char *name, const uint32_t *number)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)number;
}

void store_half_at(struct store *store, struct tuple_value *parent, const char *name, const uint16_t *number)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)number;
}

void store_byte_at(struct store *store, struct tuple_value *parent, const char *name, const uint8_t *number)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)number;
}

void store_signed_at(struct store *store, struct tuple_value *parent, const char *name, const int64_t *number)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)number;
}

void store_flag_at(struct store *store, struct tuple_value *parent, const char *name, const bool *flag)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)flag;
}

void store_address_at(struct store *store, struct tuple_value *parent, const char *name, const uint64_t *address)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)address;
}

void store_text_at(struct store *store, struct tuple_value *parent, const char *name, const struct store_text *array)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)array;
}

void store_ring_at(struct store *store, struct tuple_value *parent, const char *name, const struct textring *ring)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)ring;
}

void store_constant(struct store *store, struct tuple_value *parent, const char *name, int64_t number)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)number;
}

void store_constant_words(struct store *store, struct tuple_value *parent, const char *name, const char *text)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)text;
}

void store_constant_address(struct store *store, struct tuple_value *parent, const char *name, uint64_t address)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)address;
}

void store_computed(struct store *store, struct tuple_value *parent, const char *name, store_read_fn *read,
                    const void *context)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)read;
    (void)context;
}

void store_heap(struct store *store, struct tuple_value *parent, const char *name, const struct heap *heap)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)heap;
}

void store_put(struct store *store, struct tuple_value *parent, const char *name, struct value *value)
{
    (void)store;
    (void)parent;
    (void)name;
    (void)value;
}

void store_read(const struct store *store, struct store_out *out)
{
    (void)store;
    (void)out;
}

struct value *store_find(const struct store *store, struct store_text path)
{
    (void)store;
    (void)path;
    return NULL;
}

void store_fini(struct store *store)
{
    (void)store;
}
