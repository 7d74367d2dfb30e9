/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reply is written where it will be given from: behind the room for the head of its frame.  What frames the value
 * ({"id":N,"ok": and the last brace) goes to the same writer, past its filter.
 *
 * Errors always fit: STORE_OUT_LEAST bytes hold what is longest, STORE_ERROR_MAX bytes of words that are all escaped.
 */
#include "storereply.h"

#include "bytes.h"
#include "storetext.h"

#define ERROR_WORDS_MAX 152u
#define ERROR_AROUND 96u /* bytes of an error's frame beside its words: its head, id, code, names */
_Static_assert(ERROR_WORDS_MAX * 6 + ERROR_AROUND <= STORE_OUT_LEAST, "an error fits, whatever it names");

const struct store_query store_query_all = {.depth = STORE_DEPTH_MAX};

const char *const store_member_names[STORE_MEMBER_COUNT] = {
#define NAME_ROW(NAME, name) #name,
    STORE_MEMBER_LIST(NAME_ROW)
};

static void put_id(struct store_request *request, struct store_out *out)
{
    storetext_put(out, "{\"id\":", 6);
    if (request->has_id)
        storetext_decimal(out, request->id);
    else
        storetext_put(out, "null", 4);
}

struct store_out *store_reply_start(struct store_request *request, const struct store_query *query)
{
    struct store_out *out = &request->server->writer;
    struct store_text room = store_server_room(request->server);

    store_out_start(out, query, (char *)(uintptr_t)room.bytes, room.size);
    put_id(request, out);
    storetext_put(out, ",\"ok\":", 6);
    return out;
}

static void no_path(struct store_request *request, size_t found)
{
    struct store_text path = request->server->query.path, there = {path.bytes, found}, rest = path;

    if (found == path.size) {
        store_reply_error(request, "not-found", "there is nothing at \"%.*s\" now", STORE_SAID(path));
        return;
    }
    rest.bytes += found + (found != 0);
    rest.size -= found + (found != 0);
    if (found)
        store_reply_error(request, "not-found", "there is no \"%.*s\" in \"%.*s\"; list says what is there",
                          STORE_SAID(rest), STORE_SAID(there));
    else
        store_reply_error(request, "not-found", "there is no \"%.*s\"; list says what is there", STORE_SAID(rest));
}

void store_reply_end(struct store_request *request)
{
    struct store_out *out = &request->server->writer;
    size_t written = 0;
    enum status status;

    storetext_byte(out, '}');
    status = store_out_end(out, &written);
    if (status == STATUS_NOT_FOUND)
        no_path(request, written);
    else if (status == STATUS_FULL)
        store_reply_error(request, "too-big", "it has more than %zu bytes; ask for less: a longer path, fields, depth",
                          out->size);
    else
        store_server_add(request->server, written);
}

void store_reply_error(struct store_request *request, const char *code, const char *format, ...)
{
    struct store_out *out = &request->server->writer;
    struct store_text room = store_server_room(request->server);
    char words[ERROR_WORDS_MAX + 1];
    va_list arguments;

    va_start(arguments, format);
    fmt_vtext(words, sizeof words, format, arguments);
    va_end(arguments);
    store_out_start(out, &store_query_all, (char *)(uintptr_t)room.bytes, room.size);
    put_id(request, out);
    storetext_put(out, ",\"error\":", 9);
    storetext_word(out, code);
    storetext_put(out, ",\"text\":", 8);
    storetext_word(out, words);
    storetext_byte(out, '}');
    request->server->counters.errors++;
    store_server_add(request->server, out->used);
}

bool store_request_read_id(struct store_request *request)
{
    const struct store_json *json = &request->members[STORE_MEMBER_ID];

    request->has_id = false;
    if (!store_request_has(request, STORE_MEMBER_ID))
        return true;
    request->has_id = json->kind == STORE_JSON_NUMBER && store_json_number(json->raw, &request->id) == STATUS_OK;
    return request->has_id;
}

bool store_request_number(struct store_request *request, enum store_member member, const struct store_range *range,
                          uint64_t *number)
{
    const struct store_json *json = &request->members[member];
    uint64_t value = range->otherwise;

    if (!store_request_has(request, member) ||
        (json->kind == STORE_JSON_NUMBER && store_json_number(json->raw, &value) == STATUS_OK &&
         value >= range->least && value <= range->most)) {
        *number = value;
        return true;
    }
    store_reply_error(request, "bad-value", "\"%s\" is a number from %" FMT_64 "u to %" FMT_64 "u, not %.*s",
                      store_member_names[member], range->least, range->most, STORE_SAID(json->raw));
    return false;
}

bool store_request_text(struct store_request *request, enum store_member member, bool must, struct store_text *text)
{
    const struct store_json *json = &request->members[member];
    bool has = store_request_has(request, member);

    *text = (struct store_text){"", 0};
    if (!has && must)
        store_reply_error(request, "bad-request", "\"%s\" is missing", store_member_names[member]);
    else if (has && store_json_text(json, text) != STATUS_OK)
        store_reply_error(request, "bad-value", "\"%s\" is a text of bytes, not %.*s", store_member_names[member],
                          STORE_SAID(json->raw));
    else
        return true;
    return false;
}

size_t store_post_mortem(const struct store *store, struct store_text path, uint32_t depth, char *out, size_t size)
{
    struct store_query query = {.path = path, .depth = depth};
    struct store_out writer;
    size_t written;

    if (size < STORE_FRAME_EXTRA)
        return 0;
    size -= STORE_FRAME_EXTRA;
    store_out_start(&writer, &query, out + STORE_FRAME_HEAD, size < STORE_REPLY_MAX ? size : STORE_REPLY_MAX);
    storetext_put(&writer, "{\"post-mortem\":", 15);
    storetext_quoted(&writer, path.bytes, path.size);
    storetext_put(&writer, ",\"value\":", 9);
    store_read(store, &writer);
    storetext_byte(&writer, '}');
    return store_out_end(&writer, &written) == STATUS_OK ? store_frame_close(out, written) : 0;
}
