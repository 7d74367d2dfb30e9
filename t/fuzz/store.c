/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's server under any bytes.  The input is a list of steps, each a byte and what it needs:
 *
 *   0  bytes as they are (a length, then so many)      4  the time goes on, and the watches are looked at
 *   1  a text as a whole frame (the same)              5  a set with the right key (the same; a value's JSON)
 *   2  the beginning of a frame (the same)             6  counters in the tree change
 *   3  the reader takes some                           7  the right challenge and a wrong key
 *
 * Whatever comes: what is given is frames of JSON and nothing else (store_naive.h looks), each whole request has its
 * one reply, of its id, in their order, no memory is kept, none beyond the server's own is written, and no value fault
 * occurs.
 */
#include "fuzz.h"

#include "unit/tagged_model.h"

#include "unit/store_naive.h"
#include "unit/store_world.h"

#define JSON_MAX STORE_REQUEST_MAX
#define GUARD 64u
#define OUT_SIZE 4096u /* of the server's memory, so that it is full at times */

static const uint8_t key[STORE_KEY_SIZE] = "the key of this harness";

static char given[1 << 20];
static size_t given_size;
static uint32_t owed; /* whole requests that have had no reply yet */
static uint64_t next_id, replied; /* of the next request; replies with an id so far */
static struct naive_tree tree;

static __attribute__((noreturn)) void on_fault(const struct value_fault *fault)
{
    fuzz_fail("value fault: %s", fault->what);
}

/* ---- what is given */

static const char *outcome_of(const char *json)
{
    static const char *const words[] = {
        "bad-frame", "bad-json", "bad-request", "bad-value", "unknown-op", "not-found", "too-big", "read-only",
        "locked", "no-challenge", "wrong-key", "not-live", "refused", "not-readable", "full", "no-watch", "\"nonce\"",
        "\"old\"", "\"protocol\"", "\"shift\"", "\"address\"", "{\"watch\":", "null",
    };

    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(json, words[i]))
            return words[i];
    return "other";
}

/* Looks at the whole frames that were given, and leaves the rest. */
static void look_at_given(void)
{
    size_t at = 0;

    for (const char *json; (json = naive_next(given, given_size, &at));) {
        unsigned long long id;

        if (!naive_read(&tree, json) || tree.nodes[0].what != '{')
            fuzz_fail("no JSON object: %.200s", json);
        fuzz_outcome(outcome_of(json));
        if (sscanf(json, "{\"id\":%llu,", &id) != 1 || id < 1000)
            continue;
        if (!owed || id != 1000 + replied)
            fuzz_fail("a reply of id %llu, where %u are owed from %llu on", id, owed,
                      1000 + (unsigned long long)replied);
        owed--;
        replied++;
    }
    memmove(given, given + at, given_size - at);
    given_size -= at;
}

static void give(size_t room)
{
    if (room > sizeof given - given_size)
        room = sizeof given - given_size;
    given_size += store_server_give(&world.server, given + given_size, room);
    look_at_given();
}

static void give_all(void)
{
    while (store_server_waiting(&world.server))
        give(1000);
    if (given_size)
        fuzz_fail("what was given ends within a frame: %.60s", given);
}

/* ---- what is sent */

static void send_bytes(const char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size) {
        at += store_server_take(&world.server, bytes + at, size - at);
        if (at < size)
            give_all();
    }
}

/* The next bytes of the input as a text; controls become blanks, for a frame. */
static size_t read_text(struct fuzz_input *input, char *text, bool plain)
{
    size_t size = fuzz_below(input, JSON_MAX + 1), got = 0;

    for (; got < size && fuzz_left(input); got++) {
        text[got] = (char)fuzz_number(input, 1);
        if (plain && (uint8_t)text[got] < 0x20)
            text[got] = ' ';
    }
    text[got] = '\0';
    return got;
}

/* A whole frame; one that starts with { is given an id, by which its reply is known. */
static void send_frame(const char *text)
{
    static char json[2 * JSON_MAX], frame[2 * JSON_MAX + 32];

    if (*text == '{' && !strstr(text, "id") && !strchr(text, '\\') && strlen(text) + 12 < JSON_MAX) {
        snprintf(json, sizeof json, "{\"id\":%llu,%s", (unsigned long long)(1000 + next_id), text + 1);
        if (naive_read(&tree, json) && tree.nodes[0].what == '{') {
            next_id++;
            owed++;
        } else {
            strcpy(json, text);
        }
    } else {
        strcpy(json, text);
    }
    send_bytes(frame, naive_frame(json, frame));
}

static void send_beginning(struct fuzz_input *input)
{
    static char text[JSON_MAX + 1], frame[JSON_MAX + 32];
    size_t size;

    read_text(input, text, true);
    size = naive_frame(text, frame);
    send_bytes(frame, fuzz_below(input, (uint32_t)size));
    send_bytes("\n", 1); /* whoever comes next starts so */
}

/* The nonce that the server has given last, as it sent it; the harness reads it from the reply. */
static void read_nonce(char nonce[33])
{
    static char frame[64], reply[256];
    size_t at = 0, size = naive_frame("{\"id\":7,\"op\":\"challenge\"}", frame), got;
    const char *json;

    give_all();
    send_bytes("\n", 1);
    give_all();
    store_server_take(&world.server, frame, size);
    got = store_server_give(&world.server, reply, sizeof reply - 1);
    json = naive_next(reply, got, &at);
    nonce[0] = '\0';
    if (!json || at != got)
        fuzz_fail("a challenge was answered with no frame");
    sscanf(json, "{\"id\":7,\"ok\":{\"nonce\":\"%32[0-9a-f]", nonce);
}

static void send_set(struct fuzz_input *input, uint8_t wrong)
{
    static const char *const paths[] = {"config.cols", "config.quiet", "config.scheduler", "config.memory",
                                        "config.full", "config.none", "memory"};
    static char value[JSON_MAX + 1], json[2 * JSON_MAX];
    const char *path = paths[fuzz_below(input, 7)];
    char nonce[33], hex[65];
    uint8_t mac[SHA256_SIZE];
    struct hmac hmac;

    if (read_text(input, value, true) > 500)
        return;
    read_nonce(nonce);
    hmac_init(&hmac, key, sizeof key);
    hmac_add(&hmac, nonce, strlen(nonce));
    hmac_add(&hmac, "\n", 1);
    hmac_add(&hmac, path, strlen(path));
    hmac_add(&hmac, "\n", 1);
    hmac_add(&hmac, value, strlen(value));
    hmac_end(&hmac, mac);
    mac[5] ^= wrong;
    for (unsigned i = 0; i < SHA256_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", mac[i]);
    snprintf(json, sizeof json, "{\"op\":\"set\",\"path\":\"%s\",\"value\":%s,\"mac\":\"%s\"}", path, value, hex);
    send_frame(json);
}

static void change(struct fuzz_input *input)
{
    world.timer = (uint32_t)fuzz_number(input, 2);
    world.drift = (int8_t)fuzz_number(input, 1);
    world.threads = fuzz_below(input, 40);
    world.counters[fuzz_below(input, WORLD_COUNTERS)] = fuzz_number(input, 8);
}

static void step(struct fuzz_input *input)
{
    static char text[JSON_MAX + 1];

    switch (fuzz_below(input, 8)) {
    case 0:
        send_bytes(text, read_text(input, text, false));
        send_bytes("\n", 1);
        break;
    case 1:
        read_text(input, text, true);
        send_frame(text);
        break;
    case 2:
        send_beginning(input);
        break;
    case 3:
        give(fuzz_below(input, 300));
        break;
    case 4:
        world.now_ms += fuzz_below(input, 65536);
        store_server_tick(&world.server, world.now_ms);
        break;
    case 5:
        send_set(input, 0);
        break;
    case 6:
        change(input);
        break;
    default:
        send_set(input, 1);
        break;
    }
}

/* ---- the whole */

static void check_guard(void)
{
    for (uint32_t i = OUT_SIZE; i < OUT_SIZE + GUARD; i++)
        if (world.out[i] != '#')
            fuzz_fail("written beyond the server's memory");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, data + size};

    model_init();
    value_fault_hook = on_fault;
    world_init(&model_tagged, OUT_SIZE);
    if (world.store.status != STATUS_OK)
        fuzz_fail("no store: %s", status_text(world.store.status));
    memset(world.out, '#', OUT_SIZE + GUARD);
    if (fuzz_number(&input, 1) % 4)
        store_server_allow(&world.server, key);
    given_size = owed = 0;
    next_id = replied = 0;
    while (fuzz_left(&input))
        step(&input);
    give_all();
    if (owed)
        fuzz_fail("%u requests have no reply", owed);
    check_guard();
    world_fini();
    symbol_free_all(&model_tagged);
    if (model_live())
        fuzz_fail("%llu allocations are not given back", (unsigned long long)model_live());
    return 0;
}
