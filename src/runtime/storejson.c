/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each read_ function is given where something starts and returns where it ends, NULL if it is not that.  All stop at
 * the NUL behind the text, which is no part of anything.
 */
#include "storejson.h"

#include "bytes.h"
#include "digits.h"

/* ---- values */

static const char *skip_blanks(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

/* From the quote on up to the next that no backslash stands before. */
static const char *read_text(const char *at, struct store_json *value)
{
    value->kind = STORE_JSON_TEXT;
    value->escaped = false;
    for (at++; *at != '"'; at++) {
        if ((uint8_t)*at > '\\')
            continue; /* small letters, the most there is */
        if (*at == '\\') {
            value->escaped = true;
            at++;
        }
        if (!*at)
            return NULL;
    }
    return at + 1;
}

static const char *read_number(const char *at, struct store_json *value)
{
    const char *first = *at == '-' ? at + 1 : at;

    value->kind = STORE_JSON_NUMBER;
    for (at = first; *at >= '0' && *at <= '9'; at++)
        ;
    if (at == first || (*first == '0' && at > first + 1))
        return NULL;
    return at;
}

static const char *read_word(const char *at, const char *word)
{
    for (; *word; word++)
        if (*at++ != *word)
            return NULL;
    return at;
}

static const char *read_single(const char *at, struct store_json *value)
{
    switch (*at) {
    case '"':
        return read_text(at, value);
    case 't':
        value->kind = STORE_JSON_FLAG;
        return read_word(at, "true");
    case 'f':
        value->kind = STORE_JSON_FLAG;
        return read_word(at, "false");
    case 'n':
        value->kind = STORE_JSON_NULL;
        return read_word(at, "null");
    default:
        return read_number(at, value);
    }
}

/* An item of a list, which is at the start or behind a comma; and the blanks around it. */
static const char *read_item(const char *at, struct store_json *item)
{
    const char *start = skip_blanks(at), *end = read_single(start, item);

    if (!end)
        return NULL;
    item->raw = (struct store_text){start, (size_t)(end - start)};
    return skip_blanks(end);
}

static const char *read_list(const char *at)
{
    struct store_json item;

    at = skip_blanks(at + 1);
    if (*at == ']')
        return at + 1;
    while ((at = read_item(at, &item)) && *at == ',')
        at++;
    return at && *at == ']' ? at + 1 : NULL;
}

static const char *read_value(const char *at, struct store_json *value)
{
    const char *start = skip_blanks(at), *end;

    if (*start == '[') {
        value->kind = STORE_JSON_LIST;
        end = read_list(start);
    } else {
        end = read_single(start, value);
    }
    if (!end)
        return NULL;
    value->raw = (struct store_text){start, (size_t)(end - start)};
    return skip_blanks(end);
}

/* ---- objects */

struct members {
    const char *const *names;
    uint32_t count;
    struct store_json *values;
    uint32_t present;
    struct store_text stranger;
    enum status status;
};

static void put_member(struct members *members, struct store_text name, const struct store_json *value)
{
    uint32_t place = 0;

    while (place < members->count && !store_text_is(name, members->names[place]))
        place++;
    if (place < members->count && !(members->present >> place & 1)) {
        members->values[place] = *value;
        members->present |= 1u << place;
        return;
    }
    members->status = place == members->count ? STATUS_NOT_FOUND : STATUS_OVERLAP;
    members->stranger = name;
}

static const char *read_member(const char *at, struct members *members)
{
    struct store_json name, value;

    at = read_item(at, &name);
    if (!at || name.kind != STORE_JSON_TEXT || *at != ':')
        return NULL;
    at = read_value(at + 1, &value);
    if (at)
        put_member(members, (struct store_text){name.raw.bytes + 1, name.raw.size - 2}, &value);
    return at;
}

/* And the blanks around it. */
static const char *read_object(const char *at, struct members *members)
{
    at = skip_blanks(at);
    if (*at != '{')
        return NULL;
    at = skip_blanks(at + 1);
    if (*at != '}') {
        while ((at = read_member(at, members)) && *at == ',')
            at++;
        if (!at || *at != '}')
            return NULL;
    }
    return skip_blanks(at + 1);
}

enum status store_json_members(struct store_text json, const char *const *names, uint32_t count,
                               struct store_json *values, uint32_t *present, struct store_text *stranger)
{
    struct members members = {names, count, values, 0, {"", 0}, STATUS_OK};

    if (read_object(json.bytes, &members) != json.bytes + json.size)
        members.status = STATUS_INVALID;
    *present = members.present;
    *stranger = members.stranger;
    return members.status;
}

enum status store_json_items(const struct store_json *list, struct store_json *items, uint32_t room, uint32_t *count)
{
    const char *at = list->raw.bytes + 1;
    uint32_t found = 0;

    if (list->kind != STORE_JSON_LIST)
        return STATUS_INVALID;
    if (*skip_blanks(at) != ']') {
        do {
            if (found == room)
                return STATUS_FULL;
            at = read_item(at, &items[found++]);
        } while (*at++ == ',');
    }
    *count = found;
    return STATUS_OK;
}

/* ---- texts and numbers */

/* The byte of an escape whose letter is at text[0], and in *size its bytes from there; -1: none. */
static int escaped_byte(struct store_text text, size_t *size)
{
    static const char letters[] = "bfnrt\"\\/", bytes[] = "\b\f\n\r\t\"\\/";
    uint8_t code[2];

    *size = 1;
    for (unsigned i = 0; letters[i]; i++)
        if (letters[i] == text.bytes[0])
            return bytes[i];
    *size = 5;
    if (text.size < *size || text.bytes[0] != 'u' ||
        store_json_hex((struct store_text){text.bytes + 1, 4}, code, sizeof code) != STATUS_OK || code[0])
        return -1;
    return code[1];
}

/* Replaces the escapes of a text where it stands. */
static enum status replace_escapes(struct store_text *text)
{
    char *to = (char *)(uintptr_t)text->bytes;
    size_t from = 0, size = 0;

    while (from < text->size) {
        size_t taken = 0;
        int byte = (uint8_t)text->bytes[from++];

        if (byte == '\\')
            byte = escaped_byte((struct store_text){text->bytes + from, text->size - from}, &taken);
        if (byte < 0)
            return STATUS_INVALID;
        to[size++] = (char)byte;
        from += taken;
    }
    text->size = size;
    return STATUS_OK;
}

enum status store_json_text(const struct store_json *json, struct store_text *text)
{
    struct store_text inner = {json->raw.bytes + 1, json->raw.size - 2};

    if (json->kind != STORE_JSON_TEXT)
        return STATUS_INVALID;
    if (json->escaped && replace_escapes(&inner) != STATUS_OK)
        return STATUS_INVALID;
    *text = inner;
    return STATUS_OK;
}

enum status store_json_number(struct store_text digits, uint64_t *number)
{
    uint64_t sum = 0;

    if (!digits.size)
        return STATUS_INVALID;
    for (size_t i = 0; i < digits.size; i++) {
        uint32_t digit = (uint32_t)(uint8_t)digits.bytes[i] - '0';

        if (digit > 9 || sum > digits_tenth(UINT64_MAX - digit))
            return STATUS_INVALID;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return STATUS_OK;
}

enum status store_json_address(struct store_text text, uint64_t *address)
{
    uint64_t sum = 0;

    if (text.size < 3 || text.size > 18 || text.bytes[0] != '0' || text.bytes[1] != 'x')
        return STATUS_INVALID;
    for (size_t i = 2; i < text.size; i++) {
        uint32_t digit = digits_hex_value(text.bytes[i]);

        if (digit > 15)
            return STATUS_INVALID;
        sum = sum << 4 | digit;
    }
    *address = sum;
    return STATUS_OK;
}

enum status store_json_hex(struct store_text text, uint8_t *bytes, size_t size)
{
    if (text.size != 2 * size)
        return STATUS_INVALID;
    for (size_t i = 0; i < size; i++) {
        uint32_t high = digits_hex_value(text.bytes[2 * i]), low = digits_hex_value(text.bytes[2 * i + 1]);

        if (high > 15 || low > 15)
            return STATUS_INVALID;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return STATUS_OK;
}
