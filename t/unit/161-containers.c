/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors, buffers, tuples and tables one operation at a time, and walks while they change. */
#include "tagged_model.h"

#include "runtime/buffer.h"
#include "runtime/scalar.h"
#include "runtime/symbol.h"
#include "runtime/table.h"
#include "runtime/tuple.h"
#include "runtime/vector.h"

static struct tagged *const t = &model_tagged;

static struct value *integer(int64_t number)
{
    return integer_as_value(integer_create(t, number));
}

static int64_t number_of(struct value *value)
{
    return value ? value_as_integer(value)->number : -1;
}

static void push(struct vector_value *vector, int64_t from, int64_t limit)
{
    for (; from < limit; from++)
        if (vector_push(t, vector, integer(from)) != STATUS_OK)
            tap_note("vector_push failed");
}

static void set(struct tuple_value *tuple, const char *name, int64_t number)
{
    if (tuple_set(t, tuple, symbol_from(t, name), integer(number)) != STATUS_OK)
        tap_note("tuple_set failed");
}

static void test_vector(void)
{
    struct vector_value *vector = vector_create(t);
    struct value *item, *replaced;

    tap_ok(!vector_get(vector, 0) && !vector_pop(t, vector) && !vector->items, "an empty vector has nothing");
    push(vector, 0, 5);
    tap_is_text(text_of(vector_as_value(vector)), "[0 1 2 3 4]", "five items pushed");
    item = vector_remove(t, vector, 1);
    tap_is_u64((uint64_t)number_of(item), 1, "one removed comes back");
    replaced = vector_get(vector, 0);
    tap_is_u64((uint64_t)vector_set(vector, 0, item), STATUS_OK, "and replaces another");
    value_free(t, replaced);
    tap_is_text(text_of(vector_as_value(vector)), "[1 2 3 4]", "those behind it moved down");
    tap_is_u64((uint64_t)vector_set(vector, 4, item), STATUS_NOT_FOUND, "nothing to replace behind the end");
    tap_is_u64((uint64_t)vector_set(vector, 0, NULL), STATUS_NO_MEMORY, "NULL replaces nothing");
    tap_is_u64((uint64_t)vector_push(t, vector, NULL), STATUS_NO_MEMORY, "and is not pushed");
    tap_ok(!vector_remove(t, vector, 4) && vector->count == 4, "nothing is removed behind the end");
    for (int64_t number = 4; number > 1; number--) {
        item = vector_pop(t, vector);
        tap_is_u64((uint64_t)number_of(item), (uint64_t)number, "popped from the end");
        value_free(t, item);
    }
    item = vector_pop(t, vector);
    tap_ok(number_of(item) == 1 && !vector->items && !vector->capacity, "the last one takes the memory along");
    value_free(t, item);
    value_free(t, vector_as_value(vector));
}

static void test_vector_walk(void)
{
    struct vector_value *vector = vector_create(t);
    struct vector_walk walk;
    int64_t sum = 0;
    struct value *item;

    push(vector, 0, 10);
    vector_walk_start(&walk, vector);
    while ((item = vector_walk_next(&walk)) && vector->count < 20) {
        push(vector, vector->count, vector->count + 1);
        sum += number_of(item);
    }
    for (; item; item = vector_walk_next(&walk))
        sum += number_of(item);
    tap_is_u64((uint64_t)sum, 190, "a walk sees what is pushed meanwhile: 0 to 19");
    tap_ok(!vector_walk_next(&walk), "it is at the end");
    push(vector, 20, 21);
    tap_is_u64((uint64_t)number_of(vector_walk_next(&walk)), 20, "and goes on when there is more");
    vector_walk_start(&walk, vector);
    while ((item = vector_walk_next(&walk)))
        if (number_of(item) % 3)
            value_free(t, vector_walk_remove(t, &walk));
    tap_is_text(text_of(vector_as_value(vector)), "[0 3 6 9 12 15 18]", "removing by the walk misses none");
    value_destroy(t, vector_as_value(vector));
}

static void test_buffer(void)
{
    struct buffer_value *buffer = buffer_create(t);

    tap_ok(buffer_append(t, buffer, "", 0) == STATUS_OK && !buffer->bytes, "nothing appended needs no memory");
    tap_ok(buffer_append(t, buffer, "abc", 3) == STATUS_OK && buffer->size == 3, "three bytes appended");
    tap_is_text(text_of(buffer_as_value(buffer)), "#616263", "are printed in hexadecimal");
    tap_ok(buffer_resize(t, buffer, 5) == STATUS_OK && !memcmp(buffer->bytes, "abc\0", 5), "growth adds zeros");
    tap_ok(buffer_resize(t, buffer, 2) == STATUS_OK && buffer->size == 2 && buffer->bytes, "shrinking keeps memory");
    while (buffer->size < 1000)
        if (buffer_append(t, buffer, buffer->bytes, buffer->size) != STATUS_OK)
            break;
    tap_ok(buffer->size == 1024 && !memcmp(buffer->bytes + 1000, "abababab", 8), "a buffer appended to itself");
    tap_ok(buffer_append(t, buffer, "x", SIZE_MAX - 10) == STATUS_NO_MEMORY && buffer->size == 1024,
           "more than there can be is refused");
    tap_ok(buffer_append(t, buffer, buffer->bytes, 1000) == STATUS_OK && buffer->capacity == 2048, "memory doubles");
    tap_ok(buffer_resize(t, buffer, 0x10000) == STATUS_OK && buffer->capacity == 0x10000, "or grows to what is asked");
    tap_ok(buffer_resize(t, buffer, 0) == STATUS_OK && !buffer->bytes, "an empty buffer has no memory");
    value_free(t, buffer_as_value(buffer));
}

static void test_tuple(void)
{
    struct tuple_value *tuple = tuple_create(t);
    struct symbol_value *a = symbol_from(t, "a"), *b = symbol_from(t, "b"), *z = symbol_from(t, "z");
    struct value *old;

    tap_ok(!tuple_get(tuple, a) && !tuple->entries.slots, "an empty tuple has nothing");
    set(tuple, "b", 1);
    set(tuple, "a", 2);
    tap_is_text(text_of(tuple_as_value(tuple)), "(b: 1 a: 2)", "names stand in the order of their coming");
    old = tuple_get(tuple, b);
    set(tuple, "b", 3);
    value_free(t, old);
    tap_is_text(text_of(tuple_as_value(tuple)), "(b: 3 a: 2)", "a new value takes the old one's place");
    tap_ok(tuple_remove(t, tuple, z) == STATUS_NOT_FOUND && !tuple_get(tuple, z), "what is not there");
    old = tuple_get(tuple, b);
    tap_ok(tuple_remove(t, tuple, b) == STATUS_OK && !tuple_get(tuple, b), "what was there");
    tap_is_u64((uint64_t)tuple_set(t, tuple, b, old), STATUS_OK, "put again");
    tap_is_text(text_of(tuple_as_value(tuple)), "(a: 2 b: 3)", "it comes last");
    tap_is_u64((uint64_t)tuple_set(t, tuple, NULL, old), STATUS_NO_MEMORY, "a name NULL is refused");
    tap_is_u64((uint64_t)tuple_set(t, tuple, a, NULL), STATUS_NO_MEMORY, "a value NULL too");
    value_destroy(t, tuple_as_value(tuple));
}

static void test_table(void)
{
    struct table_value *table = table_create(t);
    struct value *one = integer(1), *other_one = integer(1), *name = symbol_as_value(symbol_from(t, "1"));
    struct value *text = string_as_value(string_from(t, "ab")), *same = string_as_value(string_from(t, "ab"));
    struct value *longer = string_as_value(string_from(t, "abc")), *other = string_as_value(string_from(t, "aB"));
    struct value *vector = vector_as_value(vector_create(t)), *other_vector = vector_as_value(vector_create(t));

    tap_ok(table_set(t, table, one, name) == STATUS_OK && table_get(table, other_one) == name,
           "an integer is found by its number");
    tap_ok(table_set(t, table, text, one) == STATUS_OK && table_get(table, same) == one, "a string by its bytes");
    tap_ok(!table_get(table, longer) && !table_get(table, other), "all of them");
    tap_ok(!table_get(table, name), "a symbol is no string");
    tap_ok(table_set(t, table, vector, text) == STATUS_OK && table_get(table, vector) == text &&
               !table_get(table, other_vector),
           "a vector is only itself");
    tap_is_text(text_of(table_as_value(table)), "{1 = '1' \"ab\" = 1 [] = \"ab\"}", "keys in the order they came");
    tap_ok(table_set(t, table, other_one, text) == STATUS_OK && table->entries.slots[0].key == one,
           "the first key stays when its value changes");
    tap_ok(table_remove(t, table, same) == STATUS_OK && table_remove(t, table, same) == STATUS_NOT_FOUND,
           "removed once");
    tap_ok(table_remove(t, table, one) == STATUS_OK && table_remove(t, table, vector) == STATUS_OK &&
               !table->entries.slots,
           "the last entry takes the memory along");
    value_destroy(t, table_as_value(table));
    value_free(t, one);
    value_free(t, other_one);
    value_free(t, text);
    value_free(t, same);
    value_free(t, longer);
    value_free(t, other);
    value_free(t, vector);
    value_free(t, other_vector);
}

/* Entries with an index: enough for several doublings; then most are removed, and additions use their room again. */
static void test_many(void)
{
    struct table_value *table = table_create(t);
    struct vector_value *keys = vector_create(t);
    unsigned wrong = 0;
    uint32_t capacity;

    push(keys, 0, 3000);
    for (uint32_t i = 0; i < 3000; i++)
        wrong += table_set(t, table, vector_get(keys, i), vector_get(keys, 2999 - i)) != STATUS_OK;
    for (uint32_t i = 0; i < 3000; i++)
        wrong += number_of(table_get(table, vector_get(keys, i))) != 2999 - i;
    tap_is_u64(wrong, 0, "3,000 integers are found");
    capacity = table->entries.capacity;
    for (uint32_t i = 0; i < 3000; i++)
        wrong += i % 4 != 1 && table_remove(t, table, vector_get(keys, i)) != STATUS_OK;
    for (uint32_t i = 0; i < 3000; i++)
        wrong += i % 4 == 2 && table_set(t, table, vector_get(keys, i), vector_get(keys, i)) != STATUS_OK;
    for (uint32_t i = 0; i < 3000; i++)
        wrong += (table_get(table, vector_get(keys, i)) != NULL) != (i % 4 == 1 || i % 4 == 2);
    tap_is_u64(wrong, 0, "three quarters go, a quarter comes again");
    for (uint32_t round = 0; round < 20; round++) {
        for (uint32_t i = 0; i < 3000; i += 4)
            wrong += table_set(t, table, vector_get(keys, i), vector_get(keys, i)) != STATUS_OK;
        for (uint32_t i = 0; i < 3000; i += 4)
            wrong += table_remove(t, table, vector_get(keys, i)) != STATUS_OK;
    }
    tap_ok(!wrong && table->entries.capacity == capacity, "coming and going needs no more memory");
    value_free(t, table_as_value(table));
    value_destroy(t, vector_as_value(keys));
}

/*
 * A walk over 0..19 during which, at each even entry, that entry is removed, 18 is removed before its turn,
 * and one more is added, so that entries move together and to new memory meanwhile.  It ends at 37: 0, 2, ... 36
 * without 18 are 18 even ones, which add 20 to 37.
 */
static void test_walk(void)
{
    struct tuple_value *tuple = tuple_create(t);
    struct entries_walk walk;
    struct symbol_value *name;
    struct value *value;
    char text[16], seen[512] = "";
    int64_t next = 20;

    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof text, "n%d", i);
        set(tuple, text, i);
    }
    tuple_walk_start(&walk, tuple);
    while (tuple_walk_next(&walk, &name, &value)) {
        int64_t number = number_of(value);

        snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%d ", (int)number);
        if (number % 2)
            continue;
        if (tuple_remove(t, tuple, name) == STATUS_OK)
            value_free(t, value);
        name = symbol_known(t, "n18", 3);
        value = tuple_get(tuple, name);
        if (tuple_remove(t, tuple, name) == STATUS_OK)
            value_free(t, value);
        snprintf(text, sizeof text, "n%d", (int)next);
        set(tuple, text, next++);
    }
    tap_is_text(seen, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 "
                "36 37 ",
                "a walk gives each entry once, none that was removed, those added after all others");
    set(tuple, "last", 99);
    tap_ok(tuple_walk_next(&walk, &name, &value) && number_of(value) == 99, "it goes on when there is more");
    tap_ok(!tuple_walk_next(&walk, &name, &value) && number_of(value) == 99, "and then ends again");
    tap_ok(tuple->entries.capacity == 32, "entries moved both ways: capacity %u", tuple->entries.capacity);
    value_destroy(t, tuple_as_value(tuple));
}

static void test_table_walk(void)
{
    struct value *table = value_from("{1 = 2 3 = 4 5 = 6}"), *key = NULL, *value = NULL;
    struct entries_walk walk;
    int64_t sum = 0;

    table_walk_start(&walk, value_as_table(table));
    while (table_walk_next(&walk, &key, &value))
        sum = sum * 100 + number_of(key) * 10 + number_of(value);
    tap_is_u64((uint64_t)sum, 123456, "a walk over a table");
    value_destroy(t, table);
}

/* Each object of a tangle is freed once: containers in themselves and in each other, a value reached on many ways. */
static void test_destroy(void)
{
    struct vector_value *vector = vector_create(t);
    struct table_value *table = table_create(t);
    struct tuple_value *tuple = tuple_create(t);
    struct value *shared = string_as_value(string_from(t, "shared")), *values[4];
    unsigned wrong = 0;

    values[0] = vector_as_value(vector);
    values[1] = table_as_value(table);
    values[2] = tuple_as_value(tuple);
    values[3] = shared;
    for (int i = 0; i < 4; i++) {
        wrong += vector_push(t, vector, values[i]) != STATUS_OK;
        wrong += vector_push(t, vector, values[i]) != STATUS_OK;
        wrong += table_set(t, table, values[i], values[3 - i]) != STATUS_OK;
        wrong += tuple_set(t, tuple, symbol_from(t, &"abcd"[i]), values[i]) != STATUS_OK;
    }
    tap_is_u64(wrong, 0, "a tangle is made");
    tap_is_text(text_of(values[1]),
                "{[<cycle> <cycle> <cycle> <cycle> (abcd: <cycle> bcd: <cycle> cd: <cycle> d: \"shared\") "
                "(abcd: <cycle> bcd: <cycle> cd: <cycle> d: \"shared\") \"shared\" \"shared\"] = \"shared\" "
                "<cycle> = (abcd: [<cycle> <cycle> <cycle> <cycle> <cycle> <cycle> \"shared\" \"shared\"] "
                "bcd: <cycle> cd: <cycle> d: \"shared\") "
                "(abcd: [<cycle> <cycle> <cycle> <cycle> <cycle> <cycle> \"shared\" \"shared\"] "
                "bcd: <cycle> cd: <cycle> d: \"shared\") = <cycle> "
                "\"shared\" = [<cycle> <cycle> <cycle> <cycle> (abcd: <cycle> bcd: <cycle> cd: <cycle> d: \"shared\") "
                "(abcd: <cycle> bcd: <cycle> cd: <cycle> d: \"shared\") \"shared\" \"shared\"]}",
                "and printed");
    value_destroy(t, values[2]);
    tap_is_u64(model_heaps[TAG_TUPLE].objects + model_heaps[TAG_TABLE].objects + model_heaps[TAG_VECTOR].objects +
                   model_heaps[TAG_STRING].objects,
               0, "and freed, each object once");
}

/* A chain of a million vectors, each in the next: no stack is deep enough for recursion. */
static void test_destroy_deep(void)
{
    struct vector_value *vector = vector_create(t), *outer;
    unsigned wrong = 0;

    for (int i = 0; i < 1000000; i++) {
        outer = vector_create(t);
        wrong += vector_push(t, outer, vector_as_value(vector)) != STATUS_OK;
        vector = outer;
    }
    tap_is_u64(wrong, 0, "a million vectors in each other");
    value_destroy(t, vector_as_value(vector));
    tap_is_u64(model_heaps[TAG_VECTOR].objects, 0, "are freed");
}

int main(void)
{
    model_init();
    tap_plan(13 + 4 + 10 + 9 + 9 + 3 + 4 + 1 + 3 + 2 + 1);
    test_vector();
    test_vector_walk();
    test_buffer();
    test_tuple();
    test_table();
    test_many();
    test_walk();
    test_table_walk();
    test_destroy();
    test_destroy_deep();
    symbol_free_all(t);
    tap_is_u64(model_live(), 0, "all memory is given back");
    return tap_done();
}
