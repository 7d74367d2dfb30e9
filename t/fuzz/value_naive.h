/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A naive reader of values as text, by the grammar in src/runtime/value_text.h, which writes them as value_print does
 * while it reads.  It goes down by recursion, keeps no values, and shares no code with the product.
 */
#ifndef ACRE_VALUE_NAIVE_H
#define ACRE_VALUE_NAIVE_H

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

#define NAIVE_OUT_MAX 65536u
#define NAIVE_KEYS_MAX 8192u
#define NAIVE_DEPTH_MAX 32u /* VALUE_DEPTH_MAX, from its words: containers in each other */

struct naive {
    const uint8_t *at, *end;
    bool ok;
    const char *what; /* the kind of the last value that was complete */
    uint32_t depth, deepest; /* containers */
    size_t size; /* of out */
    char out[NAIVE_OUT_MAX];
    uint32_t keys[NAIVE_KEYS_MAX][2]; /* texts in out: where, and how long; of the containers that are open */
    uint32_t key_count;
};

static inline int naive_look(const struct naive *n)
{
    return n->at < n->end ? *n->at : -1;
}

static inline void naive_put(struct naive *n, const char *text)
{
    size_t size = strlen(text);

    if (size > NAIVE_OUT_MAX - n->size)
        fuzz_fail("the naive reader has no room");
    memcpy(n->out + n->size, text, size);
    n->size += size;
}

static inline void naive_blanks(struct naive *n)
{
    while (naive_look(n) > 0 && strchr(" \t\r\n", naive_look(n)))
        n->at++;
}

static inline bool naive_in_name(int c)
{
    return c > 0 && c < 128 && (isalnum(c) || strchr("_-.", c));
}

/* Whether the bytes are a name. */
static inline bool naive_is_name(const char *text, size_t size)
{
    if (!size || !(isalpha((unsigned char)*text) || *text == '_') || (unsigned char)*text > 127)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!naive_in_name((unsigned char)text[i]))
            return false;
    return true;
}

/* The byte that an escape stands for, or -1; stands behind it afterwards. */
static inline int naive_escape(struct naive *n)
{
    static const char names[] = "nt\\\"'", bytes[] = "\n\t\\\"'";
    const char *name = naive_look(n) > 0 ? strchr(names, naive_look(n)) : NULL;
    char digits[3] = {0};
    unsigned byte;

    if (name) {
        n->at++;
        return bytes[name - names];
    }
    if (naive_look(n) != 'x' || n->end - n->at < 3 || !isxdigit(n->at[1]) || !isxdigit(n->at[2]))
        return -1;
    memcpy(digits, n->at + 1, 2);
    sscanf(digits, "%x", &byte);
    n->at += 3;
    return (int)byte;
}

/* Between quotes; a symbol that is a name loses them. */
static inline bool naive_text(struct naive *n, char quote)
{
    static char raw[NAIVE_OUT_MAX];
    char piece[8];
    size_t size = 0;

    for (n->at++; naive_look(n) != quote; size++) {
        int c = naive_look(n);

        if (c < 0)
            return false;
        n->at++;
        if (c == '\\' && (c = naive_escape(n)) < 0)
            return false;
        raw[size] = (char)c;
    }
    n->at++;
    if (quote == '\'' && naive_is_name(raw, size)) {
        raw[size] = 0;
        naive_put(n, raw);
        return true;
    }
    naive_put(n, quote == '"' ? "\"" : "'");
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)raw[i];

        if (c == '\n' || c == '\t')
            snprintf(piece, sizeof piece, "\\%c", c == '\n' ? 'n' : 't');
        else
            snprintf(piece, sizeof piece, c < 32 || c > 126 ? "\\x%02x" : c == '\\' || c == quote ? "\\%c" : "%c", c);
        naive_put(n, piece);
    }
    naive_put(n, quote == '"' ? "\"" : "'");
    return true;
}

static inline bool naive_symbol(struct naive *n)
{
    char name[2] = {0};

    if (naive_look(n) == '\'')
        return naive_text(n, '\'');
    if (!naive_is_name((const char *)n->at, n->at < n->end))
        return false;
    for (; naive_in_name(naive_look(n)); n->at++) {
        name[0] = (char)*n->at;
        naive_put(n, name);
    }
    return true;
}

static inline bool naive_integer(struct naive *n)
{
    bool negative = naive_look(n) == '-';
    unsigned __int128 number = 0, most = ((unsigned __int128)1 << 63) - !negative;
    char text[32];

    n->at += negative;
    if (naive_look(n) < '0' || naive_look(n) > '9')
        return false;
    for (; naive_look(n) >= '0' && naive_look(n) <= '9'; n->at++)
        if ((number = number * 10 + (unsigned)(*n->at - '0')) > most)
            return false;
    snprintf(text, sizeof text, "%s%llu", negative && number ? "-" : "", (unsigned long long)number);
    naive_put(n, text);
    return !naive_in_name(naive_look(n));
}

static inline bool naive_buffer(struct naive *n)
{
    naive_put(n, "#");
    for (n->at++; n->end - n->at >= 2 && isxdigit(n->at[0]) && isxdigit(n->at[1]); n->at += 2) {
        char text[3] = {(char)tolower(n->at[0]), (char)tolower(n->at[1]), 0};

        naive_put(n, text);
    }
    return !naive_in_name(naive_look(n));
}

static inline bool naive_value(struct naive *n);

/*
 * Notes the key at `start` of out; whether it is new among those from `first` on.  Two containers, and two buffers, are
 * never the same key.
 */
static inline bool naive_key(struct naive *n, uint32_t first, size_t start)
{
    uint32_t size = (uint32_t)(n->size - start);

    if (strchr("[({#", n->out[start]))
        return true;
    for (uint32_t i = first; i < n->key_count; i++)
        if (n->keys[i][1] == size && !memcmp(n->out + n->keys[i][0], n->out + start, size))
            return false;
    n->keys[n->key_count][0] = (uint32_t)start;
    n->keys[n->key_count++][1] = size;
    return true;
}

static inline bool naive_pair(struct naive *n, char open, uint32_t first_key)
{
    size_t start = n->size;

    if (open == '(' ? !naive_symbol(n) : !naive_value(n))
        return false;
    naive_blanks(n);
    if (naive_look(n) != (open == '(' ? ':' : '='))
        return false;
    n->at++;
    if (!naive_key(n, first_key, start))
        return false;
    naive_put(n, open == '(' ? ": " : " = ");
    naive_blanks(n);
    return naive_value(n);
}

static inline bool naive_container(struct naive *n, char open, char close)
{
    uint32_t first_key = n->key_count;
    char text[2] = {open, 0};
    bool first = true;

    n->at++;
    if (++n->depth > NAIVE_DEPTH_MAX)
        return false;
    n->deepest = n->depth > n->deepest ? n->depth : n->deepest;
    naive_put(n, text);
    for (naive_blanks(n); naive_look(n) != close; naive_blanks(n)) {
        naive_put(n, first ? "" : " ");
        first = false;
        if (open == '[' ? !naive_value(n) : !naive_pair(n, open, first_key))
            return false;
    }
    n->at++;
    text[0] = close;
    naive_put(n, text);
    n->depth--;
    n->key_count = first_key;
    return true;
}

static inline bool naive_value(struct naive *n)
{
    int c = naive_look(n);

    switch (c) {
    case '[':
        return naive_container(n, '[', ']') && (n->what = "vector");
    case '(':
        return naive_container(n, '(', ')') && (n->what = "tuple");
    case '{':
        return naive_container(n, '{', '}') && (n->what = "table");
    case '"':
        return naive_text(n, '"') && (n->what = "string");
    case '#':
        return naive_buffer(n) && (n->what = "buffer");
    default:
        if (c == '-' || (c >= '0' && c <= '9'))
            return naive_integer(n) && (n->what = "integer");
        return naive_symbol(n) && (n->what = "symbol");
    }
}

static inline void naive_read(struct naive *n, const uint8_t *text, size_t size)
{
    n->at = text;
    n->end = text + size;
    n->what = "nothing";
    n->depth = n->deepest = n->key_count = 0;
    n->size = 0;
    naive_blanks(n);
    n->ok = naive_value(n);
    naive_blanks(n);
    n->ok &= n->at == n->end;
}

#endif
