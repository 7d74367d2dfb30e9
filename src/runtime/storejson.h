/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON that comes in: one object of a few members, read in place.  The tokens are found by jsmn, which takes some texts
 * that are no JSON (a comma too many); what it takes has one meaning all the same.
 */
#ifndef ACRE_STOREJSON_H
#define ACRE_STOREJSON_H

#include "storeout.h"

enum store_json_kind {
    STORE_JSON_NONE, /* not there */
    STORE_JSON_TEXT,
    STORE_JSON_NUMBER, /* an integer, of any size and sign */
    STORE_JSON_FLAG,
    STORE_JSON_NULL,
    STORE_JSON_LIST,
    STORE_JSON_OBJECT
};

struct store_json {
    enum store_json_kind kind;
    struct store_text raw; /* as it stands; a text with its quotes */
};

/*
 * Reads an object of at most 64 tokens: stores the value of each of `count` names, STORE_JSON_NONE where there is none.
 * STATUS_INVALID: no object.  STATUS_NOT_FOUND: it has a member of another name, STATUS_OVERLAP: one twice; *stranger is
 * that name, and the values are stored all the same.
 */
MUST_USE enum status store_json_members(struct store_text json, const char *const *names, uint32_t count,
                                        struct store_json *values, struct store_text *stranger);

/* The items of a list, at most `room`.  STATUS_FULL: it has more.  STATUS_INVALID: there is no list, or a bad item. */
MUST_USE enum status store_json_items(const struct store_json *list, struct store_json *items, uint32_t room,
                                      uint32_t *count);

/*
 * The bytes of a text, whose escapes are replaced where they stand: so it must be writable, and can be had once.  \uXXXX is a byte, so only
 * \u0000 to \u00ff are taken.  STATUS_INVALID: no text, or another escape.
 */
MUST_USE enum status store_json_text(const struct store_json *json, struct store_text *text);

/* A number from 0 to 2^64 - 1, of digits alone.  STATUS_INVALID: no such number. */
MUST_USE enum status store_json_number(struct store_text digits, uint64_t *number);

/* "0x" and 1 to 16 hexadecimal digits.  STATUS_INVALID: not that. */
MUST_USE enum status store_json_address(struct store_text text, uint64_t *address);

/* Pairs of hexadecimal digits, exactly `size` of them.  STATUS_INVALID: not that. */
MUST_USE enum status store_json_hex(struct store_text text, uint8_t *bytes, size_t size);

#endif
