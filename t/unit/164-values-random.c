/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random operations on a vector, a buffer, a tuple and a table against naive arrays: every answer is compared, and two
 * walks over each go on all the while and must give what their promise says.  In every other round allocations are
 * refused at random, and then nothing may have changed.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#include "tagged_model.h"

#include "runtime/buffer.h"
#include "runtime/scalar.h"
#include "runtime/symbol.h"
#include "runtime/table.h"
#include "runtime/tuple.h"
#include "runtime/vector.h"

#define OPS 4000000u
#define ROUND_OPS 4000u
#define KEYS 192 /* of each of tuple and table */
#define ITEMS 600 /* in a vector; a buffer has up to 16 times as many bytes */

static struct tagged *const t = &model_tagged;

struct naive_entry {
    int key; /* which of the keys */
    struct value *value;
    uint64_t number; /* when it was added */
};

/* Entries in order, without holes. */
struct naive {
    struct naive_entry entries[KEYS];
    int count;
    uint64_t next_number;
};

struct pair {
    struct entries *entries;
    struct naive naive;
    struct value **keys, **same_keys; /* an equal key each, which is another object where that is possible */
    struct entries_walk walks[2];
    uint64_t walked[2]; /* the first number that the naive walk has not given */
};

static struct round {
    struct pair tuple, table;
    struct vector_value *vector;
    struct value *items[ITEMS];
    uint32_t item_count;
    struct vector_walk walks[2];
    struct buffer_value *buffer;
    uint8_t bytes[16 * ITEMS];
    uint32_t byte_count;
    uint32_t keys; /* how many of the keys are in use */
    uint32_t fail_percent;
    const char *wrong; /* what differed first */
} now;

static struct value *names[KEYS], *keys[KEYS], *same_keys[KEYS], *values[16];

static void differ(const char *what)
{
    if (!now.wrong)
        now.wrong = what;
}

/* Whether an operation went well; it may have failed only for lack of memory where that is refused. */
static bool went_well(enum status status, const char *what)
{
    if (status != STATUS_OK && (status != STATUS_NO_MEMORY || model_allowed))
        differ(what);
    return status == STATUS_OK;
}

static int naive_find(const struct naive *naive, int key)
{
    for (int i = 0; i < naive->count; i++)
        if (naive->entries[i].key == key)
            return i;
    return -1;
}

static void pair_put(struct pair *pair, int key)
{
    struct value *value = values[random_below(16)];
    int at = naive_find(&pair->naive, key);

    if (!went_well(entries_put(t, pair->entries, pair->keys[key], value), "put"))
        return;
    if (at >= 0)
        pair->naive.entries[at].value = value;
    else
        pair->naive.entries[pair->naive.count++] = (struct naive_entry){key, value, pair->naive.next_number++};
}

static void pair_remove(struct pair *pair, int key)
{
    int at = naive_find(&pair->naive, key);
    enum status status = entries_remove(t, pair->entries, pair->same_keys[key]);

    if (status != (at < 0 ? STATUS_NOT_FOUND : STATUS_OK))
        differ("remove");
    if (at < 0)
        return;
    pair->naive.count--;
    memmove(pair->naive.entries + at, pair->naive.entries + at + 1,
            (size_t)(pair->naive.count - at) * sizeof *pair->naive.entries);
}

static void pair_get(struct pair *pair, int key)
{
    int at = naive_find(&pair->naive, key);

    if (entries_get(pair->entries, pair->same_keys[key]) != (at < 0 ? NULL : pair->naive.entries[at].value))
        differ("get");
}

/* One step of a walk: the first entry with a number that the walk has not come to. */
static void pair_walk(struct pair *pair, uint32_t which)
{
    const struct entry *got = entries_walk_next(&pair->walks[which]);
    int at = 0;

    while (at < pair->naive.count && pair->naive.entries[at].number < pair->walked[which])
        at++;
    if (at == pair->naive.count) {
        if (got)
            differ("a walk gives an entry that it should not");
        if (random_below(2)) {
            entries_walk_start(&pair->walks[which], pair->entries);
            pair->walked[which] = 0;
        }
        return;
    }
    if (!got || got->key != pair->keys[pair->naive.entries[at].key] || got->value != pair->naive.entries[at].value)
        differ("a walk gives another entry");
    pair->walked[which] = pair->naive.entries[at].number + 1;
}

static void pair_look(struct pair *pair)
{
    struct entries_walk walk;
    const struct entry *entry;
    int at = 0;

    if (pair->entries->live != (uint32_t)pair->naive.count)
        differ("how many entries there are");
    entries_walk_start(&walk, pair->entries);
    while ((entry = entries_walk_next(&walk)) && at < pair->naive.count) {
        if (entry->key != pair->keys[pair->naive.entries[at].key] || entry->value != pair->naive.entries[at].value)
            differ("an entry");
        at++;
    }
    if (entry || at != pair->naive.count)
        differ("a whole walk");
}

static void do_pair(struct pair *pair)
{
    int key = (int)random_below(now.keys);

    switch (random_below(8)) {
    case 0:
    case 1:
    case 2:
        pair_put(pair, key);
        break;
    case 3:
    case 4:
        pair_remove(pair, key);
        break;
    case 5:
        pair_get(pair, key);
        break;
    default:
        pair_walk(pair, random_below(2));
        break;
    }
}

static void do_tuple(void)
{
    do_pair(&now.tuple);
}

static void do_table(void)
{
    do_pair(&now.table);
}

static void vector_push_one(void)
{
    struct value *item = values[random_below(16)];

    if (now.item_count < ITEMS && went_well(vector_push(t, now.vector, item), "push"))
        now.items[now.item_count++] = item;
}

static void vector_take(uint32_t position, struct value *got)
{
    struct value *want = position < now.item_count ? now.items[position] : NULL;

    if (got != want)
        differ("vector_remove, vector_pop");
    if (!want)
        return;
    now.item_count--;
    memmove(now.items + position, now.items + position + 1,
            (now.item_count - position) * sizeof *now.items);
}

static void vector_set_one(uint32_t position)
{
    struct value *item = values[random_below(16)];
    enum status want = position < now.item_count ? STATUS_OK : STATUS_NOT_FOUND;

    if (vector_set(now.vector, position, item) != want)
        differ("vector_set");
    else if (want == STATUS_OK)
        now.items[position] = item;
}

static void vector_walk_one(struct vector_walk *walk)
{
    uint32_t position = walk->next;
    struct value *item = vector_walk_next(walk);

    if (item != (position < now.item_count ? now.items[position] : NULL))
        differ("a vector's walk");
    else if (!item)
        vector_walk_start(walk, now.vector);
    else if (!random_below(4))
        vector_take(position, vector_walk_remove(t, walk));
}

static void do_vector(void)
{
    uint32_t position = random_below(now.item_count + 2);

    switch (random_below(8)) {
    case 0:
        vector_take(position, vector_remove(t, now.vector, position));
        break;
    case 1:
        vector_take(now.item_count - 1, vector_pop(t, now.vector));
        break;
    case 2:
        vector_set_one(position);
        break;
    case 3:
        if (vector_get(now.vector, position) != (position < now.item_count ? now.items[position] : NULL))
            differ("vector_get");
        break;
    case 4:
        vector_walk_one(&now.walks[random_below(2)]);
        break;
    default:
        vector_push_one();
        break;
    }
}

static void buffer_append_some(void)
{
    uint8_t more[64];
    uint32_t count = random_below(sizeof more);

    if (now.byte_count + count > sizeof now.bytes)
        return;
    for (uint32_t i = 0; i < count; i++)
        more[i] = (uint8_t)random_next();
    if (!went_well(buffer_append(t, now.buffer, more, count), "buffer_append"))
        return;
    memcpy(now.bytes + now.byte_count, more, count);
    now.byte_count += count;
}

static void do_buffer(void)
{
    uint32_t size = random_below(random_below(8) ? now.byte_count + 32 : 32);

    if (random_below(4)) {
        buffer_append_some();
        return;
    }
    if (size > sizeof now.bytes || !went_well(buffer_resize(t, now.buffer, size), "buffer_resize"))
        return;
    if (size > now.byte_count)
        memset(now.bytes + now.byte_count, 0, size - now.byte_count);
    now.byte_count = size;
}

static void look(void)
{
    pair_look(&now.tuple);
    pair_look(&now.table);
    if (now.vector->count != now.item_count ||
        (now.item_count && memcmp(now.vector->items, now.items, now.item_count * sizeof *now.items) != 0))
        differ("the vector");
    if (now.buffer->size != now.byte_count ||
        (now.byte_count && memcmp(now.buffer->bytes, now.bytes, now.byte_count) != 0))
        differ("the buffer");
}

static void pair_start(struct pair *pair, struct value *value, struct value **its_keys, struct value **its_same_keys)
{
    pair->entries = (struct entries *)value;
    pair->keys = its_keys;
    pair->same_keys = its_same_keys;
    entries_walk_start(&pair->walks[0], pair->entries);
    entries_walk_start(&pair->walks[1], pair->entries);
}

static const char *one_round(uint64_t seed, uint32_t operations)
{
    static void (*const parts[])(void) = {do_tuple, do_table, do_vector, do_buffer};
    uint64_t before = model_live();

    random_state = seed * 0xd1342543de82ef95;
    memset(&now, 0, sizeof now);
    now.keys = 1 + random_below(random_below(2) ? 16 : KEYS);
    now.fail_percent = random_below(2) ? random_below(60) : 0;
    now.vector = vector_create(t);
    now.buffer = buffer_create(t);
    pair_start(&now.tuple, tuple_as_value(tuple_create(t)), names, names);
    pair_start(&now.table, table_as_value(table_create(t)), keys, same_keys);
    vector_walk_start(&now.walks[0], now.vector);
    vector_walk_start(&now.walks[1], now.vector);
    for (uint32_t i = 0; i < operations && !now.wrong; i++) {
        model_allowed = random_below(100) < now.fail_percent ? 0 : UINT64_MAX;
        parts[random_below(4)]();
        if (i % 100 == 0)
            look();
    }
    model_allowed = UINT64_MAX;
    value_free(t, &now.tuple.entries->head);
    value_free(t, &now.table.entries->head);
    value_free(t, vector_as_value(now.vector));
    value_free(t, buffer_as_value(now.buffer));
    if (model_live() != before)
        differ("memory was not given back");
    return now.wrong;
}

/* Keys of every kind; where two objects can be the same key, the second is another object. */
static void make_keys(void)
{
    char text[32];

    for (int i = 0; i < KEYS; i++) {
        snprintf(text, sizeof text, "key%d", i);
        names[i] = symbol_as_value(symbol_from(t, text));
        switch (i % 4) {
        case 0:
            keys[i] = integer_as_value(integer_create(t, i));
            same_keys[i] = integer_as_value(integer_create(t, i));
            break;
        case 1:
            keys[i] = string_as_value(string_from(t, text));
            same_keys[i] = string_as_value(string_from(t, text));
            break;
        case 2:
            keys[i] = same_keys[i] = symbol_as_value(symbol_from(t, text));
            break;
        default:
            keys[i] = same_keys[i] = vector_as_value(vector_create(t));
            break;
        }
    }
    for (int i = 0; i < 16; i++)
        values[i] = integer_as_value(integer_create(t, i));
}

int main(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 1), operations = tap_number("ACRE_OPS", OPS), wrong = 0;

    model_init();
    make_keys();
    tap_plan(1);
    tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%" PRIu64, seed, operations);
    for (uint64_t done = 0; done < operations && wrong < 3; done += ROUND_OPS, seed++) {
        const char *what = one_round(seed, ROUND_OPS);

        wrong += what != NULL;
        if (what)
            tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%u: %s", seed, ROUND_OPS, what);
    }
    tap_is_u64(wrong, 0, "%" PRIu64 " random operations end as the model's do", operations);
    return tap_done();
}
