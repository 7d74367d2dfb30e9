/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One memory for all that waits to be given, [out_start, out_end) of it, frame after frame.
 *
 * I1  a request is answered only when nothing waits, so its reply has the whole memory.
 * I2  what waits is whole frames, but for the bytes of the first that are given already.
 */
#include "storeserver.h"

#include "bytes.h"
#include "storereply.h"

struct store_text store_server_room(const struct store_server *server)
{
    uint32_t used = server->out_end + STORE_FRAME_EXTRA;

    return (struct store_text){server->out + server->out_end + STORE_FRAME_HEAD,
                               used < server->out_size ? server->out_size - used : 0};
}

void store_server_add(struct store_server *server, size_t json_size)
{
    server->out_end += (uint32_t)store_frame_close(server->out + server->out_end, json_size);
}

static void answer(struct store_server *server)
{
    struct store_request request;
    struct store_text json = {server->frames.json, server->frames.json_size}, stranger;
    enum status status = store_json_members(json, store_member_names, STORE_MEMBER_COUNT, request.members,
                                            &request.present, &stranger);
    bool has_id;

    request.server = server;
    server->counters.requests++;
    has_id = store_request_read_id(&request);
    if (status == STATUS_INVALID)
        store_reply_error(&request, "bad-json", "a request is an object of texts, integers, flags and lists of these");
    else if (status == STATUS_NOT_FOUND)
        store_reply_error(&request, "bad-request", "no request has \"%.*s\"", STORE_SAID(stranger));
    else if (status != STATUS_OK)
        store_reply_error(&request, "bad-request", "it has \"%.*s\" twice", STORE_SAID(stranger));
    else if (!has_id)
        store_reply_error(&request, "bad-value", "\"id\" is a number from 0 to 2^64 - 1");
    else
        store_operate(&request);
}

static void complain(struct store_server *server)
{
    struct store_request request = {.server = server};

    server->counters.garbage++;
    store_reply_error(&request, "bad-frame", "what came is no frame of at most %u bytes of JSON", STORE_REQUEST_MAX);
}

/* Takes bytes while nothing waits; returns how many. */
static size_t serve(struct store_server *server, const char *bytes, size_t count)
{
    enum store_frame_found found;
    size_t taken = 0, more;

    while (!store_server_waiting(server)) {
        found = store_frames_take(&server->frames, bytes + taken, count - taken, &more);
        taken += more;
        if (found == STORE_FRAME_NONE)
            break;
        if (found == STORE_FRAME_WHOLE)
            answer(server);
        else
            complain(server);
    }
    server->counters.received += taken;
    return taken;
}

void store_server_init(struct store_server *server, struct store *store, const struct store_seam *seam, void *out,
                       uint32_t out_size)
{
    bytes_fill(server, 0, sizeof *server);
    server->store = store;
    server->seam = seam;
    server->out = out;
    server->out_size = out_size < STORE_OUT_MOST ? out_size : STORE_OUT_MOST;
    server->lock_ms = STORE_LOCK_MS;
    store_frames_init(&server->frames);
}

void store_server_allow(struct store_server *server, const uint8_t key[STORE_KEY_SIZE])
{
    bytes_copy(server->key, key, STORE_KEY_SIZE);
    server->may_write = true;
}

size_t store_server_take(struct store_server *server, const void *bytes, size_t count)
{
    size_t taken = serve(server, bytes, count);

    server->waiting = taken < count;
    return taken;
}

size_t store_server_give(struct store_server *server, void *bytes, size_t room)
{
    size_t count = store_server_waiting(server);

    if (count > room)
        count = room;
    bytes_copy(bytes, server->out + server->out_start, count);
    server->out_start += (uint32_t)count;
    server->counters.sent += count;
    if (server->out_start == server->out_end) {
        server->out_start = server->out_end = 0;
        /* A frame that came behind garbage may be here already. */
        serve(server, "", 0);
    }
    return count;
}

size_t store_server_waiting(const struct store_server *server)
{
    return server->out_end - server->out_start;
}

void store_server_describe(struct store_server *server)
{
    struct store *store = server->store;
    struct tuple_value *group = store_group(store, store->root, "store");
    const struct store_counters *counters = &server->counters;

    store_number_at(store, group, "requests", &counters->requests);
    store_number_at(store, group, "errors", &counters->errors);
    store_number_at(store, group, "garbage", &counters->garbage);
    store_number_at(store, group, "dropped", &server->frames.dropped);
    store_number_at(store, group, "received", &counters->received);
    store_number_at(store, group, "sent", &counters->sent);
    store_number_at(store, group, "events", &counters->events);
    store_number_at(store, group, "lost", &counters->lost);
    store_number_at(store, group, "sets", &counters->sets);
    store_number_at(store, group, "refused", &counters->refused);
    store_number_at(store, group, "byes", &counters->byes);
    store_word_at(store, group, "watches", &server->watch_count);
    store_flag_at(store, group, "writable", &server->may_write);
    store_word_at(store, group, "room", &server->out_size);
    store_word_at(store, group, "nodes", &store->nodes);
}
