/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once.  A run is a list of steps on one of each container; in run n the n-th allocation is
 * refused.  The step that meets it must say so and leave every value and every byte in use as they were; done again it
 * must go well, and at the end all runs have the same values.
 */
#include "tagged_model.h"

#include "runtime/buffer.h"
#include "runtime/record.h"
#include "runtime/scalar.h"
#include "runtime/symbol.h"
#include "runtime/table.h"
#include "runtime/tuple.h"
#include "runtime/vector.h"

static struct tagged *const t = &model_tagged;

static struct world {
    struct vector_value *vector;
    struct tuple_value *tuple;
    struct table_value *table;
    struct buffer_value *buffer;
} world;

/* Adds a value, or frees it where it cannot be added. */
static bool push(struct value *value)
{
    if (vector_push(t, world.vector, value) == STATUS_OK)
        return true;
    value_destroy(t, value);
    return false;
}

static bool put_integers(int64_t from, int64_t limit)
{
    for (; from < limit; from++) {
        struct value *key = integer_as_value(integer_create(t, from));
        struct value *value = integer_as_value(integer_create(t, -from));

        if (table_set(t, world.table, key, value) != STATUS_OK) {
            value_free(t, key);
            value_free(t, value);
            return false;
        }
    }
    return true;
}

static bool remove_integers(int64_t from, int64_t limit)
{
    for (; from < limit; from++) {
        for (uint32_t i = 0; i < world.table->entries.used; i++) {
            struct value *key = world.table->entries.slots[i].key, *value = world.table->entries.slots[i].value;

            if (!key || value_as_integer(key)->number != from)
                continue;
            if (table_remove(t, world.table, key) != STATUS_OK)
                return false;
            value_free(t, key);
            value_free(t, value);
            break;
        }
    }
    return true;
}

static bool name_one(int number)
{
    struct value *value = integer_as_value(integer_create(t, number));
    struct symbol_value *name;
    char text[16];

    snprintf(text, sizeof text, "name%d", number);
    name = value ? symbol_from(t, text) : NULL;
    if (tuple_set(t, world.tuple, name, value) == STATUS_OK)
        return true;
    value_free(t, value);
    return false;
}

static bool push_fault(void)
{
    struct symbol_value *kind = symbol_from(t, "page");
    struct string_value *text = kind ? string_from(t, "not there") : NULL;
    struct fault_value *fault = text ? record_fault(t, kind, 1, text) : NULL;

    if (!fault)
        value_free(t, string_as_value(text));
    return push(fault_as_value(fault));
}

static bool parse_and_push(const char *text)
{
    struct value *value = NULL;
    struct value_error error;
    enum status status = value_parse(t, text, strlen(text), &value, &error);

    if (status == STATUS_OK)
        return push(value);
    if (status != STATUS_NO_MEMORY || value || strcmp(error.what, "no memory") != 0)
        tap_note("value_parse: %s", status_text(status));
    return false;
}

/* Step `step` of the list; *more is whether there is another. */
static bool run_step(int step, bool *more)
{
    struct symbol_value *name;

    *more = step < 179;
    switch (step) {
    case 0:
        return world.vector || (world.vector = vector_create(t));
    case 1:
        return world.tuple || (world.tuple = tuple_create(t));
    case 2:
        return world.table || (world.table = table_create(t));
    case 3:
        return world.buffer || (world.buffer = buffer_create(t));
    case 4:
        return buffer_append(t, world.buffer, "12345", 5) == STATUS_OK;
    case 5:
        return buffer_append(t, world.buffer, "1234567890abcd", 14) == STATUS_OK;
    case 6:
        return buffer_resize(t, world.buffer, 100) == STATUS_OK;
    case 7:
        return push(string_as_value(string_from(t, "text")));
    case 8:
        return push(unknown_as_value(record_unknown(t, "12", 2)));
    case 9:
        return push(function_as_value(record_function(t, symbol_from(t, "name0"), 1)));
    case 10:
        return push(heap_as_value(record_heap(t, symbol_from(t, "name1"), &model_heaps[TAG_PROGRAM].heap)));
    case 11:
        return push(region_as_value(record_region(t, 1, 2, 3)));
    case 12:
        return push(program_as_value(record_program(t, symbol_from(t, "name2"))));
    case 13:
        return push_fault();
    case 14:
        return parse_and_push("[() {} # '\\x01' \"\\x02\" 1 -1 name #0011 (a: (b: {1 = 2 \"3\" = 4 [5] = 6}) c: 7)]");
    case 15:
        return parse_and_push("{1=1 2=2 3=3 4=4 5=5 6=6 7=7 8=8 9=9 [10] = [#10 (ten: \"10\")]}");
    case 16:
        name = symbol_from(t, "gone");
        return name && tuple_remove(t, world.tuple, name) == STATUS_NOT_FOUND;
    default:
        break;
    }
    if (step < 80) /* from 17 */
        return put_integers(step, step + 1);
    if (step < 100)
        return remove_integers(step - 63, step - 62);
    if (step < 179)
        return name_one(step);
    return push(integer_as_value(integer_create(t, step)));
}

/* All values and the books of all memory but that of symbols. */
static void picture(char *text, size_t size)
{
    size_t length = fmt_text(text, size, "%pv %pv %pv %pv", (void *)world.vector, (void *)world.tuple,
                             (void *)world.table, (void *)world.buffer);

    for (uint32_t tag = TAG_SYMBOL + 1; tag < TAG_COUNT && length < size; tag++)
        length += (size_t)snprintf(text + length, size - length, " %" PRIu64 " %" PRIu64, model_heaps[tag].objects,
                                   model_heaps[tag].bytes);
}

/* An address in a picture is no news; it is cut out, up to the next blank or bracket. */
static void forget_addresses(char *text)
{
    char *at;

    while ((at = strstr(text, "unknown 0x")))
        memmove(at, at + strcspn(at, ">"), strlen(at + strcspn(at, ">")) + 1);
}

static void end_world(void)
{
    value_destroy(t, vector_as_value(world.vector));
    value_destroy(t, tuple_as_value(world.tuple));
    value_destroy(t, table_as_value(world.table));
    value_destroy(t, buffer_as_value(world.buffer));
    symbol_free_all(t);
    world = (struct world){NULL};
}

/* One run; *met is whether the refusal was met.  NULL, or what was wrong; the last picture is left in `last`. */
static const char *run(uint64_t refused, bool *met, char last[1 << 14])
{
    static char before[1 << 14], after[1 << 14];
    const char *wrong = NULL;
    bool more = true;

    *met = false;
    model_allowed = refused;
    for (int step = 0; more && !wrong; step++) {
        picture(before, sizeof before);
        if (run_step(step, &more))
            continue;
        picture(after, sizeof after);
        if (*met || model_allowed)
            wrong = "a step failed without a refusal";
        else if (strcmp(before, after))
            wrong = "a step that failed changed something";
        *met = true;
        model_allowed = UINT64_MAX;
        if (!run_step(step, &more))
            wrong = "a step fails again";
    }
    model_allowed = UINT64_MAX;
    picture(last, sizeof before);
    forget_addresses(last);
    end_world();
    return wrong ? wrong : model_live() ? "something is left" : NULL;
}

int main(void)
{
    static char last[1 << 14], first[1 << 14];
    struct string_value *largest;
    const char *wrong;
    uint64_t refused, different = 0, wrongs = 0;
    bool met = true;

    model_init();
    tap_plan(8);
    model_heap_of(t, TAG_PROGRAM);
    tap_ok(!run(UINT64_MAX, &met, first), "a run without a refusal");
    for (met = true, refused = 0; met; refused++) {
        wrong = run(refused, &met, last);
        if (wrong)
            tap_note("allocation %" PRIu64 ": %s", refused, wrong);
        wrongs += wrong != NULL;
        different += strcmp(first, last) != 0;
    }
    tap_is_u64(wrongs, 0, "%" PRIu64 " allocations refused, each once: nothing changes, then it goes well", refused);
    tap_is_u64(different, 0, "every run ends with the same values");
    tap_ok(refused > 300, "so many allocations are in a run");
    model_heapless = true;
    tap_ok(!integer_create(t, 1) && !symbol_from(t, "x") && !unknown_as_value(record_unknown(t, "", 0)),
           "without a heap there is no value");
    model_heapless = false;
    tap_ok(!string_create(t, "", (size_t)TAGGED_BYTES_MAX + 1) && !string_blank(t, SIZE_MAX), "nor one too large");
    largest = string_blank(t, TAGGED_BYTES_MAX);
    tap_ok(largest && !largest->text[TAGGED_BYTES_MAX], "the largest string there can be");
    value_free(t, string_as_value(largest));
    tap_is_u64(model_live(), 0, "nothing is left");
    return tap_done();
}
