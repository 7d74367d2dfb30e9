/* SPDX-License-Identifier: Apache-2.0 */
#include "storejson.h"

/* Debian's libjsmn-dev: a header that is the library. */
#define JSMN_STATIC
#define JSMN_STRICT
#include <jsmn.h>

#include "bytes.h"
#include "digits.h"

#define TOKENS_MAX 64

static struct store_text text_at(struct store_text json, int start, int end)
{
    return (struct store_text){json.bytes + start, (size_t)(end - start)};
}

static bool is_word(struct store_text text, const char *word)
{
    return text.size == text_length(word) && !bytes_compare(text.bytes, word, text.size);
}

static bool is_number(struct store_text text)
{
    size_t at = text.bytes[0] == '-', first = at;

    while (at < text.size && text.bytes[at] >= '0' && text.bytes[at] <= '9')
        at++;
    return at == text.size && at > first;
}

/* What a token that is no text and no container is; STORE_JSON_NONE: nothing. */
static enum store_json_kind primitive_kind(struct store_text text)
{
    if (is_word(text, "true") || is_word(text, "false"))
        return STORE_JSON_FLAG;
    if (is_word(text, "null"))
        return STORE_JSON_NULL;
    return is_number(text) ? STORE_JSON_NUMBER : STORE_JSON_NONE;
}

static void value_of(struct store_text json, const jsmntok_t *token, struct store_json *value)
{
    value->raw = text_at(json, token->start, token->end);
    switch (token->type) {
    case JSMN_STRING:
        value->kind = STORE_JSON_TEXT;
        value->raw = text_at(json, token->start - 1, token->end + 1);
        break;
    case JSMN_OBJECT:
        value->kind = STORE_JSON_OBJECT;
        break;
    case JSMN_ARRAY:
        value->kind = STORE_JSON_LIST;
        break;
    default:
        value->kind = primitive_kind(value->raw);
        break;
    }
}

/* Tokens of a container that is all of the text; 0: it is none. */
static int read_tokens(struct store_text json, jsmntype_t type, jsmntok_t tokens[TOKENS_MAX])
{
    jsmn_parser parser;
    int count;

    jsmn_init(&parser);
    count = jsmn_parse(&parser, json.bytes, json.size, tokens, TOKENS_MAX);
    if (count < 1 || tokens[0].type != type || (size_t)tokens[0].end != json.size)
        return 0;
    return count;
}

/* The first token behind the one at `at` and what is in it. */
static int token_after(const jsmntok_t *tokens, int count, int at)
{
    int next = at + 1;

    while (next < count && tokens[next].start < tokens[at].end)
        next++;
    return next;
}

static uint32_t name_place(struct store_text name, const char *const *names, uint32_t count)
{
    uint32_t place = 0;

    while (place < count && !is_word(name, names[place]))
        place++;
    return place;
}

static enum status put_member(struct store_text name, const struct store_json *value, const char *const *names,
                              uint32_t count, struct store_json *values)
{
    uint32_t place = name_place(name, names, count);

    if (place == count)
        return STATUS_NOT_FOUND;
    if (values[place].kind != STORE_JSON_NONE)
        return STATUS_OVERLAP;
    values[place] = *value;
    return STATUS_OK;
}

enum status store_json_members(struct store_text json, const char *const *names, uint32_t count,
                               struct store_json *values, struct store_text *stranger)
{
    jsmntok_t tokens[TOKENS_MAX];
    int token_count = read_tokens(json, JSMN_OBJECT, tokens);
    enum status status, result = token_count ? STATUS_OK : STATUS_INVALID;
    struct store_json value;

    bytes_fill(values, 0, count * sizeof *values);
    for (int at = 1; at < token_count; at = token_after(tokens, token_count, at + 1)) {
        struct store_text name = text_at(json, tokens[at].start, tokens[at].end);

        if (tokens[at].size != 1)
            return STATUS_INVALID;
        value_of(json, &tokens[at + 1], &value);
        if (value.kind == STORE_JSON_NONE)
            return STATUS_INVALID;
        status = put_member(name, &value, names, count, values);
        if (status != STATUS_OK) {
            *stranger = name;
            result = status;
        }
    }
    return result;
}

enum status store_json_items(const struct store_json *list, struct store_json *items, uint32_t room, uint32_t *count)
{
    jsmntok_t tokens[TOKENS_MAX];
    int token_count = list->kind == STORE_JSON_LIST ? read_tokens(list->raw, JSMN_ARRAY, tokens) : 0;
    uint32_t found = 0;

    if (!token_count)
        return STATUS_INVALID;
    for (int at = 1; at < token_count; at = token_after(tokens, token_count, at)) {
        if (found == room)
            return STATUS_FULL;
        value_of(list->raw, &tokens[at], &items[found]);
        if (items[found++].kind == STORE_JSON_NONE)
            return STATUS_INVALID;
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
    *size = 5; /* u and four digits, jsmn has seen to that */
    if (store_json_hex((struct store_text){text.bytes + 1, 4}, code, sizeof code) != STATUS_OK || code[0])
        return -1;
    return code[1];
}

enum status store_json_text(const struct store_json *json, struct store_text *text)
{
    char *to;
    size_t from = 1, size = 0;

    if (json->kind != STORE_JSON_TEXT)
        return STATUS_INVALID;
    to = (char *)(uintptr_t)json->raw.bytes + 1;
    while (from < json->raw.size - 1) {
        const char *at = json->raw.bytes + from;
        size_t taken = 0;
        int byte = (uint8_t)*at;

        if (*at == '\\')
            byte = escaped_byte((struct store_text){at + 1, json->raw.size - from - 1}, &taken);
        if (byte < 0)
            return STATUS_INVALID;
        to[size++] = (char)byte;
        from += 1 + taken;
    }
    *text = (struct store_text){to, size};
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
