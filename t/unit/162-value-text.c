/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text: what is printed, what is read, what is refused and where; limits; there and back at random. */
#include "tagged_model.h"

#include "runtime/buffer.h"
#include "runtime/record.h"
#include "runtime/region.h"
#include "runtime/scalar.h"
#include "runtime/symbol.h"
#include "runtime/table.h"
#include "runtime/tuple.h"
#include "runtime/vector.h"

static struct tagged *const t = &model_tagged;

/* Text in, text out. */
static const struct {
    const char *in, *out;
} texts[] = {
    {"name", "name"},
    {" \t\r\nname \t\r\n", "name"},
    {"a-b.c_9", "a-b.c_9"},
    {"_", "_"},
    {"Zz", "Zz"},
    {"'name'", "name"},
    {"''", "''"},
    {"'9'", "'9'"},
    {"'a b'", "'a b'"},
    {"'a:'", "'a:'"},
    {"'it\\'s'", "'it\\'s'"},
    {"'say \"\\\"'", "'say \"\"'"},
    {"\"say \\\" it's\"", "\"say \\\" it's\""},
    {"\"\"", "\"\""},
    {"\"\\x00\\x1f\\x7f\\xff\\x41\\xaF\\t\\n\\\\\"", "\"\\x00\\x1f\\x7f\\xffA\\xaf\\t\\n\\\\\""},
    {"\"a\nb\tc\"", "\"a\\nb\\tc\""},
    {"\"~ \"", "\"~ \""},
    {"0", "0"},
    {"-0", "0"},
    {"0012", "12"},
    {"-1", "-1"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"#", "#"},
    {"#00fFAa", "#00ffaa"},
    {"[]", "[]"},
    {"[ ]", "[]"},
    {"[1 2]", "[1 2]"},
    {"[[][]'a'\"b\"#00(){}]", "[[] [] a \"b\" #00 () {}]"},
    {"()", "()"},
    {"(a:1 b :2 'c d' : 3)", "(a: 1 b: 2 'c d': 3)"},
    {"(a:(b:(c:[])))", "(a: (b: (c: [])))"},
    {"{}", "{}"},
    {"{1=2 3 = 4}", "{1 = 2 3 = 4}"},
    {"{[1]=2 [1]=3 {a=b}=c}", "{[1] = 2 [1] = 3 {a = b} = c}"},
    {"{\"1\" = a 1 = b '1' = c}", "{\"1\" = a 1 = b '1' = c}"},
};

/* What is no value, where reading stops, and why. */
static const struct {
    const char *text;
    size_t offset;
    const char *what;
} wrong_texts[] = {
    {"", 0, "a value is missing"},
    {" \n", 2, "a value is missing"},
    {"]", 0, "a value is missing"},
    {"<cycle>", 0, "a value is missing"},
    {"...", 0, "a value is missing"},
    {"@", 0, "a value is missing"},
    {"\x80", 0, "a value is missing"},
    {"1 2", 2, "more than one value"},
    {"[])", 2, "more than one value"},
    {"-", 1, "a digit is missing"},
    {"-a", 1, "a digit is missing"},
    {"1a", 1, "a blank is missing"},
    {"1-1", 1, "a blank is missing"},
    {"9223372036854775808", 18, "the number is too large"},
    {"-9223372036854775809", 19, "the number is too large"},
    {"99999999999999999999", 18, "the number is too large"},
    {"#0", 1, "a byte is two hexadecimal digits"},
    {"#00g", 3, "a byte is two hexadecimal digits"},
    {"#0g", 1, "a byte is two hexadecimal digits"},
    {"\"a", 2, "a quote is missing"},
    {"\"a'", 3, "a quote is missing"},
    {"'a\\'", 4, "a quote is missing"},
    {"\"\\", 1, "an unknown escape"},
    {"\"\\q\"", 1, "an unknown escape"},
    {"\"\\x\"", 1, "an unknown escape"},
    {"\"\\x0\"", 1, "an unknown escape"},
    {"\"\\x0g\"", 1, "an unknown escape"},
    {"'\\x'", 1, "an unknown escape"},
    {"[", 1, "a value is missing"},
    {"[1", 2, "a value is missing"},
    {"[1)", 2, "a value is missing"},
    {"(a", 2, "a colon is missing"},
    {"(a:", 3, "a value is missing"},
    {"(a:)", 3, "a value is missing"},
    {"(a 1)", 3, "a colon is missing"},
    {"(a = 1)", 3, "a colon is missing"},
    {"(1: 2)", 2, "a name must be a symbol"},
    {"(\"a\": 2)", 4, "a name must be a symbol"},
    {"([a]: 2)", 4, "a name must be a symbol"},
    {"(a: 1 a: 2)", 7, "a key stands twice"},
    {"{1}", 2, "an equals sign is missing"},
    {"{1: 2}", 2, "an equals sign is missing"},
    {"{1 =}", 4, "a value is missing"},
    {"{1 = 2 1 = 3}", 8, "a key stands twice"},
    {"{\"a\" = [] \"a\" = 3}", 13, "a key stands twice"},
    {"[[1 2] {a = (b: [c \"d\" #ee)}]", 26, "a value is missing"},
};

static void test_texts(void)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct value *value = value_from(texts[i].in);

        tap_is_text(value ? text_of(value) : "", texts[i].out, "text %zu is read and printed", i);
        value_destroy(t, value);
    }
    tap_is_u64(model_live(), t->symbol_count + 1, "and nothing is left but symbols");
}

static void test_wrong_texts(void)
{
    unsigned touched = 0;

    for (size_t i = 0; i < sizeof wrong_texts / sizeof *wrong_texts; i++) {
        const char *text = wrong_texts[i].text;
        struct value_error error = {0};
        struct value *value = NULL;
        enum status status = value_parse(t, text, strlen(text), &value, &error);

        touched += value != NULL;
        tap_ok(status == STATUS_INVALID && error.offset == wrong_texts[i].offset &&
                   !strcmp(error.what, wrong_texts[i].what),
               "'%s' is refused: %zu, %s", text[0] == '\x80' ? "0x80" : text[0] == ' ' ? "blanks" : text, error.offset,
               error.what);
    }
    tap_is_u64(touched, 0, "the result is untouched");
    tap_is_u64(model_live(), t->symbol_count + 1, "and nothing is left but symbols");
}

/* The text may end anywhere; bytes behind it are not looked at. */
static void test_cut(void)
{
    const char *text = "(name: [1 -2 \"t\\x41\" 'q' #00ff] other: {a = \"b\" 3 = ()})";
    size_t size = strlen(text);
    unsigned wrong = 0;

    for (size_t cut = 0; cut < size; cut++) {
        char *copy = malloc(cut + 1); /* so that a sanitizer sees what is read behind it */
        struct value_error error = {SIZE_MAX, NULL};
        struct value *value;

        memcpy(copy, text, cut);
        wrong += value_parse(t, copy, cut, &value, &error) != STATUS_INVALID || error.offset > cut;
        free(copy);
    }
    tap_is_u64(wrong, 0, "a text cut short anywhere is refused");
    tap_is_u64(model_live(), t->symbol_count + 1, "and nothing is left but symbols");
}

static void test_records(void)
{
    struct symbol_value *name = symbol_from(t, "a name");
    struct string_value *text = string_from(t, "no \"page\"");
    struct {
        struct value *value;
        const char *text;
    } records[] = {
        {function_as_value(record_function(t, name, 0xffffffff80001234)), "<function 'a name' 0xffffffff80001234>"},
        {region_as_value(record_region(t, 0x1000, 0x9f000, REGION_PAGES)), "<region 0x1000-0x9f000 page-tables>"},
        {program_as_value(record_program(t, name)), "<program 'a name'>"},
        {fault_as_value(record_fault(t, name, 0xfee, text)), "<fault 'a name' 0xfee \"no \\\"page\\\"\">"},
        {heap_as_value(record_heap(t, name, t->heap_of(t, TAG_TABLE))), "<heap 'a name' allocated 0 objects 0>"},
        {NULL, "<null>"},
        {(struct value *)0x1234, "<none 0x1234>"},
    };
    struct value *unknown = unknown_as_value(record_unknown(t, "abc", 3));
    char want[64];

    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        tap_is_text(text_of(records[i].value), records[i].text, "a record is printed: %s", records[i].text);
        if (i < 5)
            value_destroy(t, records[i].value);
    }
    snprintf(want, sizeof want, "<unknown %p>", (void *)unknown);
    tap_is_text(text_of(unknown), want, "what is unknown has its address");
    tap_ok(!memcmp(((struct unknown_value *)unknown)->bytes, "abc", 3), "and its bytes");
    value_destroy(t, unknown);
    tap_ok(!record_function(t, NULL, 1) && !record_heap(t, NULL, NULL) && !record_program(t, NULL) &&
               !record_fault(t, NULL, 1, text) && !record_fault(t, name, 1, NULL),
           "no record without its name, no fault without its text");
    tap_is_u64(model_live(), t->symbol_count + 1, "nothing is left but symbols");
}

/* The deepest that is read, and one more; printed at every depth. */
static void test_depth(void)
{
    char text[2 * VALUE_DEPTH_MAX + 3] = "", want[2 * VALUE_DEPTH_MAX + 8];
    struct value_error error;
    struct value *value = NULL;
    unsigned wrong = 0;

    memset(text, '[', VALUE_DEPTH_MAX);
    memset(text + VALUE_DEPTH_MAX, ']', VALUE_DEPTH_MAX);
    value = value_from(text);
    tap_is_text(text_of(value), text, "%u containers in each other", VALUE_DEPTH_MAX);
    for (int depth = 1; depth < (int)VALUE_DEPTH_MAX + 8; depth++) {
        char got[2 * VALUE_DEPTH_MAX + 8];
        int shown = depth < (int)VALUE_DEPTH_MAX ? depth : (int)VALUE_DEPTH_MAX;

        snprintf(want, sizeof want, "%.*s%s%.*s", shown, text, shown < (int)VALUE_DEPTH_MAX ? "[...]" : "", shown,
                 text + 2 * VALUE_DEPTH_MAX - shown);
        fmt_text(got, sizeof got, "%*pv", depth, (void *)value);
        wrong += strcmp(got, want) != 0;
    }
    tap_is_u64(wrong, 0, "the width says how deep a value is printed");
    value_destroy(t, value);
    memset(text, '[', VALUE_DEPTH_MAX + 1);
    value = NULL;
    tap_ok(value_parse(t, text, VALUE_DEPTH_MAX + 1, &value, &error) == STATUS_INVALID &&
               error.offset == VALUE_DEPTH_MAX && !strcmp(error.what, "too deep") && !value,
           "one more is too deep");
    value = value_from("(a: [1] b: {c = d})");
    fmt_text(want, sizeof want, "%1pv", (void *)value);
    tap_is_text(want, "(a: [...] b: {...})", "brackets say what is not shown");
    value_destroy(t, value);
    tap_is_u64(model_live(), t->symbol_count + 1, "nothing is left but symbols");
}

struct counter {
    struct fmt_sink sink;
    uint64_t bytes;
    char last[16]; /* bytes */
};

static void count_bytes(struct fmt_sink *sink, const char *text, size_t size)
{
    struct counter *counter = (struct counter *)sink;

    counter->bytes += size;
    memmove(counter->last, counter->last + 1, sizeof counter->last - 1);
    counter->last[sizeof counter->last - 1] = text[size - 1];
}

/* Thirty vectors, each with the next twice: 31 objects, 2^30 paths. */
static void test_paths(void)
{
    struct value *value = integer_as_value(integer_create(t, 7));
    struct counter counter = {.sink = {count_bytes}};
    unsigned wrong = 0;
    size_t written;

    for (int i = 0; i < 30; i++) {
        struct vector_value *outer = vector_create(t);

        wrong += vector_push(t, outer, value) != STATUS_OK || vector_push(t, outer, value) != STATUS_OK;
        value = vector_as_value(outer);
    }
    written = value_print(&counter.sink, value, 0);
    tap_ok(!wrong && written == counter.bytes && written > VALUE_PRINT_MAX && written < 4 * (size_t)VALUE_PRINT_MAX,
           "a value of 2^30 paths ends after %zu bytes", written);
    tap_ok(counter.last[15] == ']' && counter.last[14] == '.' && counter.last[13] == ']', "with dots in each bracket");
    value_destroy(t, value);
    tap_is_u64(model_live(), t->symbol_count + 1, "nothing is left but symbols");
}

/* %v, with and without a printer, in what widths, in buffers that end anywhere. */
static void test_formats(void)
{
    struct value *value = value_from("(a: [1 \"two\" #33] b: {4 = 'f v'})");
    const char *want = "(a: [1 \"two\" #33] b: {4 = 'f v'})";
    char text[64], address[64];
    unsigned wrong = 0;

    tap_is_u64(fmt_text(text, sizeof text, "<%pv|%s>", (void *)value, "x"), strlen(want) + 4, "%%pv counts its bytes");
    tap_ok(!strncmp(text + 1, want, strlen(want)) && !strcmp(text + 1 + strlen(want), "|x>"), "and stands in the text");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
    fmt_text(text, sizeof text, "%v", (void *)value);
    tap_is_text(text, want, "%%v is the same");
    fmt_text(text, sizeof text, "%1v", (void *)value);
    tap_is_text(text, "(a: [...] b: {...})", "%%1v is one level of it");
#pragma GCC diagnostic pop
    for (size_t size = 0; size < sizeof text; size++) {
        size_t length;

        memset(text, '!', sizeof text);
        length = fmt_text(text, size, "%pv", (void *)value);
        wrong += length != strlen(want) || (size < sizeof text && text[size] != '!');
        wrong += size > 0 && strncmp(text, want, size - 1) != 0;
        wrong += size > 0 && strlen(text) != (size - 1 < length ? size - 1 : length);
    }
    tap_is_u64(wrong, 0, "a buffer of any size has its beginning and nothing behind");
    fmt_value = NULL;
    fmt_text(text, sizeof text, "%pv", (void *)value);
    snprintf(address, sizeof address, "%p", (void *)value);
    tap_is_text(text, address, "without a printer it is the address");
    fmt_value = value_print;
    value_destroy(t, value);
}

/* A random value of up to `size` more containers. */
static struct value *random_value(unsigned depth)
{
    char text[20];
    uint32_t size = random_below(sizeof text), count = random_below(5);
    struct value *value, *key;

    for (uint32_t i = 0; i < size; i++)
        text[i] = random_below(2) ? (char)(random_next() >> 40) : "ab_:=[](){}'\"\\# -.9"[random_below(19)];
    switch (random_below(depth ? 7 : 4)) {
    case 0:
        return symbol_as_value(symbol_intern(t, text, size % 3));
    case 1:
        return integer_as_value(integer_create(t, (int64_t)random_next() >> random_below(64)));
    case 2:
        return string_as_value(string_create(t, text, size));
    case 3:
        value = buffer_as_value(buffer_create(t));
        return buffer_append(t, value_as_buffer(value), text, size) == STATUS_OK ? value : NULL;
    case 4:
        value = vector_as_value(vector_create(t));
        while (count--)
            if (vector_push(t, value_as_vector(value), random_value(depth - 1)) != STATUS_OK)
                return NULL;
        return value;
    default:
        value = depth % 2 ? tuple_as_value(tuple_create(t)) : table_as_value(table_create(t));
        while (count--) {
            key = depth % 2 ? symbol_as_value(symbol_intern(t, text, count)) : random_value(depth - 1);
            if (entries_get((struct entries *)value, key))
                value_destroy(t, key);
            else if (entries_put(t, (struct entries *)value, key, random_value(depth - 1)) != STATUS_OK)
                return NULL;
        }
        return value;
    }
}

/* Prints, reads, prints, compares; then reads the text with some bytes changed, which must do no harm. */
static bool there_and_back(void)
{
    struct value *value = random_value(random_below(6)), *back = NULL;
    struct value_error error = {0, ""};
    char *text = strdup(text_of(value));
    size_t size = strlen(text);
    bool same = value_parse(t, text, size, &back, &error) == STATUS_OK && !strcmp(text_of(back), text);

    if (!same)
        tap_note("%s at %zu: %s", error.what, error.offset, text);
    value_destroy(t, value);
    value_destroy(t, back);
    for (uint32_t changes = 1 + random_below(4); changes; changes--)
        text[random_below((uint32_t)size)] = (char)(random_next() >> 40);
    if (value_parse(t, text, size, &back, &error) == STATUS_OK)
        value_destroy(t, back);
    else
        same &= error.offset <= size && error.what;
    free(text);
    return same;
}

static void test_random(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 1), count = tap_number("ACRE_OPS", 20000), wrong = 0;

    for (uint64_t i = 0; i < count && wrong < 3; i++, seed++) {
        random_state = seed * 0xd1342543de82ef95;
        if (!there_and_back()) {
            tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=1", seed);
            wrong++;
        }
    }
    tap_is_u64(wrong, 0, "%" PRIu64 " random values are printed, read, and printed the same", count);
    tap_is_u64(model_live(), t->symbol_count + 1, "and nothing is left but symbols");
}

int main(void)
{
    model_init();
    tap_plan(sizeof texts / sizeof *texts + 1 + sizeof wrong_texts / sizeof *wrong_texts + 2 + 2 + 11 + 5 + 3 + 6 + 2);
    test_texts();
    test_wrong_texts();
    test_cut();
    test_records();
    test_depth();
    test_paths();
    test_formats();
    test_random();
    return tap_done();
}
