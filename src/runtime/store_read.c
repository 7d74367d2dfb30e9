/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading: down the path by looking names up, as far as it goes through groups and lists; then everything below is said
 * to the writer, which leaves out what is not asked for.  The open containers stand on a stack of as many places as the
 * writer has depth: it says of one beyond that it need not be opened.
 */
#include "store.h"

#include "scalar.h"

/* ---- leaves */

static void read_ring(struct store_out *out, const struct textring *ring)
{
    struct textring_walk walk;
    struct textring_line line;

    store_array(out);
    textring_walk_start(&walk, ring);
    while (!store_out_over(out) && textring_walk_next(&walk, &line))
        if (store_item(out))
            store_joined(out, (struct store_text){line.first, line.first_size},
                         (struct store_text){line.second, line.second_size});
    store_end(out);
}

static void read_view(struct store_out *out, const struct view_value *view)
{
    switch (view->kind) {
    case VIEW_SIGNED:
        store_signed(out, (int64_t)view_number(view));
        break;
    case VIEW_FLAG:
        store_flag(out, view_number(view));
        break;
    case VIEW_TEXT:
        store_text(out, (const char *)(uintptr_t)view->address, view_text_size(view));
        break;
    case VIEW_RING:
        read_ring(out, (const struct textring *)(uintptr_t)view->address);
        break;
    case VIEW_ADDRESS:
    case VIEW_HERE:
        store_address(out, view_number(view));
        break;
    default:
        store_number(out, view_number(view));
        break;
    }
}

static void read_heap(struct store_out *out, const struct heap *heap)
{
    struct heap_stats stats;

    heap_stats(heap, &stats);
    store_object(out);
    store_words_of(out, "name", heap->name);
    store_words_of(out, "parent", heap->parent ? heap->parent->name : NULL);
    store_number_of(out, "allocated", stats.allocated);
    store_number_of(out, "objects", stats.objects);
    store_number_of(out, "held", stats.held);
    store_number_of(out, "metadata", stats.metadata);
    store_number_of(out, "failures", stats.failures);
    store_end(out);
}

static void read_integer(struct store_out *out, int64_t number)
{
    if (number < 0)
        store_signed(out, number);
    else
        store_number(out, (uint64_t)number);
}

static void read_function(struct store_out *out, const struct function_value *function)
{
    store_read_fn *read = (store_read_fn *)(uintptr_t)function->address;

    read(out, function->context);
}

/* What is neither a group nor a list. */
static void read_leaf(struct store_out *out, const struct value *value)
{
    const struct string_value *string = (const struct string_value *)value;
    const struct symbol_value *symbol = (const struct symbol_value *)value;
    uint32_t tag = tag_of(value);

    switch (tag) {
    case TAG_VIEW:
        read_view(out, (const struct view_value *)value);
        break;
    case TAG_INTEGER:
        read_integer(out, ((const struct integer_value *)value)->number);
        break;
    case TAG_STRING:
        store_text(out, string->text, string->size);
        break;
    case TAG_SYMBOL:
        store_text(out, symbol->text, symbol->size);
        break;
    case TAG_FUNCTION:
        read_function(out, (const struct function_value *)value);
        break;
    case TAG_HEAP:
        read_heap(out, ((const struct heap_value *)value)->heap);
        break;
    default:
        store_words(out, tag_name(tag));
        break;
    }
}

/* ---- groups and lists */

struct open {
    const struct value *container;
    uint32_t next; /* slot or item */
};

/* Opens a container that is to be shown; false: it need not be, or is none and has been written. */
static bool open_value(struct store_out *out, const struct value *value)
{
    uint32_t tag = tag_of(value);

    if (tag == TAG_TUPLE) {
        if (store_beyond(out, ((const struct entries *)value)->live, false))
            return false;
        store_object(out);
        return true;
    }
    if (tag == TAG_VECTOR) {
        if (store_beyond(out, ((const struct vector_value *)value)->count, true))
            return false;
        store_array(out);
        return true;
    }
    read_leaf(out, value);
    return false;
}

static const struct value *next_member(struct store_out *out, struct open *open)
{
    const struct entries *entries = (const struct entries *)open->container;

    while (open->next < entries->used) {
        const struct entry *entry = &entries->slots[open->next++];
        const struct symbol_value *name = (const struct symbol_value *)entry->key;

        if (name) {
            store_key_text(out, name->text, name->size);
            return entry->value;
        }
    }
    return NULL;
}

static const struct value *next_item(struct store_out *out, struct open *open)
{
    const struct vector_value *vector = (const struct vector_value *)open->container;

    while (open->next < vector->count) {
        const struct value *item = vector->items[open->next++];

        if (store_item(out))
            return item;
    }
    return NULL;
}

/* The next value that may be wanted in the innermost container; NULL: it ends. */
static const struct value *next_value(struct store_out *out, struct open *open)
{
    if (store_out_over(out))
        return NULL;
    return tag_of(open->container) == TAG_TUPLE ? next_member(out, open) : next_item(out, open);
}

static void read_value(struct store_out *out, const struct value *value)
{
    struct open stack[STORE_DEPTH_MAX];
    uint32_t depth = 0;

    if (open_value(out, value))
        stack[depth++] = (struct open){value, 0};
    while (depth) {
        value = next_value(out, &stack[depth - 1]);
        if (!value) {
            store_end(out);
            depth--;
        } else if (open_value(out, value)) {
            stack[depth++] = (struct open){value, 0};
        }
    }
}

/* ---- paths */

static struct value *item_named(const struct vector_value *vector, struct store_text name)
{
    uint32_t number = 0;

    for (size_t i = 0; i < name.size; i++) {
        uint32_t digit = (uint32_t)(uint8_t)name.bytes[i] - '0';

        if (digit > 9 || number > vector->count)
            return NULL;
        number = number * 10 + digit;
    }
    return name.size && number < vector->count ? vector->items[number] : NULL;
}

static struct value *member_named(const struct store *store, const struct tuple_value *group, struct store_text name)
{
    const struct symbol_value *symbol = symbol_known(store->tagged, name.bytes, name.size);

    return symbol ? tuple_get(group, symbol) : NULL;
}

/* The value as far down out's path as groups and lists go; NULL: a name of it is not there. */
static struct value *descend(const struct store *store, struct store_out *out)
{
    struct value *value = tuple_as_value(store->root);

    while (value && out->path_at < out->query->path.size) {
        uint32_t tag = tag_of(value);
        struct store_text name;

        if (tag != TAG_TUPLE && tag != TAG_VECTOR)
            break;
        name = store_out_name(out);
        if (tag == TAG_TUPLE)
            value = member_named(store, (const struct tuple_value *)value, name);
        else
            value = item_named((const struct vector_value *)value, name);
        if (value)
            store_out_step(out, name.size);
    }
    return value;
}

/* ---- the interface */

void store_read(const struct store *store, struct store_out *out)
{
    const struct value *value = descend(store, out);

    if (value)
        read_value(out, value);
}

struct value *store_find(const struct store *store, struct store_text path)
{
    struct store_query query = {.path = path};
    struct store_out out;
    struct value *value;

    store_out_start(&out, &query, NULL, 0);
    value = descend(store, &out);
    return out.path_at == path.size ? value : NULL;
}
