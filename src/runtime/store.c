/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building: each function makes a value and hands it to store_put, which either puts it into its parent or frees it, so
 * nothing is lost whatever fails.
 */
#include "store.h"

#include "bytes.h"
#include "scalar.h"

static bool is_name(const char *name)
{
    size_t size = 0;

    while ((uint8_t)name[size] >= ' ' && name[size] != '.')
        size++;
    return size && !name[size];
}

static void fail(struct store *store, enum status status, const char *name)
{
    if (store->status == STATUS_OK) {
        store->status = status;
        store->refused = name;
    }
}

static enum status add(struct store *store, struct tuple_value *parent, const char *name, struct value *value)
{
    struct symbol_value *symbol;

    if (store->status != STATUS_OK || !parent || !is_name(name))
        return STATUS_INVALID;
    symbol = symbol_from(store->tagged, name);
    if (symbol && tuple_get(parent, symbol))
        return STATUS_INVALID;
    return tuple_set(store->tagged, parent, symbol, value);
}

static void put_view(struct store *store, struct tuple_value *parent, const char *name, enum view_kind kind,
                     const void *at)
{
    store_view(store, parent, name, view_create(store->tagged, kind, (uintptr_t)at, 0));
}

void store_init(struct store *store, struct tagged *tagged)
{
    *store = (struct store){.tagged = tagged, .root = tuple_create(tagged)};
    if (!store->root)
        fail(store, STATUS_NO_MEMORY, "the root");
}

void store_put(struct store *store, struct tuple_value *parent, const char *name, struct value *value)
{
    enum status status = value ? add(store, parent, name, value) : STATUS_NO_MEMORY;

    if (status == STATUS_OK) {
        store->nodes++;
        return;
    }
    fail(store, status, name);
    value_destroy(store->tagged, value);
}

struct tuple_value *store_group(struct store *store, struct tuple_value *parent, const char *name)
{
    struct symbol_value *symbol = symbol_known(store->tagged, name, text_length(name));
    struct value *there = parent && symbol ? tuple_get(parent, symbol) : NULL;
    struct tuple_value *group;

    if (there && tag_of(there) == TAG_TUPLE)
        return (struct tuple_value *)there;
    group = tuple_create(store->tagged);
    store_put(store, parent, name, tuple_as_value(group));
    return store->status == STATUS_OK ? group : NULL;
}

void store_view(struct store *store, struct tuple_value *parent, const char *name, struct view_value *view)
{
    store_put(store, parent, name, view_as_value(view));
}

void store_number_at(struct store *store, struct tuple_value *parent, const char *name, const uint64_t *number)
{
    put_view(store, parent, name, VIEW_U64, number);
}

void store_word_at(struct store *store, struct tuple_value *parent, const char *name, const uint32_t *number)
{
    put_view(store, parent, name, VIEW_U32, number);
}

void store_half_at(struct store *store, struct tuple_value *parent, const char *name, const uint16_t *number)
{
    put_view(store, parent, name, VIEW_U16, number);
}

void store_byte_at(struct store *store, struct tuple_value *parent, const char *name, const uint8_t *number)
{
    put_view(store, parent, name, VIEW_U8, number);
}

void store_signed_at(struct store *store, struct tuple_value *parent, const char *name, const int64_t *number)
{
    put_view(store, parent, name, VIEW_SIGNED, number);
}

void store_flag_at(struct store *store, struct tuple_value *parent, const char *name, const bool *flag)
{
    put_view(store, parent, name, VIEW_FLAG, flag);
}

void store_address_at(struct store *store, struct tuple_value *parent, const char *name, const uint64_t *address)
{
    put_view(store, parent, name, VIEW_ADDRESS, address);
}

void store_text_at(struct store *store, struct tuple_value *parent, const char *name, struct store_text array)
{
    store_view(store, parent, name,
               view_create(store->tagged, VIEW_TEXT, (uintptr_t)array.bytes, (uint32_t)array.size));
}

void store_ring_at(struct store *store, struct tuple_value *parent, const char *name, const struct textring *ring)
{
    put_view(store, parent, name, VIEW_RING, ring);
}

void store_constant(struct store *store, struct tuple_value *parent, const char *name, int64_t number)
{
    store_put(store, parent, name, integer_as_value(integer_create(store->tagged, number)));
}

void store_constant_words(struct store *store, struct tuple_value *parent, const char *name, const char *text)
{
    store_put(store, parent, name, string_as_value(string_from(store->tagged, text ? text : "")));
}

void store_constant_address(struct store *store, struct tuple_value *parent, const char *name, uint64_t address)
{
    store_view(store, parent, name, view_create(store->tagged, VIEW_HERE, address, 0));
}

void store_computed(struct store *store, struct tuple_value *parent, const char *name, store_read_fn *read,
                    const void *context)
{
    struct symbol_value *symbol = symbol_from(store->tagged, name);

    store_put(store, parent, name,
              function_as_value(record_computed(store->tagged, symbol, (uintptr_t)read, context)));
}

void store_heap(struct store *store, struct tuple_value *parent, const char *name, const struct heap *heap)
{
    struct symbol_value *symbol = symbol_from(store->tagged, name);

    store_put(store, parent, name, heap_as_value(record_heap(store->tagged, symbol, heap)));
}

void store_fini(struct store *store)
{
    value_destroy(store->tagged, tuple_as_value(store->root));
    store->root = NULL;
}
