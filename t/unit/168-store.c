/* SPDX-License-Identifier: Apache-2.0 */
/* The store's tree and its writer: views, text rings, what a query selects, building where memory ends. */
#include "tagged_model.h"

#include "store_world.h"

#include "runtime/storetext.h"

#define TEXT(text) ((struct store_text){text, sizeof(text) - 1})

/* ---- views and text rings */

static uint64_t shows(enum view_kind kind, const void *at)
{
    struct view_value *view = view_create(&model_tagged, kind, (uintptr_t)at, 0);
    uint64_t number = view_number(view);

    value_free(&model_tagged, view_as_value(view));
    return number;
}

static void test_views(void)
{
    const uint64_t number = 0x8877665544332281;
    const char array[4] = {'a', 'b', 'c', 'd'};
    struct view_value *text = view_create(&model_tagged, VIEW_TEXT, (uintptr_t)array, 3);

    tap_ok(shows(VIEW_U8, &number) == 0x81 && shows(VIEW_U16, &number) == 0x2281 &&
           shows(VIEW_U32, &number) == 0x44332281 && shows(VIEW_U64, &number) == number &&
           shows(VIEW_ADDRESS, &number) == number && shows(VIEW_SIGNED, &number) == number,
           "a view of a number is as wide as its kind");
    tap_ok(shows(VIEW_FLAG, "\x02") == 1 && shows(VIEW_FLAG, "") == 0 && shows(VIEW_HERE, (void *)0x1234) == 0x1234,
           "a flag is 0 or 1, and what is here is the address");
    tap_is_u64(view_text_size(text), 3, "a text without a NUL ends with its array");
    text->address = (uintptr_t)"ab";
    tap_is_u64(view_text_size(text), 2, "and otherwise at the NUL");
    value_free(&model_tagged, view_as_value(text));
}

/* All lines of a ring, with a | behind each piece and a / behind each line. */
static const char *lines_of(const struct textring *ring)
{
    static char text[1024];
    struct textring_walk walk;
    struct textring_line line;
    int at = 0;

    textring_walk_start(&walk, ring);
    text[0] = '\0';
    while (textring_walk_next(&walk, &line)) {
        at += snprintf(text + at, sizeof text - (size_t)at, "%.*s|", (int)line.first_size, line.first);
        if (line.second)
            at += snprintf(text + at, sizeof text - (size_t)at, "%.*s|", (int)line.second_size, line.second);
        at += snprintf(text + at, sizeof text - (size_t)at, "/");
    }
    return text;
}

static void put_text(struct textring *ring, const char *text)
{
    textring_put(ring, text, strlen(text));
}

static void test_rings(void)
{
    uint64_t memory[5];
    struct textring *ring = (struct textring *)memory;

    textring_init(ring, sizeof *ring + 31);
    tap_is_u64(ring->capacity, 16, "a ring has a power of two of bytes");
    tap_is_text(lines_of(ring), "", "a new one has no lines");
    put_text(ring, "one\n\ntwo");
    tap_is_text(lines_of(ring), "one|/|/two|/", "lines, an empty one, and one without its end");
    put_text(ring, "\nthree\nfo");
    tap_is_text(lines_of(ring), "|/two|/three|/f|o|/", "a line whose beginning is lost is left out");
    put_text(ring, "ur\nfive");
    tap_is_text(lines_of(ring), "three|/f|our|/five|/", "one over the end of the memory has two pieces");
    put_text(ring, "a text that is longer than the whole ring\nend");
    tap_is_text(lines_of(ring), "end|/", "of a text longer than the ring the end is there");
    put_text(ring, "and no line end for a long time");
    tap_is_text(lines_of(ring), "", "without a line end nothing is sure to be whole");
}

/* ---- queries */

static const char *read_store(const struct store_query *query)
{
    static char text[STORE_REPLY_MAX + 1];
    struct store_out out;
    size_t size = 0;

    store_out_start(&out, query, text, sizeof text - 1);
    store_read(&world.store, &out);
    switch (store_out_end(&out, &size)) {
    case STATUS_OK:
        text[size] = '\0';
        break;
    case STATUS_NOT_FOUND:
        snprintf(text, sizeof text, "not found after %zu", size);
        break;
    default:
        strcpy(text, "full");
    }
    return text;
}

static const struct {
    const char *path;
    uint32_t depth;
    enum store_mode mode;
    const char *fields[3];
    const char *reply;
} queries[] = {
    {"memory.ledger.free", 2, STORE_VALUES, {NULL}, "1000"},
    {"memory.ledger.free", 0, STORE_VALUES, {NULL}, "1000"},
    {"memory", 0, STORE_VALUES, {NULL}, "{\"+\":1}"},
    {"memory", 1, STORE_VALUES, {NULL}, "{\"ledger\":{\"+\":12}}"},
    {"interrupts", 1, STORE_VALUES, {NULL}, "{\"timer\":100000,\"keyboard\":1000,\"spurious\":10}"},
    {"boot", 9, STORE_VALUES, {NULL}, "{\"version\":\"host\",\"stage\":\"runs\",\"running\":true}"},
    {"page_tables.cr3", 1, STORE_VALUES, {NULL}, "\"0x1000\""},
    {"cpu.features", 1, STORE_VALUES, {NULL}, "[\"sse2\",\"nx\"]"},
    {"cpu.features", 0, STORE_VALUES, {NULL}, "{\"+\":2}"},
    {"cpu.features.1", 0, STORE_VALUES, {NULL}, "\"nx\""},
    {"cpu.features.2", 0, STORE_VALUES, {NULL}, "not found after 12"},
    {"cpu.features.x", 0, STORE_VALUES, {NULL}, "not found after 12"},
    {"cpu.features.", 0, STORE_VALUES, {NULL}, "not found after 12"},
    {"cpu.features.99999999999999999999", 0, STORE_VALUES, {NULL}, "not found after 12"},
    {"cpu.features.1.x", 0, STORE_VALUES, {NULL}, "not found after 14"},
    {"log", 1, STORE_VALUES, {NULL}, "[\"first line\",\"second line\"]"},
    {"log.1", 1, STORE_VALUES, {NULL}, "\"second line\""},
    {"log", 0, STORE_VALUES, {NULL}, "{\"+\":2}"},
    {"log.01", 1, STORE_VALUES, {NULL}, "not found after 3"},
    {"program.now", 1, STORE_VALUES, {NULL}, "1000"},
    {"program.threads", 1, STORE_VALUES, {NULL}, "[{\"+\":3},{\"+\":3},{\"+\":3}]"},
    {"program.threads.2", 1, STORE_VALUES, {NULL}, "{\"id\":3,\"state\":\"waits\",\"stack\":{\"+\":2}}"},
    {"program.threads.2.stack", 1, STORE_VALUES, {NULL}, "{\"base\":\"0x7f0000020000\",\"pages\":4}"},
    {"program.threads.0.stack.pages", 1, STORE_VALUES, {NULL}, "4"},
    {"program.threads.0.stack.pages.x", 1, STORE_VALUES, {NULL}, "not found after 29"},
    {"program.threads.0.stuck", 1, STORE_VALUES, {NULL}, "not found after 17"},
    {"program.threads.3", 1, STORE_VALUES, {NULL}, "not found after 15"},
    {"program.", 1, STORE_VALUES, {NULL}, "not found after 7"},
    {".", 1, STORE_VALUES, {NULL}, "not found after 0"},
    {"progra", 1, STORE_VALUES, {NULL}, "not found after 0"},
    {"odd.drift", 1, STORE_VALUES, {NULL}, "-5"},
    {"odd.negative", 1, STORE_VALUES, {NULL}, "-7"},
    {"odd.escapes", 1, STORE_VALUES, {NULL}, "\"a\\\"b\\\\c\\u000ad\\u007f\\u00ff\\u0009/\""},
    {"odd.empty", 1, STORE_VALUES, {NULL}, "\"\""},
    {"odd.nothing", 1, STORE_VALUES, {NULL}, "{}"},
    {"odd.symbol", 1, STORE_VALUES, {NULL}, "\"name\""},
    {"odd.region", 1, STORE_VALUES, {NULL}, "\"region\""},
    {"odd.silent", 1, STORE_VALUES, {NULL}, "not found after 10"},
    {"odd.heedless", 2, STORE_VALUES, {NULL}, "{\"level\":-1,\"odd\":false,\"next\":{\"level\":-2,\"odd\":true,"
     "\"next\":{\"+\":3}}}"},
    {"odd.heedless.next.next.level", 2, STORE_VALUES, {NULL}, "-3"},
    {"config.scheduler", 2, STORE_VALUES, {NULL}, "{\"value\":\"round-robin\",\"default\":\"round-robin\","
     "\"type\":\"word\",\"words\":[\"round-robin\",\"fair\"],\"when\":\"live\",\"text\":\"who runs next\"}"},
    {"config.scheduler.words.1", 2, STORE_VALUES, {NULL}, "\"fair\""},
    {"config.full", 1, STORE_VALUES, {NULL}, "{\"value\":true,\"default\":true,\"type\":\"flag\",\"when\":\"live\","
     "\"text\":\"cannot be true\"}"},
    {"config.memory", 1, STORE_VALUES, {NULL}, "{\"value\":1,\"default\":64,\"type\":\"number\",\"least\":1,"
     "\"most\":18446744073709551615,\"when\":\"boot\",\"text\":\"MiB\"}"},
    {"config.cols.value", 1, STORE_VALUES, {NULL}, "80"},
    {"config.cols.default", 1, STORE_VALUES, {NULL}, "80"},
    {"program", 4, STORE_VALUES, {"id", NULL}, "{\"argv\":[],\"threads\":[{\"id\":1,\"stack\":{}},"
     "{\"id\":2,\"stack\":{}},{\"id\":3,\"stack\":{}}],\"faults\":{}}"},
    {"program.threads.1", 3, STORE_VALUES, {"stack", "state", NULL}, "{\"state\":\"waits\","
     "\"stack\":{\"base\":\"0x7f0000010000\",\"pages\":4}}"},
    {"program.now", 3, STORE_VALUES, {"none", NULL}, "1000"},
    {"interrupts", 1, STORE_VALUES, {"spurious", "timer", NULL}, "{\"timer\":100000,\"spurious\":10}"},
    {"memory", 0, STORE_LIST, {NULL}, "\"object\""},
    {"memory", 1, STORE_LIST, {NULL}, "{\"ledger\":\"object\"}"},
    {"boot", 1, STORE_LIST, {NULL}, "{\"version\":\"text\",\"stage\":\"text\",\"running\":\"flag\"}"},
    {"program", 1, STORE_LIST, {NULL}, "{\"argv\":\"list\",\"threads\":\"list\",\"now\":\"number\","
     "\"faults\":\"object\"}"},
    {"log", 0, STORE_LIST, {NULL}, "\"list\""},
    {"log", 1, STORE_LIST, {NULL}, "[\"text\",\"text\"]"},
    {"log", 1, STORE_TYPES, {NULL}, "[\"text\"]"},
    {"program.threads", 16, STORE_TYPES, {NULL}, "[{\"id\":\"number\",\"state\":\"text\",\"stack\":"
     "{\"base\":\"address\",\"pages\":\"number\"}}]"},
    {"odd.negative", 1, STORE_TYPES, {NULL}, "\"signed\""},
    {"page_tables", 1, STORE_TYPES, {NULL}, "{\"cr3\":\"address\"}"},
    {"odd.heedless", 1, STORE_TYPES, {NULL}, "{\"level\":\"signed\",\"odd\":\"flag\",\"next\":\"object\"}"},
};

#define QUERIES (sizeof queries / sizeof queries[0])

static void test_queries(void)
{
    for (unsigned i = 0; i < QUERIES; i++) {
        struct store_query query = {{queries[i].path, strlen(queries[i].path)}, queries[i].mode, queries[i].depth, 0,
                                    {{NULL, 0}}};

        for (int f = 0; queries[i].fields[f]; f++)
            query.fields[query.field_count++] = (struct store_text){queries[i].fields[f], strlen(queries[i].fields[f])};
        tap_is_text(read_store(&query), queries[i].reply, "'%s', depth %u, mode %d, %u fields", queries[i].path,
                    queries[i].depth, (int)queries[i].mode, query.field_count);
    }
}

static uint32_t braces(const char *text)
{
    uint32_t count = 0;

    while (*text)
        count += *text++ == '{';
    return count;
}

static void test_deep(void)
{
    struct store_query query = {.path = TEXT("odd.deep"), .depth = STORE_DEPTH_MAX};
    char path[8 * 40] = "odd.heedless";

    tap_is_u64(braces(read_store(&query)), STORE_DEPTH_MAX + 1, "groups are open up to the depth, and one is counted");
    for (uint32_t i = 1; i < WORLD_DEEP; i++)
        strcat(path, ".next");
    strcat(path, ".level");
    query.path = (struct store_text){path, strlen(path)};
    tap_is_text(read_store(&query), "-18", "a path goes deeper than a reply");
    strcpy(path, "odd.deep");
    for (uint32_t i = 1; i < WORLD_DEEP; i++)
        strcat(path, ".deep");
    strcat(path, ".bottom");
    query.path = (struct store_text){path, strlen(path)};
    tap_is_text(read_store(&query), "1", "through groups, too");
    query.path = TEXT("odd.heedless");
    tap_is_u64(braces(read_store(&query)), STORE_DEPTH_MAX + 1, "a producer may go deeper than anybody asks");
}

/* More containers than the writer has places for: those that are too deep are not there. */
static void deeper(struct store_out *out, const void *context)
{
    (void)context;
    for (uint32_t i = 0; i < 2 * STORE_NEST_MAX; i++) {
        store_object(out);
        store_key(out, "next");
    }
    store_array(out);
    store_item(out);
    store_flag(out, true);
    store_end(out);
    for (uint32_t i = 0; i < 2 * STORE_NEST_MAX; i++)
        store_end(out);
}

static void test_too_deep(void)
{
    char text[1024], path[16 * STORE_NEST_MAX] = "next";
    struct store_query query = {.depth = STORE_DEPTH_MAX};
    struct store_out out;
    size_t size;

    store_out_start(&out, &query, text, sizeof text);
    deeper(&out, NULL);
    tap_ok(store_out_end(&out, &size) == STATUS_OK, "a producer may open more than there are places");
    text[size] = '\0';
    tap_is_u64(braces(text), STORE_DEPTH_MAX + 1, "and the depth is kept");
    for (uint32_t i = 0; i < STORE_NEST_MAX; i++)
        strcat(path, ".next");
    query.path = (struct store_text){path, strlen(path)};
    store_out_start(&out, &query, text, sizeof text);
    deeper(&out, NULL);
    tap_ok(store_out_end(&out, &size) == STATUS_NOT_FOUND && size == 5 * STORE_NEST_MAX - 1,
           "a path that is longer is not found");
}

/* Into every smaller memory: it is full, and nothing is written beyond. */
static void test_sizes(void)
{
    static char text[8192];
    const struct store_query query = {.depth = STORE_DEPTH_MAX};
    size_t whole = strlen(read_store(&query)), size = 0;
    unsigned wrong = 0;
    struct store_out out;

    for (size_t room = 0; room <= whole; room++) {
        memset(text, '#', sizeof text);
        store_out_start(&out, &query, text, room);
        store_read(&world.store, &out);
        wrong += store_out_end(&out, &size) != (room < whole ? STATUS_FULL : STATUS_OK);
        for (size_t i = room; i < sizeof text; i++)
            wrong += text[i] != '#';
    }
    tap_ok(whole > 2000 && whole < sizeof text, "the whole tree has %zu bytes", whole);
    tap_ok(!wrong && size == whole, "and is refused by every memory that is smaller");
}

/* ---- the writer by itself */

static void test_writer(void)
{
    const struct store_query all = {.depth = 4};
    char text[256];
    struct store_out out;
    size_t size = 0;

    store_out_start(&out, &all, text, sizeof text);
    store_object(&out);
    tap_ok(store_key(&out, "a") && store_beyond(&out, 7, false) == false, "what is within the depth is to be said");
    store_array(&out);
    store_item(&out);
    store_number(&out, 1);
    store_number(&out, 2);
    store_item(&out);
    store_item(&out);
    store_number(&out, UINT64_MAX);
    store_end(&out);
    store_key(&out, "left out");
    store_signed_of(&out, "b", INT64_MIN);
    store_signed_of(&out, "c", INT64_MAX);
    store_end(&out);
    tap_ok(!store_key(&out, "d") && store_beyond(&out, 1, true), "behind the end nobody wants anything");
    tap_ok(store_out_over(&out), "and the writer says so");
    tap_ok(store_out_end(&out, &size) == STATUS_OK, "it is well");
    text[size] = '\0';
    tap_is_text(text, "{\"a\":[1,18446744073709551615],\"b\":-9223372036854775808,\"c\":9223372036854775807}",
                "a second value and a name without one are left out");
}

static void test_beyond(void)
{
    struct store_query query = {.depth = 0, .mode = STORE_VALUES};
    char text[64];
    struct store_out out;
    size_t size = 0;

    store_out_start(&out, &query, text, sizeof text);
    tap_ok(store_beyond(&out, 5, true) && store_out_end(&out, &size) == STATUS_OK && size == 7 &&
           !memcmp(text, "{\"+\":5}", 7), "beyond the depth it is a number of entries");
    query.mode = STORE_LIST;
    store_out_start(&out, &query, text, sizeof text);
    tap_ok(store_beyond(&out, 5, true) && store_out_end(&out, &size) == STATUS_OK && size == 6 &&
           !memcmp(text, "\"list\"", 6), "or the word of its type");
    query.path = TEXT("x");
    store_out_start(&out, &query, text, sizeof text);
    tap_ok(!store_beyond(&out, 5, true) && store_out_end(&out, &size) == STATUS_NOT_FOUND,
           "one that the path goes through must be said");
}

/* ---- heaps, finding */

static void test_heaps(void)
{
    static struct heap parent = {.name = "above"};
    struct store_query query = {.path = TEXT("heaps.symbol.parent"), .depth = 1};
    char number[32];

    tap_is_text(read_store(&query), "\"\"", "a heap without a parent");
    model_heaps[TAG_SYMBOL].heap.parent = &parent;
    tap_is_text(read_store(&query), "\"above\"", "and with one");
    model_heaps[TAG_SYMBOL].heap.parent = NULL;
    query.path = TEXT("heaps.symbol.objects");
    snprintf(number, sizeof number, "%llu", (unsigned long long)model_heaps[TAG_SYMBOL].objects);
    tap_is_text(read_store(&query), number, "its objects now");
}

static void test_find(void)
{
    const struct value *value = store_find(&world.store, TEXT("cpu.features.0"));

    tap_ok(value && tag_of(value) == TAG_STRING, "a value is found by its path");
    tap_ok(store_find(&world.store, TEXT("")) == tuple_as_value(world.store.root), "the root by none");
    tap_ok(!store_find(&world.store, TEXT("cpu.nothing")) && !store_find(&world.store, TEXT("program.now.x")),
           "none where nothing is, nor within what is computed");
}

/* ---- building */

static bool refuses(struct tuple_value *parent, const char *name)
{
    struct store *store = &world.store;
    uint64_t live = model_live_values();

    store->status = STATUS_OK;
    store->refused = NULL;
    store_constant(store, parent, name, 1);
    return store->status == STATUS_INVALID && store->refused == name && model_live_values() == live;
}

static void test_names(void)
{
    struct store *store = &world.store;
    struct tuple_value *group = store_group(store, store->root, "names");

    tap_ok(refuses(group, "") && refuses(group, "a.b") && refuses(group, "a\n") && refuses(group, "."),
           "a name is not empty, and has no dot and no control character");
    store->status = STATUS_OK;
    store_constant(store, group, "twice", 1);
    tap_ok(store->status == STATUS_OK && refuses(group, "twice"), "nor is it there twice");
    tap_ok(refuses(NULL, "x"), "without a parent there is nothing");
    store->status = STATUS_OK;
    tap_ok(store_group(store, store->root, "names") == group && store->status == STATUS_OK, "a group is made once");
    tap_ok(!store_group(store, group, "twice") && store->status == STATUS_INVALID, "where a leaf is there is no group");
    tap_ok(!store_group(store, store->root, "new one"), "nothing is built after a failure");
    store->status = STATUS_OK;
    tap_ok(!store_group(store, NULL, "names") && store->status == STATUS_INVALID, "nor below no parent");
}

/* However early memory ends: it says so, reads what there is, and gives all back. */
static void test_no_memory(void)
{
    const struct store_query query = {.depth = 3};
    unsigned wrong = 0, builds = 0;

    for (uint64_t allowed = 0;; allowed++) {
        symbol_free_all(&model_tagged);
        model_allowed = allowed;
        world_init(&model_tagged, STORE_OUT_MOST);
        model_allowed = UINT64_MAX;
        builds++;
        if (world.store.status == STATUS_OK)
            break;
        wrong += world.store.status != STATUS_NO_MEMORY || !world.store.refused;
        wrong += !world.store.root ? strcmp(read_store(&query), "not found after 0") != 0 : *read_store(&query) != '{';
        world_fini();
        symbol_free_all(&model_tagged);
        wrong += model_live() != 0;
    }
    tap_ok(builds > 200 && !wrong, "a build that any of %u allocations is refused to", builds - 1);
}

int main(void)
{
    tap_plan(4 + 7 + QUERIES + 4 + 3 + 2 + 5 + 3 + 3 + 3 + 7 + 1);
    model_init();
    test_views();
    test_rings();
    world_init(&model_tagged, STORE_OUT_MOST);
    test_queries();
    test_deep();
    test_too_deep();
    test_sizes();
    test_writer();
    test_beyond();
    test_heaps();
    test_find();
    test_names();
    world_fini();
    test_no_memory();
    return tap_done();
}
