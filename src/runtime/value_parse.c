/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open containers stand in levels, outermost first, each with the key that waits for its value; so there is no
 * recursion.  A value is either complete and in the caller's hand, or in a level, or in a container that is in a level:
 * a failure frees exactly these.
 */
#include "value_text.h"

#include "buffer.h"
#include "scalar.h"
#include "table.h"
#include "tuple.h"
#include "value_chars.h"
#include "vector.h"

#define TENTH_OF_LIMIT (((uint64_t)1 << 63) / 10)
#define NO_CHAR (-1) /* the text is at its end */

struct level {
    struct value *container;
    struct value *key; /* NULL: none is waiting */
};

struct parser {
    struct tagged *tagged;
    const char *text;
    size_t size, at;
    enum status status;
    const char *what; /* of the error; NULL: there is none */
    uint32_t depth; /* levels in use */
    struct level levels[VALUE_DEPTH_MAX];
};

static void *fail(struct parser *parser, enum status status, const char *what)
{
    parser->status = status;
    parser->what = what;
    return NULL;
}

/* What was created, or the failure that it is NULL. */
static struct value *created(struct parser *parser, struct value *value)
{
    return value ? value : fail(parser, STATUS_NO_MEMORY, "no memory");
}

static int char_at(const struct parser *parser, size_t at)
{
    return at < parser->size ? (unsigned char)parser->text[at] : NO_CHAR;
}

static int look(const struct parser *parser)
{
    return char_at(parser, parser->at);
}

static void skip_blanks(struct parser *parser)
{
    while (char_is_blank(look(parser)))
        parser->at++;
}

/* Whether a number or a buffer ends here; if it does not, that is a failure. */
static bool ends(struct parser *parser, const char *otherwise)
{
    if (!char_in_name(look(parser)))
        return true;
    fail(parser, STATUS_INVALID, otherwise);
    return false;
}

static struct value *read_integer(struct parser *parser)
{
    bool negative = look(parser) == '-';
    uint64_t number = 0, limit = (uint64_t)INT64_MAX + negative;

    parser->at += negative;
    if (!char_is_digit(look(parser)))
        return fail(parser, STATUS_INVALID, "a digit is missing");
    for (; char_is_digit(look(parser)); parser->at++) {
        uint64_t digit = (uint64_t)(look(parser) - '0');

        if (number > TENTH_OF_LIMIT || number * 10 > limit - digit)
            return fail(parser, STATUS_INVALID, "the number is too large");
        number = number * 10 + digit;
    }
    if (!ends(parser, "a blank is missing"))
        return NULL;
    number = negative ? 0 - number : number;
    return created(parser, integer_as_value(integer_create(parser->tagged, (int64_t)number)));
}

/* 0..15, or 16 for what is no hexadecimal digit. */
static unsigned hex_digit(int c)
{
    if (char_is_digit(c))
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static unsigned hex_byte(const struct parser *parser, size_t at)
{
    return hex_digit(char_at(parser, at)) << 4 | hex_digit(char_at(parser, at + 1));
}

static bool has_hex_byte(const struct parser *parser, size_t at)
{
    return hex_digit(char_at(parser, at)) < 16 && hex_digit(char_at(parser, at + 1)) < 16;
}

static struct value *make_buffer(struct parser *parser, size_t start, size_t size)
{
    struct buffer_value *buffer = buffer_create(parser->tagged);

    if (!buffer || buffer_resize(parser->tagged, buffer, size) != STATUS_OK) {
        value_free(parser->tagged, buffer_as_value(buffer));
        return created(parser, NULL);
    }
    for (size_t i = 0; i < size; i++)
        buffer->bytes[i] = (uint8_t)hex_byte(parser, start + 2 * i);
    return buffer_as_value(buffer);
}

static struct value *read_buffer(struct parser *parser)
{
    size_t start = ++parser->at;

    while (has_hex_byte(parser, parser->at))
        parser->at += 2;
    if (!ends(parser, "a byte is two hexadecimal digits"))
        return NULL;
    return make_buffer(parser, start, (parser->at - start) / 2);
}

/* The byte that stands at `at` in a quoted text, escaped or not; returns how many it takes there, 0 for no escape. */
static size_t read_quoted_byte(const struct parser *parser, size_t at, char *byte)
{
    int c = char_at(parser, at + 1);

    *byte = parser->text[at];
    if (*byte != '\\')
        return 1;
    if (c == 'x' && has_hex_byte(parser, at + 2)) {
        *byte = (char)hex_byte(parser, at + 2);
        return 4;
    }
    *byte = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
    return c == 'n' || c == 't' || c == '\\' || c == '"' || c == '\'' ? 2 : 0;
}

/* Measures the text between the quotes, the first of which stands at `at`, and leaves `at` at the second. */
static bool measure_quoted(struct parser *parser, size_t *size)
{
    int quote = look(parser);
    char byte;

    *size = 0;
    for (parser->at++; look(parser) != quote; ++*size) {
        size_t taken = look(parser) == NO_CHAR ? 0 : read_quoted_byte(parser, parser->at, &byte);

        if (!taken) {
            fail(parser, STATUS_INVALID, look(parser) == NO_CHAR ? "a quote is missing" : "an unknown escape");
            return false;
        }
        parser->at += taken;
    }
    return true;
}

static struct string_value *read_quoted(struct parser *parser)
{
    size_t start = parser->at + 1, size;
    struct string_value *string;

    if (!measure_quoted(parser, &size))
        return NULL;
    string = string_blank(parser->tagged, size);
    if (!string)
        return fail(parser, STATUS_NO_MEMORY, "no memory");
    for (size_t i = 0; i < size; i++)
        start += read_quoted_byte(parser, start, &string->text[i]);
    parser->at++;
    return string;
}

static struct value *read_quoted_symbol(struct parser *parser)
{
    struct string_value *string = read_quoted(parser);
    struct symbol_value *symbol;

    if (!string)
        return NULL;
    symbol = symbol_intern(parser->tagged, string->text, string->size);
    value_free(parser->tagged, string_as_value(string));
    return created(parser, symbol_as_value(symbol));
}

static struct value *read_name(struct parser *parser)
{
    size_t start = parser->at;

    while (char_in_name(look(parser)))
        parser->at++;
    return created(parser, symbol_as_value(symbol_intern(parser->tagged, parser->text + start, parser->at - start)));
}

static struct value *read_atom(struct parser *parser)
{
    int c = look(parser);

    if (c == '"')
        return string_as_value(read_quoted(parser));
    if (c == '\'')
        return read_quoted_symbol(parser);
    if (c == '#')
        return read_buffer(parser);
    if (c == '-' || char_is_digit(c))
        return read_integer(parser);
    if (char_starts_name(c))
        return read_name(parser);
    return fail(parser, STATUS_INVALID, "a value is missing");
}

/* A new container for an opening bracket; NULL: it is none, or there is no memory. */
static struct value *make_container(struct parser *parser, int bracket)
{
    switch (bracket) {
    case '[':
        return vector_as_value(vector_create(parser->tagged));
    case '(':
        return tuple_as_value(tuple_create(parser->tagged));
    default:
        return table_as_value(table_create(parser->tagged));
    }
}

static void open_container(struct parser *parser, int bracket)
{
    struct value *container;

    if (parser->depth == VALUE_DEPTH_MAX) {
        fail(parser, STATUS_INVALID, "too deep");
        return;
    }
    container = created(parser, make_container(parser, bracket));
    if (!container)
        return;
    parser->levels[parser->depth++] = (struct level){container, NULL};
    parser->at++;
}

static struct level *innermost(struct parser *parser)
{
    return &parser->levels[parser->depth - 1];
}

static int closing_bracket(const struct value *container)
{
    switch (tag_of(container)) {
    case TAG_VECTOR:
        return ']';
    case TAG_TUPLE:
        return ')';
    default:
        return '}';
    }
}

/* Whether the innermost container ends here. */
static bool closes(struct parser *parser)
{
    return parser->depth && !innermost(parser)->key &&
           look(parser) == closing_bracket(innermost(parser)->container);
}

/* The next value that is complete; NULL after a failure, or when a container was opened. */
static struct value *next_value(struct parser *parser)
{
    int c = look(parser);

    if (closes(parser)) {
        parser->at++;
        return parser->levels[--parser->depth].container;
    }
    if (c == '[' || c == '(' || c == '{') {
        open_container(parser, c);
        return NULL;
    }
    return read_atom(parser);
}

/* Makes a value the key that waits in the level, and reads the separator behind it. */
static void place_key(struct parser *parser, struct level *level, struct value *key)
{
    bool tuple = tag_of(level->container) == TAG_TUPLE;

    level->key = key;
    if (tuple && tag_of(key) != TAG_SYMBOL) {
        fail(parser, STATUS_INVALID, "a name must be a symbol");
        return;
    }
    if (entries_get((struct entries *)level->container, key)) {
        fail(parser, STATUS_INVALID, "a key stands twice");
        return;
    }
    skip_blanks(parser);
    if (look(parser) == (tuple ? ':' : '='))
        parser->at++;
    else
        fail(parser, STATUS_INVALID, tuple ? "a colon is missing" : "an equals sign is missing");
}

static enum status place_in(struct parser *parser, struct level *level, struct value *value)
{
    struct value *key = level->key;
    enum status status;

    if (tag_of(level->container) == TAG_VECTOR)
        return vector_push(parser->tagged, (struct vector_value *)level->container, value);
    status = entries_put(parser->tagged, (struct entries *)level->container, key, value);
    if (status == STATUS_OK)
        level->key = NULL;
    return status;
}

/* Puts a complete value where it belongs in the innermost container. */
static void place(struct parser *parser, struct value *value)
{
    struct level *level = innermost(parser);

    if (tag_of(level->container) != TAG_VECTOR && !level->key) {
        place_key(parser, level, value);
    } else if (place_in(parser, level, value) != STATUS_OK) {
        fail(parser, STATUS_NO_MEMORY, "no memory");
        value_destroy(parser->tagged, value);
    }
}

static void drop_levels(struct parser *parser)
{
    while (parser->depth) {
        struct level *level = &parser->levels[--parser->depth];

        value_destroy(parser->tagged, level->key);
        value_destroy(parser->tagged, level->container);
    }
}

/* Reads until the outermost value is complete. */
static struct value *read_value(struct parser *parser)
{
    struct value *value;

    for (;;) {
        skip_blanks(parser);
        value = next_value(parser);
        if (value && !parser->depth)
            return value;
        if (value)
            place(parser, value);
        if (parser->what) {
            drop_levels(parser);
            return NULL;
        }
    }
}

enum status value_parse(struct tagged *tagged, const char *text, size_t size, struct value **value,
                        struct value_error *error)
{
    struct parser parser = {.tagged = tagged, .text = text, .size = size};
    struct value *read = read_value(&parser);

    if (read) {
        skip_blanks(&parser);
        if (parser.at != size) {
            fail(&parser, STATUS_INVALID, "more than one value");
            value_destroy(tagged, read);
        }
    }
    if (parser.what) {
        *error = (struct value_error){parser.at, parser.what};
        return parser.status;
    }
    *value = read;
    return STATUS_OK;
}
