/* SPDX-License-Identifier: Apache-2.0 */
/* What comes to the store's server: JSON, frames and garbage, in any pieces; and what a slow reader gets of it. */
#include "store_client.h"

#include "runtime/storejson.h"

/* ---- JSON that comes in */

static const char *const member_names[] = {"a", "bc", "d"};

/* What is read of an object: each member's kind and text, "NAME kind raw|". */
static const char *members_of(const char *json)
{
    static char text[256];
    struct store_json values[3];
    struct store_text stranger;
    uint32_t present;
    int at = 0;
    enum status status;

    status = store_json_members((struct store_text){json, strlen(json)}, member_names, 3, values, &present, &stranger);
    if (status == STATUS_NOT_FOUND || status == STATUS_OVERLAP)
        at = snprintf(text, sizeof text, "%s %.*s|", status == STATUS_NOT_FOUND ? "strange" : "twice",
                      (int)stranger.size, stranger.bytes);
    else if (status != STATUS_OK)
        return "invalid";
    text[at] = '\0';
    for (int i = 0; i < 3; i++)
        if (present >> i & 1)
            at += snprintf(text + at, sizeof text - (size_t)at, "%s %d %.*s|", member_names[i], (int)values[i].kind + 1,
                           (int)values[i].raw.size, values[i].raw.bytes);
    return text;
}

static void test_members(void)
{
    static const char *const rows[][2] = {
        {"{}", ""}, {" { } ", ""}, {"{\"a\":1}", "a 2 1|"},
        {" { \"a\" : -12 , \"bc\" : \"x y\" } ", "a 2 -12|bc 1 \"x y\"|"},
        {"{\"d\":true,\"a\":false,\"bc\":null}", "a 3 false|bc 4 null|d 3 true|"},
        {"{\"a\":[]}", "a 5 []|"}, {"{\"a\":[ ]}", "a 5 [ ]|"},
        {"{\"a\":[1, \"]\" ,true],\"d\":0}", "a 5 [1, \"]\" ,true]|d 2 0|"},
        {"{\"a\":\"\\\"\\\\\"}", "a 1 \"\\\"\\\\\"|"}, {"{\"e\":1,\"a\":2}", "strange e|a 2 2|"},
        {"{\"a\":1,\"a\":2}", "twice a|a 2 1|"}, {"{\"b\":1}", "strange b|"}, {"{\"bcd\":1}", "strange bcd|"},
        {"", "invalid"}, {"{", "invalid"}, {"{\"a\"", "invalid"}, {"{\"a\":", "invalid"}, {"{\"a\":1", "invalid"},
        {"{\"a\":1,", "invalid"}, {"{\"a\":1,}", "invalid"}, {"{,}", "invalid"}, {"{\"a\" 1}", "invalid"},
        {"{\"a\":1}x", "invalid"}, {"{a:1}", "invalid"}, {"{1:1}", "invalid"}, {"{\"a\":01}", "invalid"},
        {"{\"a\":-}", "invalid"}, {"{\"a\":1.5}", "invalid"}, {"{\"a\":tru}", "invalid"}, {"{\"a\":falsch}", "invalid"},
        {"{\"a\":nul}", "invalid"}, {"{\"a\":\"x}", "invalid"}, {"{\"a\":\"x\\\"}", "invalid"},
        {"{\"a\":\"x\\", "invalid"}, {"{\"a\":[}", "invalid"}, {"{\"a\":[1}", "invalid"}, {"{\"a\":[1,]}", "invalid"},
        {"{\"a\":[[1]]}", "invalid"}, {"{\"a\":{}}", "invalid"}, {"[1]", "invalid"}, {"{\"a\":1}}", "invalid"},
        {"{\"a\":1 2}", "invalid"}, {"{\"a\":[1", "invalid"}, {"{\"a\":+1}", "invalid"}, {"{\"a\":0}", "a 2 0|"},
    };
    unsigned wrong = 0;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(members_of(rows[i][0]), rows[i][1]))
            tap_note("%s: %s, not %s", rows[i][0], members_of(rows[i][0]), rows[i][1]), wrong++;
    tap_is_u64(wrong, 0, "objects are read, and what is none is refused");
}

static const char *text_of_json(const char *raw)
{
    static char memory[128], text[128];
    struct store_json json = {STORE_JSON_TEXT, strchr(raw, '\\'), {memory, strlen(raw)}};
    struct store_text got;

    strcpy(memory, raw);
    if (store_json_text(&json, &got) != STATUS_OK)
        return "invalid";
    snprintf(text, sizeof text, "%.*s", (int)got.size, got.bytes);
    return text;
}

static void test_texts(void)
{
    static const char *const rows[][2] = {
        {"\"\"", ""}, {"\"plain\"", "plain"}, {"\"\\b\\f\\n\\r\\t\\\"\\\\\\/\"", "\b\f\n\r\t\"\\/"},
        {"\"\\u0041\\u00fFx\"", "A\xffx"}, {"\"\\u0100\"", "invalid"}, {"\"\\u004\"", "invalid"},
        {"\"\\u00g0\"", "invalid"}, {"\"\\u000g\"", "invalid"}, {"\"\\x\"", "invalid"}, {"\"\\v2345\"", "invalid"},
    };
    const struct store_json number = {.kind = STORE_JSON_NUMBER, .raw = TEXT("12")};
    struct store_text text;
    unsigned wrong = 0;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(text_of_json(rows[i][0]), rows[i][1]))
            tap_note("%s: %s", rows[i][0], text_of_json(rows[i][0])), wrong++;
    tap_is_u64(wrong, 0, "escapes are bytes");
    tap_ok(store_json_text(&number, &text) == STATUS_INVALID, "a number is no text");
}

static void test_items(void)
{
    struct store_json list = {.kind = STORE_JSON_LIST, .raw = TEXT("[ 1 ,\"a\", true]")}, items[3];
    uint32_t count = 9;

    tap_ok(store_json_items(&list, items, 3, &count) == STATUS_OK && count == 3 && items[1].kind == STORE_JSON_TEXT &&
           items[1].raw.size == 3 && items[2].kind == STORE_JSON_FLAG, "a list has its items");
    tap_ok(store_json_items(&list, items, 2, &count) == STATUS_FULL, "unless there are more than are wanted");
    list.raw = TEXT("[ ]");
    tap_ok(store_json_items(&list, items, 0, &count) == STATUS_OK && !count, "or none");
    list.kind = STORE_JSON_TEXT;
    tap_ok(store_json_items(&list, items, 3, &count) == STATUS_INVALID, "a text has none");
}

static bool hex_is(const char *text, size_t size, uint64_t wanted)
{
    uint8_t bytes[8] = {0};
    uint64_t number;

    if (store_json_hex((struct store_text){text, strlen(text)}, bytes, size) != STATUS_OK)
        return false;
    memcpy(&number, bytes, 8);
    return number == wanted;
}

static bool address_is(const char *text, uint64_t wanted)
{
    uint64_t address;

    return store_json_address((struct store_text){text, strlen(text)}, &address) == STATUS_OK && address == wanted;
}

static void test_digits(void)
{
    uint64_t number;

    tap_ok(hex_is("0fF0", 2, 0xf00f) && !hex_is("0ff", 2, 0xf00f) && !hex_is("0fg0", 2, 0) && !hex_is("0f0g", 2, 0) &&
           hex_is("", 0, 0), "hexadecimal bytes");
    tap_ok(address_is("0x0", 0) && address_is("0xffffFFFFffff0001", 0xffffffffffff0001) && !address_is("0x", 0) &&
           !address_is("0x00000000000000001", 1) && !address_is("1234", 0x1234) && !address_is("0y1", 1) &&
           !address_is("0x1g", 1), "addresses");
    tap_ok(store_json_number(TEXT("18446744073709551615"), &number) == STATUS_OK && number == UINT64_MAX &&
           store_json_number(TEXT("18446744073709551616"), &number) != STATUS_OK &&
           store_json_number(TEXT("184467440737095516150"), &number) != STATUS_OK &&
           store_json_number(TEXT(""), &number) != STATUS_OK && store_json_number(TEXT("1a"), &number) != STATUS_OK &&
           store_json_number(TEXT("-1"), &number) != STATUS_OK, "numbers up to 2^64 - 1");
}

/* ---- frames */

static void test_garbage(void)
{
    static const char *const rows[][2] = {
        {"@", "pong "}, {"@@@", "pong pong pong "}, {"\n\r\n@\n\r@\r", "pong pong "}, {"x@", "garbage pong "},
        {"xyz\n\nabc@", "garbage pong "}, {"x@y@", "garbage pong garbage pong "}, {"$@", "garbage pong "},
        {"$$$$$@", "garbage pong "}, {"1@", "garbage pong "}, {"2@", "garbage pong "}, {"3@", "garbage pong "},
        {"4@", "garbage pong "}, {"5@", "garbage pong "}, {"6@", "garbage pong "}, {"7@@", "garbage pong pong "},
        {"8@@", "garbage pong pong "}, {"9@@", "garbage pong pong "}, {"6\n@", "garbage pong "},
        {"2\n@", "garbage pong "}, {"666@", "garbage pong "},
        {"$00002:12345678:{}\n@", "garbage pong "}, {"$00002:12345678:{}x@", "garbage pong "},
        {"$00401:12345678:\n@", "garbage pong "}, {"$00002x12345678:{}\n@", "garbage pong "},
        {"$0000g:12345678:{}\n@", "garbage pong "}, {"$00002:1234567g:{}\n@", "garbage pong "},
        {"$00002:12345678x{}\n@", "garbage pong "}, {"$00010:12345678:abcdefgh\tabcdefg@", "garbage pong "},
        {"$00012:12345678:abcdefghabcdefgh\taa@", "garbage pong "},
    };
    unsigned wrong = 0;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(answers_to(rows[i][0]), rows[i][1]))
            tap_note("'%s': %s", rows[i][0], answers_to(rows[i][0])), wrong++;
    tap_is_u64(wrong, 0, "behind garbage, and behind a frame that was cut off, frames are answered again");
}

/* Two frames, cut at any two places, are two replies. */
static void test_cuts(void)
{
    char frames[128], frame[64];
    size_t one = world_frame(PING, frame), size = 2 * one;
    unsigned wrong = 0;

    memcpy(frames, frame, one);
    memcpy(frames + one, frame, one);
    for (size_t first = 0; first < size; first++) {
        for (size_t second = first; second < size; second++) {
            start_over();
            send_bytes(frames, first);
            send_bytes(frames + first, second - first);
            send_bytes(frames + second, size - second);
            wrong += strcmp(next_reply(), PONG) || strcmp(next_reply(), PONG) || *next_reply();
        }
    }
    tap_is_u64(wrong, 0, "it does not matter in which pieces frames come");
}

static void test_frame_sizes(void)
{
    static char json[STORE_REQUEST_MAX + 2];
    char frame[2 * STORE_REQUEST_MAX];
    size_t size;

    memset(json, ' ', STORE_REQUEST_MAX);
    memcpy(json, PING, sizeof PING - 1);
    tap_is_text(answers(frame, world_frame(json, frame)), "pong ", "a request of the most bytes is answered");
    json[STORE_REQUEST_MAX] = ' ';
    size = world_frame(json, frame);
    tap_is_text(answers(frame, size), "garbage ", "one more are garbage");
    tap_is_text(answers_to("@"), "pong ", "and do no harm");
    frame[STORE_FRAME_HEAD] = '\0';
    tap_is_text(answers(frame, store_frame_close(frame, 0)),
                "{\"id\":null,\"error\":\"bad-json\",\"text\":\"a request is an object of texts, integers, flags and "
                "lists of these\"}", "a frame without JSON is a frame");
    for (size = 0; size < 40; size++)
        frame[size] = (char)(size * 17);
    tap_ok(store_crc(0, "123456789", 9) == 0xcbf43926 && store_crc(store_crc(0, frame, 13), frame + 13, 27) ==
           store_crc(0, frame, 40), "the CRC is that of its check value, and goes on");
}

/* ---- back-pressure */

static void test_pressure(void)
{
    char frame[64], byte;
    size_t size = world_frame(PING, frame), wrong = 0;

    start_over();
    tap_ok(store_server_take(&world.server, frame, size) == size && store_server_waiting(&world.server) == sizeof PONG +
           STORE_FRAME_EXTRA - 1, "a whole request is answered at once");
    wrong += store_server_take(&world.server, frame, size) != 0;
    while (store_server_waiting(&world.server)) {
        wrong += store_server_take(&world.server, frame, size) != 0;
        wrong += store_server_give(&world.server, &byte, 1) != 1;
    }
    tap_ok(!wrong && !store_server_give(&world.server, &byte, 1), "while the reply waits nothing is taken");
    tap_is_u64(store_server_take(&world.server, frame, 5), 5, "and then it is");
    tap_is_u64(store_server_take(&world.server, frame + 5, size - 5), size - 5, "as it comes");
    give_all();
}

/* ---- a slow reader, and little memory */

static void tick(void)
{
    world.now_ms += 10;
    store_server_tick(&world.server, world.now_ms);
}

/* Ticks with nobody reading until an event is lost; how many were kept. */
static unsigned fill_with_events(void)
{
    uint64_t lost = world.server.counters.lost;
    unsigned ticks = 0;

    do
        tick();
    while (world.server.counters.lost == lost && ++ticks < 100000);
    return ticks;
}

static void test_slow_reader(void)
{
    unsigned kept, more;
    char frame[64];
    size_t size = world_frame(PING, frame);

    ask("{'op':'watch','path':'program.now','interval':10}");
    events(0);
    start_over();
    kept = fill_with_events();
    tap_ok(kept > 1000 && store_server_waiting(&world.server) > STORE_OUT_MOST - 100,
           "events wait while there is room");
    received_size = store_server_give(&world.server, received, 1000);
    more = fill_with_events();
    tap_ok(more > 10 && more < 30, "where some were given there is room again");
    give_all();
    tap_is_u64(count_replies("{'watch':1,'value':"), kept + more, "all that were kept come whole");
    events(10);
    tap_is_u64(count_replies("{'watch':1,'value':"), 1, "then the next one comes");
    tap_ok(strstr(received, quotes(",'lost':1}")), "and says how many were lost since the last");
    start_over();
    tick();
    tap_is_u64(store_server_take(&world.server, frame, size), 0, "a request waits behind an event");
    tick();
    tick();
    give_all();
    tap_is_u64(count_replies("{'watch'"), 1, "while it waits there are no events");
    start_over();
    send_bytes(frame, size);
    tap_is_u64(count_replies("{'id':7,'ok':"), 1, "it is answered");
    tap_ok(strstr(events(10), quotes("'lost':2}")), "and they are counted");
    ask("{'op':'bye'}");
}

/* A frame that stands behind garbage in the same piece is answered though no byte comes any more. */
static void test_left_over(void)
{
    char bytes[128] = "$00030:00000000:12";
    size_t size = strlen(bytes);

    start_over();
    size += world_frame(PING, bytes + size);
    size += world_frame(PING, bytes + size);
    tap_is_u64(store_server_take(&world.server, bytes, size) < size, true, "garbage is answered first");
    give_all();
    tap_is_u64(count_replies("{'id':null,'error':'bad-frame'"), 1, "once");
    tap_is_u64(count_replies("{'id':7,'ok':"), 1, "then the frame of which all is there");
}

int main(void)
{
    tap_plan(33);
    model_init();
    world_init(&model_tagged, STORE_OUT_MOST);
    test_members();
    test_texts();
    test_items();
    test_digits();
    test_garbage();
    test_cuts();
    test_frame_sizes();
    test_pressure();
    test_slow_reader();
    test_left_over();
    world_fini();
    return tap_done();
}
