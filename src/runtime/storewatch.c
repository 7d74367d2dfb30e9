/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches are looked at when they are due.  An event is written where it would wait; then it is kept if its value is
 * another than the last one given, which is known by its size and CRC, or if a limit has been passed, and otherwise
 * forgotten.  If there is no room to find that out, it counts as lost: nobody can tell whether there was one.
 */
#include "bytes.h"
#include "storereply.h"
#include "storetext.h"

#define INTERVAL_MS 1000u /* of a watch that names none */
#define LIMIT_INTERVAL_MS 100u /* and of one for a limit */
#define GET_DEPTH 2u

/* ---- events */

/* The value of an event, in its JSON. */
struct event {
    struct store_text value;
    size_t size; /* of all */
};

static void query_of(const struct store_watch *watch, struct store_query *query)
{
    query->path = (struct store_text){watch->path, watch->path_size};
    query->mode = STORE_VALUES;
    query->depth = watch->depth;
    query->field_count = 0;
}

/* What is not there any more is null. */
static void put_value(struct store_server *server)
{
    struct store_out *out = &server->writer;
    size_t start = out->used, written;

    store_read(server->store, out);
    if (store_out_end(out, &written) == STATUS_NOT_FOUND) {
        out->used = start;
        storetext_put(out, "null", 4);
    }
}

/* Writes an event where it would wait; false: no room. */
static bool write_event(struct store_server *server, const struct store_watch *watch, struct event *event)
{
    struct store_out *out = &server->writer;
    struct store_text room = store_server_room(server);
    size_t start;

    query_of(watch, &server->query);
    store_out_start(out, &server->query, (char *)(uintptr_t)room.bytes, room.size);
    storetext_put(out, "{\"watch\":", 9);
    storetext_decimal(out, (uint64_t)(watch - server->watches) + 1);
    storetext_put(out, ",\"value\":", 9);
    start = out->used;
    put_value(server);
    event->value = (struct store_text){room.bytes + start, out->used - start};
    storetext_put(out, ",\"lost\":", 8);
    storetext_decimal(out, watch->lost);
    storetext_byte(out, '}');
    event->size = out->used;
    return !out->full;
}

/* Moves what waits to the start of the memory. */
static void make_room(struct store_server *server)
{
    uint32_t size = server->out_end - server->out_start;

    bytes_move(server->out, server->out + server->out_start, size);
    server->out_start = 0;
    server->out_end = size;
}

static bool is_change(struct store_watch *watch, struct store_text value)
{
    uint32_t crc = store_crc(0, value.bytes, value.size);

    if (!watch->blind && watch->seen_size == value.size && watch->seen_crc == crc)
        return false;
    watch->blind = false;
    watch->seen_size = (uint32_t)value.size;
    watch->seen_crc = crc;
    return true;
}

/* Whether the value has passed the limit since it was looked at last; below 0 is below every limit. */
static bool is_passing(struct store_watch *watch, struct store_text value)
{
    bool was = watch->passed, negative = value.bytes[0] == '-';
    uint64_t number = 0;

    if (!negative && store_json_number(value, &number) != STATUS_OK)
        return false;
    if (watch->kind == STORE_WATCH_ABOVE)
        watch->passed = !negative && number > watch->limit;
    else
        watch->passed = negative || number < watch->limit;
    return watch->passed && !was;
}

static void lose(struct store_server *server, struct store_watch *watch)
{
    watch->lost++;
    server->counters.lost++;
}

static void look(struct store_server *server, struct store_watch *watch)
{
    struct event event;
    bool fits = !server->waiting && write_event(server, watch, &event);

    if (!fits && !server->waiting && server->out_start) {
        make_room(server);
        fits = write_event(server, watch, &event);
    }
    if (!fits) {
        lose(server, watch);
        return;
    }
    if (watch->kind == STORE_WATCH_CHANGES ? is_change(watch, event.value) : is_passing(watch, event.value)) {
        store_server_add(server, event.size);
        server->counters.events++;
        watch->lost = 0;
    }
}

void store_server_tick(struct store_server *server, uint64_t now_ms)
{
    for (uint32_t i = 0; i < STORE_WATCHES_MAX; i++) {
        struct store_watch *watch = &server->watches[i];

        if (!watch->used || watch->due_ms > now_ms)
            continue;
        watch->due_ms += watch->interval_ms;
        if (watch->due_ms <= now_ms)
            watch->due_ms = now_ms + watch->interval_ms;
        look(server, watch);
    }
}

uint64_t store_server_next(const struct store_server *server)
{
    uint64_t next = UINT64_MAX;

    for (uint32_t i = 0; i < STORE_WATCHES_MAX; i++)
        if (server->watches[i].used && server->watches[i].due_ms < next)
            next = server->watches[i].due_ms;
    return next;
}

/* ---- watch and unwatch */

static struct store_watch *free_watch(struct store_server *server)
{
    for (uint32_t i = 0; i < STORE_WATCHES_MAX; i++)
        if (!server->watches[i].used)
            return &server->watches[i];
    return NULL;
}

static bool read_depth(struct store_request *request, uint32_t *depth)
{
    static const struct store_range range = {0, STORE_DEPTH_MAX, GET_DEPTH};
    uint64_t number;

    if (!store_request_number(request, STORE_MEMBER_DEPTH, &range, &number))
        return false;
    *depth = (uint32_t)number;
    return true;
}

static bool read_limit(struct store_request *request, struct store_watch *watch)
{
    static const struct store_range range = {0, UINT64_MAX, 0};
    bool above = store_request_has(request, STORE_MEMBER_ABOVE), below = store_request_has(request, STORE_MEMBER_BELOW);

    if (above && below) {
        store_reply_error(request, "bad-request", "a watch takes \"above\" or \"below\", not both");
        return false;
    }
    watch->kind = above ? STORE_WATCH_ABOVE : below ? STORE_WATCH_BELOW : STORE_WATCH_CHANGES;
    return store_request_number(request, above ? STORE_MEMBER_ABOVE : STORE_MEMBER_BELOW, &range, &watch->limit);
}

static bool read_interval(struct store_request *request, struct store_watch *watch)
{
    struct store_range range = {STORE_WATCH_LEAST_MS, STORE_WATCH_MOST_MS, INTERVAL_MS};
    uint64_t number;

    if (watch->kind != STORE_WATCH_CHANGES)
        range.otherwise = LIMIT_INTERVAL_MS;
    if (!store_request_number(request, STORE_MEMBER_INTERVAL, &range, &number))
        return false;
    watch->interval_ms = (uint32_t)number;
    return true;
}

static bool read_path(struct store_request *request, struct store_watch *watch)
{
    struct store_text path;

    if (!store_request_text(request, STORE_MEMBER_PATH, true, &path))
        return false;
    if (path.size > STORE_WATCH_PATH_MAX) {
        store_reply_error(request, "bad-value", "a watched \"path\" has at most %u bytes", STORE_WATCH_PATH_MAX);
        return false;
    }
    bytes_copy(watch->path, path.bytes, path.size);
    watch->path_size = (uint32_t)path.size;
    return true;
}

/*
 * Whether there is something at a path, and a number where a limit is watched; else the error is the reply.  The value
 * is written as a reply to see that.
 */
static bool try_value(struct store_request *request, const struct store_watch *watch)
{
    struct store_server *server = request->server;
    struct store_text value;
    struct store_out *out;
    uint64_t number;
    size_t start, end;

    query_of(watch, &server->query);
    out = store_reply_start(request, &server->query);
    start = out->used;
    store_read(server->store, out);
    if (store_out_end(out, &end) != STATUS_OK) {
        store_reply_end(request);
        return false;
    }
    value = (struct store_text){out->bytes + start, end - start};
    if (watch->kind == STORE_WATCH_CHANGES || value.bytes[0] == '-' ||
        store_json_number(value, &number) == STATUS_OK)
        return true;
    store_reply_error(request, "bad-value", "there is no number at \"%.*s\"", STORE_SAID(server->query.path));
    return false;
}

void store_op_watch(struct store_request *request)
{
    struct store_server *server = request->server;
    struct store_watch *watch = free_watch(server);
    struct store_out *out;

    if (!watch) {
        store_reply_error(request, "full", "there are %u watches already; unwatch one", STORE_WATCHES_MAX);
        return;
    }
    *watch = (struct store_watch){.blind = true};
    if (!read_path(request, watch) || !read_depth(request, &watch->depth) || !read_limit(request, watch) ||
        !read_interval(request, watch) || !try_value(request, watch))
        return;
    watch->used = true;
    watch->due_ms = server->seam->now_ms();
    server->watch_count++;
    out = store_reply_start(request, &store_query_all);
    store_object(out);
    store_number_of(out, "watch", (uint64_t)(watch - server->watches) + 1);
    store_end(out);
    store_reply_end(request);
}

void store_watch_end_all(struct store_server *server)
{
    for (uint32_t i = 0; i < STORE_WATCHES_MAX; i++)
        server->watches[i].used = false;
    server->watch_count = 0;
}

void store_op_unwatch(struct store_request *request)
{
    static const struct store_range range = {1, STORE_WATCHES_MAX, 0};
    struct store_server *server = request->server;
    uint64_t number;

    if (!store_request_number(request, STORE_MEMBER_WATCH, &range, &number))
        return;
    if (number && !server->watches[number - 1].used) {
        store_reply_error(request, "no-watch", "there is no watch %" FMT_64 "u", number);
        return;
    }
    if (number) {
        server->watches[number - 1].used = false;
        server->watch_count--;
    } else {
        store_watch_end_all(server);
    }
    store_flag(store_reply_start(request, &store_query_all), true);
    store_reply_end(request);
}
