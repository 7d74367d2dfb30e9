/* SPDX-License-Identifier: Apache-2.0 */
/* What the store says of its own making: tags and their fields, rows of the configuration, a post-mortem's frame. */
#include "tagged_model.h"

#include "store_world.h"

#define TEXT(text) ((struct store_text){text, sizeof(text) - 1})

/* ---- tags and fields */

static const char *fields_of(const struct value *value, size_t size)
{
    static char text[512];
    const struct store_query all = {.depth = 4};
    struct store_out out;
    size_t written = 0;

    store_out_start(&out, &all, text, sizeof text - 1);
    store_fields_write(&out, tag_of(value), (const uint8_t *)value, size);
    text[store_out_end(&out, &written) == STATUS_OK ? written : 0] = '\0';
    return text;
}

static void test_fields(void)
{
    struct tagged *t = &model_tagged;
    struct value *string = string_as_value(string_from(t, "hello")), *view, *unknown, *region;

    tap_is_text(fields_of(string, 17), "{\"size\":5,\"text\":\"hello\"}", "a string by its fields");
    tap_is_text(fields_of(string, 14), "{\"size\":5,\"text\":\"he\"}", "as much of it as is there");
    tap_is_text(fields_of(string, 11), "{}", "a field that is cut is left out");
    view = view_as_value(view_create(t, VIEW_HERE, 0x10, 2));
    tap_is_text(fields_of(view, 24), "{\"kind\":10,\"extra\":2,\"address\":\"0x10\"}", "a view");
    unknown = unknown_as_value(record_unknown(t, "\x01z", 2));
    tap_is_text(fields_of(unknown, 64), "{\"size\":2,\"bytes\":\"\\u0001z\"}", "bytes of an unknown");
    region = region_as_value(record_region(t, 0x1000, 0x2000, 3));
    tap_is_text(fields_of(region, 32), "{\"base\":\"0x1000\",\"limit\":\"0x2000\",\"type\":3}", "a region");
    value_free(t, string);
    value_free(t, view);
    value_free(t, unknown);
    value_free(t, region);
}

static const struct store_field_row *field_named(uint32_t tag, const char *name)
{
    for (uint32_t i = 0; i < store_field_count; i++)
        if (store_field_rows[i].tag == tag && !strcmp(store_field_rows[i].name, name))
            return &store_field_rows[i];
    return NULL;
}

static void test_tags(void)
{
    static char text[8192];
    const struct store_query all = {.depth = 5};
    const struct store_field_row *address = field_named(TAG_VIEW, "address");
    struct store_out out;
    size_t size = 0;
    unsigned wrong = 0;

    for (uint32_t i = 0; i < store_tag_count; i++)
        wrong += strcmp(store_tag_rows[i].name, tag_name(store_tag_rows[i].number)) != 0;
    tap_ok(!wrong && store_tag_count == TAG_COUNT - 1, "the table has every tag");
    tap_ok(address && address->offset == offsetof(struct view_value, address) && address->kind == STORE_FIELD_ADDRESS,
           "and where a view has its address");
    store_out_start(&out, &all, text, sizeof text - 1);
    store_tags_write(&out);
    tap_ok(store_out_end(&out, &size) == STATUS_OK, "it can be written");
    text[size] = '\0';
    tap_ok(strstr(text, "{\"base\":\"0xffff800000000000\",\"shift\":39,\"bits\":8,\"tags\":{\"symbol\":"
           "{\"number\":1,") == text &&
           strstr(text, "\"integer\":{\"number\":6,\"size\":16,\"fields\":{\"number\":{\"offset\":8,"
           "\"kind\":\"signed\"}}}"), "with the place of tags in addresses, and fields");
}

/* ---- configuration */

static const char *parsed(const char *path, const char *json)
{
    const struct store_config_row *row = store_config_find(&world.store, (struct store_text){path, strlen(path)});
    static char text[64];
    uint64_t value = 0;
    enum status status;

    if (!row)
        return "no row";
    status = store_config_parse(row, (struct store_text){json, strlen(json)}, &value);
    if (status != STATUS_OK)
        return status_text(status);
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return text;
}

static void test_config(void)
{
    static const struct {
        const char *path, *json, *parsed;
    } rows[] = {
        {"config.cols", "1", "1"}, {"config.cols", "500", "500"}, {"config.cols", "0", "no room"},
        {"config.cols", "501", "no room"}, {"config.cols", "-1", "invalid"}, {"config.cols", "true", "invalid"},
        {"config.cols", "", "invalid"}, {"config.memory", "18446744073709551615", "18446744073709551615"},
        {"config.memory", "18446744073709551616", "invalid"}, {"config.quiet", "true", "1"},
        {"config.quiet", "false", "0"}, {"config.quiet", "1", "invalid"}, {"config.scheduler", "\"fair\"", "1"},
        {"config.scheduler", "\"unfair\"", "invalid"}, {"config.scheduler", "fair", "invalid"},
        {"config.scheduler", "1", "invalid"}, {"config.scheduler", "\"fai\"", "invalid"},
        {"config.none", "1", "no row"}, {"config", "1", "no row"}, {"program.now", "1", "no row"},
        {"config.cols.value", "1", "no row"},
    };
    unsigned wrong = 0;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *got = parsed(rows[i].path, rows[i].json), *want = rows[i].parsed;

        if (!strcmp(want, "no room"))
            want = status_text(STATUS_FULL);
        else if (!strcmp(want, "invalid"))
            want = status_text(STATUS_INVALID);
        if (strcmp(got, want))
            tap_note("%s = %s: %s, not %s", rows[i].path, rows[i].json, got, want), wrong++;
    }
    tap_is_u64(wrong, 0, "values are read by type and range");
    tap_ok(store_config_set(&world_rows[0], 120) == STATUS_OK && world.cols == 120,
           "a live row is set where it stands");
    tap_ok(store_config_set(&world_rows[3], 5) == STATUS_NOT_OWNED, "one of the boot is not");
    tap_ok(store_config_set(&world_rows[5], 1) == STATUS_NO_MEMORY && store_config_set(&world_rows[5], 0) == STATUS_OK,
           "one with a function says whether it can be");
    tap_is_text(store_config_when_name(STORE_CONFIG_BUILD), "build", "when they are set has a name");
}

/* ---- a post-mortem */

static void test_post_mortem(void)
{
    static const char frame[] = "$00031:--------:{\"post-mortem\":\"memory.ledger.free\",\"value\":1000}\n";
    static char out[STORE_OUT_MOST + 10];
    size_t size = store_post_mortem(&world.store, TEXT("memory.ledger.free"), 3, out, sizeof out);

    memcpy(out + 7, "--------", 8);
    out[size] = '\0';
    tap_is_text(out, frame, "a frame of its own");
    tap_ok(sizeof frame - 1 == size && !store_post_mortem(&world.store, TEXT("memory.ledger.free"), 3, out, size - 1),
           "that there is no room for");
    tap_ok(!store_post_mortem(&world.store, TEXT("memory.lodger"), 3, out, sizeof out) &&
           !store_post_mortem(&world.store, TEXT("memory"), 3, out, STORE_FRAME_EXTRA - 1),
           "nothing of what is not there, nor without room for a frame");
}

int main(void)
{
    tap_plan(6 + 4 + 5 + 3);
    model_init();
    world_init(&model_tagged, STORE_OUT_MOST);
    test_fields();
    test_tags();
    test_config();
    test_post_mortem();
    return tap_done();
}
