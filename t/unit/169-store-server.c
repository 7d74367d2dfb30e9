/* SPDX-License-Identifier: Apache-2.0 */
/* The store's server: JSON that comes in, frames and garbage, every operation, writing with a key, watches. */
#include "tagged_model.h"

#include "store_world.h"

#include "runtime/storejson.h"

#define TEXT(text) ((struct store_text){text, sizeof(text) - 1})

/* ---- a client */

static char received[4 * STORE_OUT_MOST]; /* frames that were given, with NULs for their last bytes */
static size_t received_size, received_at;

static void give_all(void)
{
    size_t given;

    while ((given = store_server_give(&world.server, received + received_size, 999)))
        received_size += given;
}

static void start_over(void)
{
    received_size = received_at = 0;
}

/* The JSON of the next frame given; "" where there is none, "bad frame" for one that is wrong. */
static const char *next_reply(void)
{
    char *frame = received + received_at;
    unsigned size, crc;

    if (received_at == received_size)
        return "";
    if (sscanf(frame, "$%5x:%8x:", &size, &crc) != 2 || received_at + size + STORE_FRAME_EXTRA > received_size ||
        (frame[STORE_FRAME_HEAD + size] != '\n' && frame[STORE_FRAME_HEAD + size]) || store_crc(0, frame + STORE_FRAME_HEAD, size) != crc)
        return "bad frame";
    frame[STORE_FRAME_HEAD + size] = '\0';
    received_at += size + STORE_FRAME_EXTRA;
    return frame + STORE_FRAME_HEAD;
}

/* Sends bytes, as much as is taken each time, and takes all replies. */
static void send_bytes(const char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size) {
        at += store_server_take(&world.server, bytes + at, size - at);
        give_all();
    }
}

static const char *ask(const char *json)
{
    char frame[2 * STORE_REQUEST_MAX];

    start_over();
    send_bytes(frame, world_frame(json, frame));
    return next_reply();
}

static void is_reply(const char *json, const char *reply)
{
    tap_is_text(ask(json), reply, "%s", json);
}

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
            at += snprintf(text + at, sizeof text - (size_t)at, "%s %d %.*s|", member_names[i], (int)values[i].kind,
                           (int)values[i].raw.size, values[i].raw.bytes);
    return text;
}

static void test_members(void)
{
    static const char *const rows[][2] = {
        {"{}", ""}, {" { } ", ""}, {"{\"a\":1}", "a 2 1|"}, {" { \"a\" : -12 , \"bc\" : \"x y\" } ", "a 2 -12|bc 1 \"x y\"|"},
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

#define PING "{\"op\":\"ping\",\"id\":7}"
#define PONG "{\"id\":7,\"ok\":{\"protocol\":1,\"request\":1024,\"reply\":65536,\"watches\":8,\"write\":false}}"
#define GARBAGE "{\"id\":null,\"error\":\"bad-frame\",\"text\":\"what came is no frame of at most 1024 bytes of JSON\"}"

/* What is answered to bytes, a line for each reply. */
static const char *answers(const char *bytes, size_t size)
{
    static char text[4096];
    const char *reply;

    text[0] = '\0';
    start_over();
    send_bytes(bytes, size);
    while (*(reply = next_reply())) {
        strcat(text, !strcmp(reply, PONG) ? "pong " : !strcmp(reply, GARBAGE) ? "garbage " : reply);
        if (!strcmp(reply, "bad frame"))
            break;
    }
    return text;
}

/* The bytes of rows: texts, with @ for a whole frame, and digits for so many bytes of its beginning. */
static const char *answers_to(const char *row)
{
    char frame[64], bytes[512];
    size_t whole = world_frame(PING, frame), size = 0;

    for (; *row; row++) {
        size_t part = *row == '@' ? whole : *row >= '0' && *row <= '9' ? (size_t)(*row - '0') * 4 : 0;

        if (part)
            memcpy(bytes + size, frame, part);
        else
            bytes[size] = *row;
        size += part ? part : 1;
    }
    return answers(bytes, size);
}

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
                "{\"id\":null,\"error\":\"bad-json\",\"text\":\"a request is an object of texts, integers, flags and lists "
                "of these\"}", "a frame without JSON is a frame");
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

/* ---- operations that look */

static void test_requests(void)
{
    is_reply("{\"id\":18446744073709551615,\"op\":\"get\",\"path\":\"memory.ledger.free\"}",
             "{\"id\":18446744073709551615,\"ok\":1000}");
    is_reply("{\"op\":\"get\",\"path\":\"memory\",\"depth\":1}", "{\"id\":null,\"ok\":{\"ledger\":{\"+\":12}}}");
    is_reply("{\"id\":1,\"op\":\"get\",\"path\":\"program\",\"fields\":[\"minor\",\"no\\u0077\"]}",
             "{\"id\":1,\"ok\":{\"argv\":[],\"threads\":[{\"+\":3},{\"+\":3},{\"+\":3}],\"now\":1000,"
             "\"faults\":{\"minor\":0}}}");
    is_reply("{\"id\":1,\"op\":\"list\",\"path\":\"memory\"}", "{\"id\":1,\"ok\":{\"ledger\":\"object\"}}");
    is_reply("{\"id\":1,\"op\":\"schema\",\"path\":\"interrupts\"}",
             "{\"id\":1,\"ok\":{\"timer\":\"number\",\"keyboard\":\"number\",\"spurious\":\"number\"}}");
    is_reply("{\"id\":1,\"op\":\"schema\",\"path\":\"memory\",\"depth\":1}", "{\"id\":1,\"ok\":{\"ledger\":\"object\"}}");
    is_reply("{\"id\":7,\"op\":\"ping\"}", PONG);
    tap_ok(strstr(ask("{\"op\":\"tags\"}"), "{\"id\":null,\"ok\":{\"base\":\"0xffff800000000000\""), "tags");
    is_reply("{\"op\":\"bye\"}", "{\"id\":null,\"ok\":true}");
}

static void test_refusals(void)
{
    is_reply("{\"id\":-1,\"op\":\"ping\"}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"id\\\" is a number from "
             "0 to 2^64 - 1\"}");
    is_reply("{\"id\":\"1\",\"op\":\"ping\"}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"id\\\" is a number "
             "from 0 to 2^64 - 1\"}");
    is_reply("{\"id\":1}", "{\"id\":1,\"error\":\"bad-request\",\"text\":\"\\\"op\\\" is missing\"}");
    is_reply("{\"id\":1,\"op\":1}", "{\"id\":1,\"error\":\"bad-value\",\"text\":\"\\\"op\\\" is a text of bytes, not 1\"}");
    is_reply("{\"id\":1,\"op\":\"go\"}", "{\"id\":1,\"error\":\"unknown-op\",\"text\":\"there is no op \\\"go\\\"\"}");
    is_reply("{\"op\":\"ping\",\"path\":\"\",\"id\":1}", "{\"id\":1,\"error\":\"bad-request\",\"text\":\"ping takes no "
             "\\\"path\\\"\"}");
    is_reply("{\"op\":\"ping\",\"paht\":\"\",\"id\":1}", "{\"id\":1,\"error\":\"bad-request\",\"text\":\"no request has "
             "\\\"paht\\\"\"}");
    is_reply("{\"op\":\"ping\",\"op\":\"ping\",\"id\":1}", "{\"id\":1,\"error\":\"bad-request\",\"text\":\"it has "
             "\\\"op\\\" twice\"}");
    is_reply("{\"op\":\"get\",\"path\":[]}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"path\\\" is a text of "
             "bytes, not []\"}");
    is_reply("{\"op\":\"get\",\"path\":\"\\u1234\"}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"path\\\" is a "
             "text of bytes, not \\\"\\\\u1234\\\"\"}");
    is_reply("{\"op\":\"get\",\"depth\":17}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"depth\\\" is a number "
             "from 0 to 16, not 17\"}");
    is_reply("{\"op\":\"schema\",\"depth\":-1}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"depth\\\" is a "
             "number from 0 to 16, not -1\"}");
    is_reply("{\"op\":\"list\",\"path\":1}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"path\\\" is a text of "
             "bytes, not 1\"}");
    is_reply("{\"op\":\"schema\",\"path\":1}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"path\\\" is a text of "
             "bytes, not 1\"}");
    for (int i = 0; i < 3; i++) {
        static const char *const fields[] = {"1", "[1]",
            "[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]"};
        char json[256];

        snprintf(json, sizeof json, "{\"op\":\"get\",\"fields\":%s}", fields[i]);
        is_reply(json, "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"fields\\\" is a list of at most 16 names\"}");
    }
    is_reply("{\"op\":\"get\",\"path\":\"memory.lodger.x\"}", "{\"id\":null,\"error\":\"not-found\",\"text\":\"there is "
             "no \\\"lodger.x\\\" in \\\"memory\\\"; list says what is there\"}");
    is_reply("{\"op\":\"get\",\"path\":\"memroy\"}", "{\"id\":null,\"error\":\"not-found\",\"text\":\"there is "
             "no \\\"memroy\\\"; list says what is there\"}");
    is_reply("{\"op\":\"get\",\"path\":\"odd.silent\"}", "{\"id\":null,\"error\":\"not-found\",\"text\":\"there is "
             "nothing at \\\"odd.silent\\\" now\"}");
}

/* What is longest in an error, all of it to be escaped. */
static void test_long_error(void)
{
    char json[STORE_REQUEST_MAX] = "{\"id\":18446744073709551615,\"op\":\"get\",\"path\":\"memory.";
    const char *reply;

    for (int i = 0; i < 100; i++)
        strcat(json, "\\u0001");
    strcat(json, "\"}");
    world.server.out_size = STORE_OUT_LEAST;
    reply = ask(json);
    world.server.out_size = STORE_OUT_MOST;
    tap_ok(strlen(reply) > 400 && strstr(reply, "\\u0001\\\" in \\\"memory\\\"; list"), "a long name is cut in an error");
}

/* ---- read */

static void is_read(const void *at, const char *rest, const char *reply)
{
    char json[128], wanted[256];

    snprintf(json, sizeof json, "{\"op\":\"read\",\"address\":\"0x%llx\"%s}", (unsigned long long)(uintptr_t)at, rest);
    snprintf(wanted, sizeof wanted, reply, (unsigned long long)(uintptr_t)at);
    tap_is_text(ask(json), wanted, "a read%s", rest);
}

static void test_read(void)
{
    struct store_seam blind = world_seam;

    is_read(world.number, ",\"bytes\":16", "{\"id\":null,\"ok\":{\"address\":\"0x%llx\",\"tag\":\"integer\","
            "\"heap\":\"world\",\"bytes\":\"0000000000000000feffffffffffffff\",\"value\":{\"number\":-2}}}");
    is_read(world.text, ",\"bytes\":15", "{\"id\":null,\"ok\":{\"address\":\"0x%llx\",\"tag\":\"string\","
            "\"heap\":\"world\",\"bytes\":\"000000000000000010000000776861\",\"value\":{\"size\":16,\"text\":\"wha\"}}}");
    is_read(world.text, "", "{\"id\":null,\"error\":\"not-readable\",\"text\":\"0x%llx and the 64 bytes from there do not "
            "lie in a heap\"}");
    is_read(world.text, ",\"bytes\":257", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"bytes\\\" is a number from "
            "1 to 256, not 257\"}");
    world.server.seam = &blind;
    blind.readable = NULL;
    is_read(world.number, ",\"bytes\":1", "{\"id\":null,\"error\":\"not-readable\",\"text\":\"0x%llx and the 1 bytes from "
            "there do not lie in a heap\"}");
    world.server.seam = &world_seam;
    is_reply("{\"op\":\"read\"}", "{\"id\":null,\"error\":\"bad-request\",\"text\":\"\\\"address\\\" is missing\"}");
    is_reply("{\"op\":\"read\",\"address\":\"12\"}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"address\\\" is "
             "\\\"0x\\\" and up to 16 digits, not \\\"12\\\"\"}");
}

/* ---- writing with a key */

static const uint8_t key[STORE_KEY_SIZE] = "the key of this test, 32 bytes.";

static const char *nonce(void)
{
    static char text[2 * STORE_NONCE_SIZE + 1];
    const char *reply = ask("{\"id\":1,\"op\":\"challenge\"}");

    return sscanf(reply, "{\"id\":1,\"ok\":{\"nonce\":\"%32[0-9a-f]\"}}", text) == 1 ? text : reply;
}

/* A set with the mac that a key makes; `wrong` is added to its first byte. */
static const char *set_with(const char *challenge, const char *path, const char *value, uint8_t wrong)
{
    char json[512], hex[2 * SHA256_SIZE + 1];
    uint8_t mac[SHA256_SIZE];
    struct hmac hmac;

    hmac_init(&hmac, key, sizeof key);
    hmac_add(&hmac, challenge, strlen(challenge));
    hmac_add(&hmac, "\n", 1);
    hmac_add(&hmac, path, strlen(path));
    hmac_add(&hmac, "\n", 1);
    hmac_add(&hmac, value, strlen(value));
    hmac_end(&hmac, mac);
    mac[0] += wrong;
    for (unsigned i = 0; i < SHA256_SIZE; i++)
        snprintf(hex + (size_t)2 * i, 3, "%02x", mac[i]);
    snprintf(json, sizeof json, "{\"id\":2,\"op\":\"set\",\"path\":\"%s\",\"value\":%s,\"mac\":\"%s\"}", path, value, hex);
    return ask(json);
}

static void is_set(const char *path, const char *value, const char *reply)
{
    tap_is_text(set_with(nonce(), path, value, 0), reply, "%s = %s", path, value);
}

static void test_read_only(void)
{
    is_reply("{\"id\":1,\"op\":\"challenge\"}", "{\"id\":1,\"error\":\"read-only\",\"text\":\"this machine's image has no "
             "key: make it with meta=write and one\"}");
    is_reply("{\"id\":1,\"op\":\"set\"}", "{\"id\":1,\"error\":\"read-only\",\"text\":\"this machine's image has no key: "
             "make it with meta=write and one\"}");
}

static void test_sets(void)
{
    is_set("config.cols", "132", "{\"id\":2,\"ok\":{\"old\":80,\"value\":132}}");
    tap_ok(world.cols == 132 && world.changes == 1 && !strcmp(world.changed, "cols 80 132"), "it is so, and was said");
    is_set("config.quiet", "true", "{\"id\":2,\"ok\":{\"old\":false,\"value\":true}}");
    is_set("config.scheduler", "\"fair\"", "{\"id\":2,\"ok\":{\"old\":\"round-robin\",\"value\":\"fair\"}}");
    is_set("config.cols", "501", "{\"id\":2,\"error\":\"bad-value\",\"text\":\"config.cols is a number from 1 to 500, not "
           "501\"}");
    is_set("config.quiet", "1", "{\"id\":2,\"error\":\"bad-value\",\"text\":\"config.quiet is true or false, not 1\"}");
    is_set("config.scheduler", "\"x\"", "{\"id\":2,\"error\":\"bad-value\",\"text\":\"\\\"x\\\" is none of "
           "config.scheduler's words; get it to see them\"}");
    is_set("config.colums", "1", "{\"id\":2,\"error\":\"not-found\",\"text\":\"\\\"config.colums\\\" cannot be set; list "
           "config says what can\"}");
    is_set("memory.ledger.free", "1", "{\"id\":2,\"error\":\"not-found\",\"text\":\"\\\"memory.ledger.free\\\" cannot be "
           "set; list config says what can\"}");
    is_set("config.memory", "12", "{\"id\":2,\"error\":\"not-live\",\"text\":\"config.memory is set at boot and not while "
           "the machine runs\"}");
    is_set("config.full", "true", "{\"id\":2,\"error\":\"refused\",\"text\":\"config.full could not be set to true: no "
           "memory for bookkeeping\"}");
    world.server.seam = &(struct store_seam){.entropy = world_entropy, .now_ms = world_now_ms};
    is_set("config.full", "false", "{\"id\":2,\"ok\":{\"old\":true,\"value\":true}}");
    world.server.seam = &world_seam;
}

#define WRONG "{\"id\":2,\"error\":\"wrong-key\",\"text\":\"the mac is not that of this key, challenge, path and value\"}"
#define UNASKED "{\"id\":2,\"error\":\"no-challenge\",\"text\":\"a set needs a challenge before it, each one its own\"}"

static void test_macs(void)
{
    char first[33], second[33];

    strcpy(first, nonce());
    strcpy(second, nonce());
    tap_ok(strlen(first) == 32 && strlen(second) == 32 && strcmp(first, second), "each challenge is another");
    tap_is_text(set_with(first, "config.cols", "90", 0), WRONG, "one is worth nothing after the next");
    tap_is_text(set_with(second, "config.cols", "90", 0), UNASKED, "and none after a wrong try");
    strcpy(first, nonce());
    tap_is_text(set_with(first, "config.cols", "90", 1), WRONG, "a mac with a wrong byte is refused");
    strcpy(first, nonce());
    tap_is_text(set_with(first, "config.cols", "90", 0), "{\"id\":2,\"ok\":{\"old\":132,\"value\":90}}", "a right one is not");
    tap_is_text(set_with(first, "config.cols", "90", 0), UNASKED, "a nonce serves once");
    nonce();
    ask("{\"op\":\"bye\"}");
    tap_is_text(set_with(first, "config.cols", "90", 0), UNASKED, "and not after bye");
    nonce();
    is_reply("{\"id\":2,\"op\":\"set\",\"path\":\"config.cols\",\"value\":1,\"mac\":\"00\"}", WRONG);
    is_reply("{\"id\":2,\"op\":\"set\",\"value\":1,\"mac\":\"00\"}",
             "{\"id\":2,\"error\":\"bad-request\",\"text\":\"\\\"path\\\" is missing\"}");
    is_reply("{\"id\":2,\"op\":\"set\",\"path\":\"config.cols\",\"mac\":\"00\"}",
             "{\"id\":2,\"error\":\"bad-request\",\"text\":\"\\\"value\\\" is missing\"}");
    is_reply("{\"id\":2,\"op\":\"set\",\"path\":\"config.cols\",\"value\":1}",
             "{\"id\":2,\"error\":\"bad-request\",\"text\":\"\\\"mac\\\" is missing\"}");
    tap_ok(world.cols == 90 && world.server.counters.sets == 5 && world.server.counters.refused == 3,
           "only the right one was done");
}

/* Fails until it is locked; how many tries that took. */
static unsigned fail_until_locked(void)
{
    unsigned tries = 0;

    while (!strcmp(set_with(nonce(), "config.cols", "91", 1), WRONG) && tries < 100)
        tries++;
    return tries;
}

static void test_lock(void)
{
    uint64_t locked = 0;
    unsigned wrong = 0;

    world.server.failures = 0;
    tap_is_u64(fail_until_locked(), STORE_FAILURES_MAX, "so many wrong keys lock it");
    tap_is_u64(world.locks, STORE_LOCK_MS, "and it is said for how long");
    tap_is_text(nonce(), "{\"id\":1,\"error\":\"locked\",\"text\":\"too many wrong keys; try again in 60000 ms\"}",
                "nobody may try");
    world.now_ms += STORE_LOCK_MS - 1;
    tap_is_text(nonce(), "{\"id\":1,\"error\":\"locked\",\"text\":\"too many wrong keys; try again in 1 ms\"}",
                "up to the last moment");
    for (uint64_t ms = 2 * STORE_LOCK_MS; ms < STORE_LOCK_MOST_MS; ms *= 2) {
        world.now_ms = world.server.locked_until_ms;
        locked = world.locks;
        wrong += fail_until_locked() != STORE_FAILURES_MAX || world.locks - locked != ms;
    }
    tap_is_u64(wrong, 0, "each next lock is twice as long");
    for (int i = 0; i < 3; i++) {
        world.now_ms = world.server.locked_until_ms;
        locked = world.locks;
        fail_until_locked();
    }
    tap_ok(world.locks - locked >= STORE_LOCK_MOST_MS && world.locks - locked < 2 * STORE_LOCK_MOST_MS,
           "up to an hour and more");
    world.now_ms = world.server.locked_until_ms;
    world.server.seam = &(struct store_seam){.entropy = world_entropy, .now_ms = world_now_ms};
    tap_is_u64(fail_until_locked(), STORE_FAILURES_MAX, "also where nobody wants to know");
    world.server.seam = &world_seam;
    world.now_ms = world.server.locked_until_ms;
    is_set("config.cols", "80", "{\"id\":2,\"ok\":{\"old\":90,\"value\":80}}");
    fail_until_locked();
    tap_is_u64(world.server.locked_until_ms - world.now_ms, STORE_LOCK_MS, "after a right one it is short again");
    world.now_ms = world.server.locked_until_ms;
}

/* ---- watches */

/* The events of a tick, one behind the other. */
static const char *events(uint64_t ms)
{
    static char text[4096];
    const char *event;

    text[0] = '\0';
    start_over();
    world.now_ms += ms;
    store_server_tick(&world.server, world.now_ms);
    give_all();
    while (*(event = next_reply()))
        strcat(text, event);
    return text;
}

static void test_watch(void)
{
    tap_is_u64(store_server_next(&world.server), UINT64_MAX, "with nothing watched no time is due");
    is_reply("{\"id\":1,\"op\":\"watch\",\"path\":\"interrupts.timer\",\"interval\":50}", "{\"id\":1,\"ok\":{\"watch\":1}}");
    tap_is_u64(store_server_next(&world.server), world.now_ms, "the first event is due now");
    tap_is_text(events(0), "{\"watch\":1,\"value\":100000,\"lost\":0}", "it has the value");
    tap_is_u64(store_server_next(&world.server), world.now_ms + 50, "the next one after the interval");
    world.timer++;
    tap_is_text(events(49), "", "not before");
    tap_is_text(events(1), "{\"watch\":1,\"value\":100001,\"lost\":0}", "then it comes");
    tap_is_text(events(50), "", "unless nothing changed");
    world.timer = 9;
    tap_is_text(events(5000), "{\"watch\":1,\"value\":9,\"lost\":0}", "late it comes once");
    tap_is_u64(store_server_next(&world.server), world.now_ms + 50, "and then again after the interval");
    is_reply("{\"op\":\"watch\",\"path\":\"program.threads\",\"depth\":0}", "{\"id\":null,\"ok\":{\"watch\":2}}");
    tap_is_text(events(0), "{\"watch\":2,\"value\":{\"+\":3},\"lost\":0}", "a depth is kept");
    tap_is_u64(store_server_next(&world.server), world.now_ms + 50, "the sooner of two is due");
    is_reply("{\"op\":\"watch\",\"path\":\"program.threads.2.id\",\"depth\":0}", "{\"id\":null,\"ok\":{\"watch\":3}}");
    tap_is_text(events(0), "{\"watch\":3,\"value\":3,\"lost\":0}", "an item is watched");
    world.threads = 2;
    tap_is_text(events(1000), "{\"watch\":2,\"value\":{\"+\":2},\"lost\":0}{\"watch\":3,\"value\":null,\"lost\":0}",
                "what is not there any more is null");
    world.threads = 3;
    tap_is_u64(world.server.watch_count, 3, "there are three");
    is_reply("{\"op\":\"unwatch\",\"watch\":1}", "{\"id\":null,\"ok\":true}");
    is_reply("{\"op\":\"unwatch\",\"watch\":1}", "{\"id\":null,\"error\":\"no-watch\",\"text\":\"there is no watch 1\"}");
    is_reply("{\"op\":\"unwatch\",\"watch\":9}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"watch\\\" is a number "
             "from 1 to 8, not 9\"}");
    is_reply("{\"op\":\"unwatch\"}", "{\"id\":null,\"ok\":true}");
    tap_ok(!world.server.watch_count && store_server_next(&world.server) == UINT64_MAX, "and none");
}

static void test_limits(void)
{
    world.timer = 10;
    is_reply("{\"op\":\"watch\",\"path\":\"interrupts.timer\",\"above\":20}", "{\"id\":null,\"ok\":{\"watch\":1}}");
    tap_is_text(events(0), "", "below its limit there is no event");
    world.timer = 20;
    tap_is_text(events(100), "", "nor at it");
    world.timer = 21;
    tap_is_text(events(100), "{\"watch\":1,\"value\":21,\"lost\":0}", "above it there is");
    world.timer = 22;
    tap_is_text(events(100), "", "one");
    world.timer = 2;
    tap_is_text(events(100), "", "none when it falls");
    world.timer = 99;
    tap_is_text(events(100), "{\"watch\":1,\"value\":99,\"lost\":0}", "and again one");
    ask("{\"op\":\"unwatch\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"odd.drift\",\"below\":1,\"interval\":10}", "{\"id\":null,\"ok\":{\"watch\":1}}");
    tap_is_text(events(0), "{\"watch\":1,\"value\":-5,\"lost\":0}", "what is passed already is said");
    world.drift = 1;
    tap_is_text(events(10), "", "at the limit it is not passed");
    world.drift = 0;
    tap_is_text(events(10), "{\"watch\":1,\"value\":0,\"lost\":0}", "below it is");
    ask("{\"op\":\"unwatch\"}");
    world.drift = -5;
    is_reply("{\"op\":\"watch\",\"path\":\"odd.drift\",\"above\":1,\"interval\":10}", "{\"id\":null,\"ok\":{\"watch\":1}}");
    tap_is_text(events(0), "", "what is negative is above nothing");
    ask("{\"op\":\"unwatch\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"program.threads.2.id\",\"above\":1}", "{\"id\":null,\"ok\":{\"watch\":1}}");
    world.threads = 0;
    tap_is_text(events(0), "", "what is not there passes nothing");
    world.threads = 3;
    ask("{\"op\":\"bye\"}");
    tap_is_u64(world.server.watch_count, 0, "bye ends all watches");
}

static void test_watch_refusals(void)
{
    char json[256] = "{\"op\":\"watch\",\"path\":\"";

    is_reply("{\"op\":\"watch\"}", "{\"id\":null,\"error\":\"bad-request\",\"text\":\"\\\"path\\\" is missing\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"x\"}", "{\"id\":null,\"error\":\"not-found\",\"text\":\"there is no \\\"x\\\"; "
             "list says what is there\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"\",\"depth\":20}", "{\"id\":null,\"error\":\"bad-value\",\"text\":\"\\\"depth\\\""
             " is a number from 0 to 16, not 20\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"\",\"interval\":9}", "{\"id\":null,\"error\":\"bad-value\",\"text\":"
             "\"\\\"interval\\\" is a number from 10 to 86400000, not 9\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"\",\"above\":9,\"below\":1}", "{\"id\":null,\"error\":\"bad-request\",\"text\":"
             "\"a watch takes \\\"above\\\" or \\\"below\\\", not both\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"\",\"below\":true}", "{\"id\":null,\"error\":\"bad-value\",\"text\":"
             "\"\\\"below\\\" is a number from 0 to 18446744073709551615, not true\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"memory\",\"above\":1}", "{\"id\":null,\"error\":\"bad-value\",\"text\":"
             "\"there is no number at \\\"memory\\\"\"}");
    for (int i = 0; i <= (int)STORE_WATCH_PATH_MAX; i++)
        strcat(json, "x");
    strcat(json, "\"}");
    is_reply(json, "{\"id\":null,\"error\":\"bad-value\",\"text\":\"a watched \\\"path\\\" has at most 128 bytes\"}");
    for (unsigned i = 0; i < STORE_WATCHES_MAX; i++)
        ask("{\"op\":\"watch\",\"path\":\"program.now\"}");
    is_reply("{\"op\":\"watch\",\"path\":\"program.now\"}", "{\"id\":null,\"error\":\"full\",\"text\":\"there are 8 watches "
             "already; unwatch one\"}");
    ask("{\"op\":\"unwatch\"}");
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

/* Counts the frames given that begin so, and are whole. */
static unsigned count_replies(const char *beginning)
{
    unsigned count = 0;
    const char *reply;

    received_at = 0;
    while (*(reply = next_reply()) && strcmp(reply, "bad frame"))
        count += !strncmp(reply, beginning, strlen(beginning));
    return count;
}

static void test_slow_reader(void)
{
    unsigned kept, more;
    char frame[64];
    size_t size = world_frame(PING, frame);

    ask("{\"op\":\"watch\",\"path\":\"program.now\",\"interval\":10}");
    events(0);
    start_over();
    kept = fill_with_events();
    tap_ok(kept > 1000 && store_server_waiting(&world.server) > STORE_OUT_MOST - 100, "events wait while there is room");
    received_size = store_server_give(&world.server, received, 1000);
    more = fill_with_events();
    tap_ok(more > 10 && more < 30, "where some were given there is room again");
    give_all();
    tap_is_u64(count_replies("{\"watch\":1,\"value\":"), kept + more, "all that were kept come whole");
    events(10);
    tap_is_u64(count_replies("{\"watch\":1,\"value\":"), 1, "then the next one comes");
    tap_ok(strstr(received, ",\"lost\":1}"), "and says how many were lost since the last");
    start_over();
    tick();
    tap_is_u64(store_server_take(&world.server, frame, size), 0, "a request waits behind an event");
    tick();
    tick();
    give_all();
    tap_is_u64(count_replies("{\"watch\""), 1, "while it waits there are no events");
    start_over();
    send_bytes(frame, size);
    tap_is_u64(count_replies("{\"id\":7,\"ok\":"), 1, "it is answered");
    tap_ok(strstr(events(10), "\"lost\":2}"), "and they are counted");
    ask("{\"op\":\"bye\"}");
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
    tap_is_u64(count_replies("{\"id\":null,\"error\":\"bad-frame\""), 1, "once");
    tap_is_u64(count_replies("{\"id\":7,\"ok\":"), 1, "then the frame of which all is there");
}

static void test_little_memory(void)
{
    world_fini();
    world_init(&model_tagged, STORE_OUT_LEAST);
    is_reply("{\"id\":1,\"op\":\"get\",\"path\":\"\",\"depth\":4}", "{\"id\":1,\"error\":\"too-big\",\"text\":\"it has more "
             "than 1007 bytes; ask for less: a longer path, fields, depth\"}");
    is_reply("{\"id\":1,\"op\":\"watch\",\"path\":\"\",\"depth\":4}", "{\"id\":1,\"error\":\"too-big\",\"text\":\"it has "
             "more than 1007 bytes; ask for less: a longer path, fields, depth\"}");
    is_reply("{\"id\":1,\"op\":\"watch\",\"path\":\"\",\"above\":4,\"depth\":0}", "{\"id\":1,\"error\":\"bad-value\",\"text\":"
             "\"there is no number at \\\"\\\"\"}");
    store_server_init(&world.server, &world.store, &world_seam, world.out, UINT32_MAX);
    tap_is_u64(world.server.out_size, STORE_OUT_MOST, "more memory than a reply can have is not used");
}

/* The server's counters stand in its store. */
static void test_counters(void)
{
    is_reply("{\"id\":1,\"op\":\"get\",\"path\":\"store\"}", "{\"id\":1,\"ok\":{\"requests\":1,\"errors\":0,\"garbage\":0,"
             "\"dropped\":0,\"received\":0,\"sent\":0,\"events\":0,\"lost\":0,\"sets\":0,\"refused\":0,\"byes\":0,"
             "\"watches\":0,\"writable\":false,\"room\":65553,\"nodes\":91}}");
    answers_to("x@");
    is_reply("{\"id\":1,\"op\":\"get\",\"path\":\"store\",\"fields\":[\"errors\",\"garbage\",\"dropped\"]}",
             "{\"id\":1,\"ok\":{\"errors\":1,\"garbage\":1,\"dropped\":1}}");
    world_fini();
}

int main(void)
{
    tap_plan(158);
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
    test_requests();
    test_refusals();
    test_long_error();
    test_read();
    test_read_only();
    store_server_allow(&world.server, key);
    test_sets();
    test_macs();
    test_lock();
    test_watch();
    test_limits();
    test_watch_refusals();
    test_slow_reader();
    test_left_over();
    test_little_memory();
    test_counters();
    return tap_done();
}
