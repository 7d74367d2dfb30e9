/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be configured: rows with a type, a range, a default, a description, and when they may be changed.  In the
 * tree a row is config.NAME with the members value, default, type, least and most (numbers), words (of a word), when
 * and text.
 *
 * Whatever the type, a value is held as a uint64_t: a number, 0 or 1 of a flag, the place of a word in the row's words.
 */
#ifndef ACRE_STORECONFIG_H
#define ACRE_STORECONFIG_H

#include "store.h"

enum store_config_type { STORE_CONFIG_FLAG, STORE_CONFIG_NUMBER, STORE_CONFIG_WORD };
enum store_config_when { STORE_CONFIG_BUILD, STORE_CONFIG_BOOT, STORE_CONFIG_LIVE };

struct store_config_row {
    const char *name;
    enum store_config_type type;
    enum store_config_when when;
    uint64_t least, most; /* of a number */
    const char *const *words; /* of a word: NULL-ended */
    uint64_t standard; /* the default */
    const char *text; /* what it is, in words */
    uint64_t (*get)(const struct store_config_row *row);
    /* Makes it so; called only for live rows with values in range.  Not STATUS_OK: refused, nothing has changed. */
    enum status (*set)(const struct store_config_row *row, uint64_t value);
    uint64_t *place; /* for get and set NULL: the value stands here, and takes effect by being there */
};

/* Adds rows to the group `config` of the store; they must live as long as the store. */
void store_config_add(struct store *store, const struct store_config_row *rows, size_t count);

/* The row at a path ("config.NAME"); NULL: none. */
const struct store_config_row *store_config_find(const struct store *store, struct store_text path);

/* Its value now. */
uint64_t store_config_value(const struct store_config_row *row);

/* Says a value of it to a writer. */
void store_config_write(struct store_out *out, const struct store_config_row *row, uint64_t value);

/* "build", "boot" or "live". */
const char *store_config_when_name(enum store_config_when when);

/*
 * Reads a JSON value for a row and stores it.  STATUS_INVALID: not of the row's type, or no such word.  STATUS_FULL:
 * out of the row's range.
 */
MUST_USE enum status store_config_parse(const struct store_config_row *row, struct store_text json, uint64_t *value);

/* Sets it.  STATUS_NOT_OWNED: the row is not live; else what its set says. */
MUST_USE enum status store_config_set(const struct store_config_row *row, uint64_t value);

#endif
