/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row is a computed node of the tree, whose context is the row: so the tree is the only list of rows there is, and a
 * function that is not read_row is no row.
 */
#include "storeconfig.h"

#include "storejson.h"

static const char *const type_names[] = {"flag", "number", "word"};
static const char *const when_names[] = {"build", "boot", "live"};

static void write_words(struct store_out *out, const struct store_config_row *row)
{
    store_key(out, "words");
    store_array(out);
    for (uint32_t i = 0; row->words[i]; i++)
        if (store_item(out))
            store_words(out, row->words[i]);
    store_end(out);
}

static void read_row(struct store_out *out, const void *context)
{
    const struct store_config_row *row = context;

    store_object(out);
    if (store_key(out, "value"))
        store_config_write(out, row, store_config_value(row));
    store_key(out, "default");
    store_config_write(out, row, row->standard);
    store_words_of(out, "type", type_names[row->type]);
    if (row->type == STORE_CONFIG_NUMBER) {
        store_number_of(out, "least", row->least);
        store_number_of(out, "most", row->most);
    } else if (row->type == STORE_CONFIG_WORD) {
        write_words(out, row);
    }
    store_words_of(out, "when", when_names[row->when]);
    store_words_of(out, "text", row->text);
    store_end(out);
}

/* Whether the JSON text is that word; a row's words need no escapes. */
static bool word_is(struct store_text json, const char *word)
{
    return json.size >= 2 && json.bytes[0] == '"' &&
           store_text_is((struct store_text){json.bytes + 1, json.size - 2}, word);
}

static enum status parse_word(const struct store_config_row *row, struct store_text json, uint64_t *value)
{
    uint32_t place = 0;

    while (row->words[place] && !word_is(json, row->words[place]))
        place++;
    if (!row->words[place])
        return STATUS_INVALID;
    *value = place;
    return STATUS_OK;
}

static enum status parse_flag(struct store_text json, uint64_t *value)
{
    bool yes = store_text_is(json, "true");

    if (!yes && !store_text_is(json, "false"))
        return STATUS_INVALID;
    *value = yes;
    return STATUS_OK;
}

void store_config_add(struct store *store, const struct store_config_row *rows, size_t count)
{
    struct tuple_value *group = store_group(store, store->root, "config");

    for (size_t i = 0; i < count; i++)
        store_computed(store, group, rows[i].name, read_row, &rows[i]);
}

const struct store_config_row *store_config_find(const struct store *store, struct store_text path)
{
    const struct value *value = store_find(store, path);
    const struct function_value *function = (const struct function_value *)value;

    if (!value || tag_of(value) != TAG_FUNCTION || function->address != (uintptr_t)read_row)
        return NULL;
    return function->context;
}

uint64_t store_config_value(const struct store_config_row *row)
{
    return row->get ? row->get(row) : *row->place;
}

void store_config_write(struct store_out *out, const struct store_config_row *row, uint64_t value)
{
    if (row->type == STORE_CONFIG_FLAG)
        store_flag(out, value);
    else if (row->type == STORE_CONFIG_NUMBER)
        store_number(out, value);
    else
        store_words(out, row->words[value]);
}

const char *store_config_when_name(enum store_config_when when)
{
    return when_names[when];
}

enum status store_config_parse(const struct store_config_row *row, struct store_text json, uint64_t *value)
{
    uint64_t number;

    if (row->type == STORE_CONFIG_FLAG)
        return parse_flag(json, value);
    if (row->type == STORE_CONFIG_WORD)
        return parse_word(row, json, value);
    if (store_json_number(json, &number) != STATUS_OK)
        return STATUS_INVALID;
    if (number < row->least || number > row->most)
        return STATUS_FULL;
    *value = number;
    return STATUS_OK;
}

enum status store_config_set(const struct store_config_row *row, uint64_t value)
{
    if (row->when != STORE_CONFIG_LIVE)
        return STATUS_NOT_OWNED;
    if (row->set)
        return row->set(row, value);
    *row->place = value;
    return STATUS_OK;
}
