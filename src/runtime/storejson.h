/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON that comes in (RFC 8259): one object, read in place, of members that are texts, integers, true, false, null, or
 * lists of these.  That is all that requests need: objects within it, and numbers with a fraction or an exponent, are
 * refused.  What is read has no control characters, as in a frame, so the only blank is the space; and a NUL behind it.
 *
 * Ours, and no library's: a library of tokens (jsmn) took a quarter of what a get may cost.
 */
#ifndef ACRE_STOREJSON_H
#define ACRE_STOREJSON_H

#include "storeout.h"

enum store_json_kind {
    STORE_JSON_TEXT,
    STORE_JSON_NUMBER, /* of any size and sign */
    STORE_JSON_FLAG,
    STORE_JSON_NULL,
    STORE_JSON_LIST
};

struct store_json {
    enum store_json_kind kind;
    bool escaped; /* a text that has escapes */
    struct store_text raw; /* as it stands; a text with its quotes */
};

/*
 * Reads an object that is all of the text: stores the value of each of `count` names (at most 32) that is there, and in
 * *present a bit for it.  STATUS_INVALID: no such object.  STATUS_NOT_FOUND: it has a member of another name,
 * STATUS_OVERLAP: one twice; *stranger is that name, and the values are stored all the same.
 */
MUST_USE enum status store_json_members(struct store_text json, const char *const *names, uint32_t count,
                                        struct store_json *values, uint32_t *present, struct store_text *stranger);

/* The items of a list that was read, at most `room`.  STATUS_FULL: it has more.  STATUS_INVALID: no list. */
MUST_USE enum status store_json_items(const struct store_json *list, struct store_json *items, uint32_t room,
                                      uint32_t *count);

/*
 * The bytes of a text that was read.  Its escapes are replaced where they stand: so it must be writable, and can be had
 * once.  \u and four digits are a byte, so only \u0000 to \u00ff are taken.  STATUS_INVALID: no text, or another
 * escape.
 */
MUST_USE enum status store_json_text(const struct store_json *json, struct store_text *text);

/* A number from 0 to 2^64 - 1, of digits alone.  STATUS_INVALID: no such number. */
MUST_USE enum status store_json_number(struct store_text digits, uint64_t *number);

/* "0x" and 1 to 16 hexadecimal digits.  STATUS_INVALID: not that. */
MUST_USE enum status store_json_address(struct store_text text, uint64_t *address);

/* Pairs of hexadecimal digits, exactly `size` of them.  STATUS_INVALID: not that. */
MUST_USE enum status store_json_hex(struct store_text text, uint8_t *bytes, size_t size);

#endif
