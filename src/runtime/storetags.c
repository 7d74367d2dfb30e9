/* SPDX-License-Identifier: Apache-2.0 */
#include "storetags.h"

#include "buffer.h"
#include "bytes.h"
#include "entries.h"
#include "record.h"
#include "scalar.h"
#include "symbol.h"
#include "table.h"
#include "tuple.h"
#include "vector.h"
#include "view.h"

#define TAG_ROW(name, NAME, number) {#name, number, sizeof(struct name##_value)},
#define FIELD(NAME, type, member, kind) {#member, TAG_##NAME, offsetof(struct type, member), STORE_FIELD_##kind}

const struct store_tag_row store_tag_rows[] = {TAG_LIST(TAG_ROW)};
const uint32_t store_tag_count = sizeof store_tag_rows / sizeof store_tag_rows[0];

const struct store_field_row store_field_rows[] = {
    FIELD(SYMBOL, symbol_value, hash, U32),
    FIELD(SYMBOL, symbol_value, size, U32),
    FIELD(SYMBOL, symbol_value, text, TEXT),
    FIELD(TUPLE, entries, slots, ADDRESS),
    FIELD(TUPLE, entries, used, U32),
    FIELD(TUPLE, entries, live, U32),
    FIELD(TUPLE, entries, capacity, U32),
    FIELD(TABLE, entries, slots, ADDRESS),
    FIELD(TABLE, entries, used, U32),
    FIELD(TABLE, entries, live, U32),
    FIELD(TABLE, entries, capacity, U32),
    FIELD(VECTOR, vector_value, items, ADDRESS),
    FIELD(VECTOR, vector_value, count, U32),
    FIELD(VECTOR, vector_value, capacity, U32),
    FIELD(STRING, string_value, size, U32),
    FIELD(STRING, string_value, text, TEXT),
    FIELD(INTEGER, integer_value, number, SIGNED),
    FIELD(BUFFER, buffer_value, bytes, ADDRESS),
    FIELD(BUFFER, buffer_value, size, U32),
    FIELD(BUFFER, buffer_value, capacity, U32),
    FIELD(FUNCTION, function_value, name, ADDRESS),
    FIELD(FUNCTION, function_value, address, ADDRESS),
    FIELD(FUNCTION, function_value, context, ADDRESS),
    FIELD(HEAP, heap_value, name, ADDRESS),
    FIELD(HEAP, heap_value, heap, ADDRESS),
    FIELD(REGION, region_value, base, ADDRESS),
    FIELD(REGION, region_value, limit, ADDRESS),
    FIELD(REGION, region_value, type, U32),
    FIELD(PROGRAM, program_value, name, ADDRESS),
    FIELD(FAULT, fault_value, kind, ADDRESS),
    FIELD(FAULT, fault_value, address, ADDRESS),
    FIELD(FAULT, fault_value, text, ADDRESS),
    FIELD(UNKNOWN, unknown_value, size, U32),
    FIELD(UNKNOWN, unknown_value, bytes, BYTES),
    FIELD(VIEW, view_value, kind, U32),
    FIELD(VIEW, view_value, extra, U32),
    FIELD(VIEW, view_value, address, ADDRESS),
};
const uint32_t store_field_count = sizeof store_field_rows / sizeof store_field_rows[0];

static const char *const kind_names[] = {
    [STORE_FIELD_U32] = "u32", [STORE_FIELD_U64] = "u64", [STORE_FIELD_SIGNED] = "signed",
    [STORE_FIELD_ADDRESS] = "address", [STORE_FIELD_TEXT] = "text", [STORE_FIELD_BYTES] = "bytes",
};

static void write_tag(struct store_out *out, const struct store_tag_row *tag)
{
    store_object(out);
    store_number_of(out, "number", tag->number);
    store_number_of(out, "size", tag->size);
    store_key(out, "fields");
    store_object(out);
    for (uint32_t i = 0; i < store_field_count; i++) {
        const struct store_field_row *field = &store_field_rows[i];

        if (field->tag != tag->number)
            continue;
        store_key(out, field->name);
        store_object(out);
        store_number_of(out, "offset", field->offset);
        store_words_of(out, "kind", kind_names[field->kind]);
        store_end(out);
    }
    store_end(out);
    store_end(out);
}

void store_tags_write(struct store_out *out)
{
    store_object(out);
    store_address_of(out, "base", LAYOUT_KMEM_BASE);
    store_number_of(out, "shift", LAYOUT_VA_TAG_SHIFT);
    store_number_of(out, "bits", LAYOUT_VA_TAG_BITS);
    store_key(out, "tags");
    store_object(out);
    for (uint32_t i = 0; i < store_tag_count; i++) {
        store_key(out, store_tag_rows[i].name);
        write_tag(out, &store_tag_rows[i]);
    }
    store_end(out);
    store_end(out);
}

/* Little-endian, as the kernel is. */
static uint64_t load(const uint8_t *bytes, uint32_t count)
{
    uint64_t number = 0;

    while (count--)
        number = number << 8 | bytes[count];
    return number;
}

/* Bytes of a field; those of a text are what is left of it. */
static uint32_t field_size(enum store_field_kind kind)
{
    if (kind == STORE_FIELD_U32)
        return 4;
    return kind == STORE_FIELD_TEXT || kind == STORE_FIELD_BYTES ? 0 : 8;
}

/* Writes a field's value and returns it where it is a number. */
static uint64_t write_field(struct store_out *out, enum store_field_kind kind, const uint8_t *bytes, size_t size)
{
    uint64_t number = load(bytes, field_size(kind));

    if (kind == STORE_FIELD_TEXT || kind == STORE_FIELD_BYTES)
        store_text(out, (const char *)bytes, size);
    else if (kind == STORE_FIELD_SIGNED)
        store_signed(out, (int64_t)number);
    else if (kind == STORE_FIELD_ADDRESS)
        store_address(out, number);
    else
        store_number(out, number);
    return number;
}

void store_fields_write(struct store_out *out, uint32_t tag, const uint8_t *bytes, size_t size)
{
    uint64_t last = 0; /* the number before a text is its size */

    store_object(out);
    for (uint32_t i = 0; i < store_field_count; i++) {
        const struct store_field_row *field = &store_field_rows[i];
        size_t left;

        if (field->tag != tag || field->offset + field_size(field->kind) > size)
            continue;
        left = size - field->offset;
        store_key(out, field->name);
        last = write_field(out, field->kind, bytes + field->offset, left < last ? left : (size_t)last);
    }
    store_end(out);
}
