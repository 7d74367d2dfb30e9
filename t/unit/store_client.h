/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client of the server in store_world.h, for tests: sends frames, takes replies, all at once.  JSON stands in tests
 * with ' for ".
 */
#ifndef ACRE_STORE_CLIENT_H
#define ACRE_STORE_CLIENT_H

#include "tagged_model.h"

#include "store_world.h"

#define TEXT(text) ((struct store_text){text, sizeof(text) - 1})

/* The text with " for '; one of two memories in turn. */
static const char *quotes(const char *text)
{
    static char memory[2][4096];
    static int turn;
    char *to = memory[turn ^= 1];

    for (size_t i = 0; (to[i] = text[i] == '\'' ? '"' : text[i]); i++)
        ;
    return to;
}

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
        (frame[STORE_FRAME_HEAD + size] != '\n' && frame[STORE_FRAME_HEAD + size]) ||
        store_crc(0, frame + STORE_FRAME_HEAD, size) != crc)
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
    send_bytes(frame, world_frame(quotes(json), frame));
    return next_reply();
}

__attribute__((unused)) static void is_reply(const char *json, const char *reply)
{
    tap_is_text(ask(json), quotes(reply), "%s", json);
}

/* Counts the frames given that begin so, and are whole. */
__attribute__((unused)) static unsigned count_replies(const char *beginning)
{
    unsigned count = 0;
    const char *reply;

    received_at = 0;
    while (*(reply = next_reply()) && strcmp(reply, "bad frame"))
        count += !strncmp(reply, quotes(beginning), strlen(beginning));
    return count;
}

/* The events of a tick, one behind the other. */
__attribute__((unused)) static const char *events(uint64_t ms)
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

#define PING "{\"op\":\"ping\",\"id\":7}"
#define PONG "{\"id\":7,\"ok\":{\"protocol\":1,\"request\":1024,\"reply\":65536,\"watches\":8,\"write\":false}}"
#define GARBAGE "{\"id\":null,\"error\":\"bad-frame\",\"text\":\"what came is no frame of at most 1024 bytes of JSON\"}"

static inline void is_text(const char *got, const char *want, const char *what)
{
    tap_is_text(got, quotes(want), "%s", what);
}

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
__attribute__((unused)) static const char *answers_to(const char *row)
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

#endif
