/* SPDX-License-Identifier: Apache-2.0 */
/* The operations that only look; doc/store.md says what each takes and gives. */
#include "bytes.h"
#include "storereply.h"
#include "storetags.h"

#define GET_DEPTH 2u /* of a get that names none */
#define PROTOCOL 1u

/* ---- what is asked for */

static bool read_path(struct store_request *request)
{
    struct store_query *query = &request->server->query;

    query->field_count = 0;
    return store_request_text(request, STORE_MEMBER_PATH, false, &query->path);
}

static bool read_depth(struct store_request *request, uint32_t otherwise)
{
    const struct store_range range = {0, STORE_DEPTH_MAX, otherwise};
    uint64_t depth;

    if (!store_request_number(request, STORE_MEMBER_DEPTH, &range, &depth))
        return false;
    request->server->query.depth = (uint32_t)depth;
    return true;
}

static bool read_fields(struct store_request *request)
{
    struct store_query *query = &request->server->query;
    struct store_json items[STORE_FIELDS_MAX];
    enum status status = STATUS_OK;

    if (store_request_has(request, STORE_MEMBER_FIELDS))
        status = store_json_items(&request->members[STORE_MEMBER_FIELDS], items, STORE_FIELDS_MAX, &query->field_count);
    for (uint32_t i = 0; status == STATUS_OK && i < query->field_count; i++)
        status = store_json_text(&items[i], &query->fields[i]);
    if (status == STATUS_OK)
        return true;
    store_reply_error(request, "bad-value", "\"fields\" is a list of at most %u names", STORE_FIELDS_MAX);
    return false;
}

static void reply_tree(struct store_request *request, enum store_mode mode)
{
    struct store_query *query = &request->server->query;

    query->mode = mode;
    store_read(request->server->store, store_reply_start(request, query));
    store_reply_end(request);
}

static void reply_flag(struct store_request *request)
{
    store_flag(store_reply_start(request, &store_query_all), true);
    store_reply_end(request);
}

/* ---- the operations */

static void op_get(struct store_request *request)
{
    if (read_path(request) && read_depth(request, GET_DEPTH) && read_fields(request))
        reply_tree(request, STORE_VALUES);
}

static void op_list(struct store_request *request)
{
    if (!read_path(request))
        return;
    request->server->query.depth = 1;
    reply_tree(request, STORE_LIST);
}

static void op_schema(struct store_request *request)
{
    if (read_path(request) && read_depth(request, STORE_DEPTH_MAX))
        reply_tree(request, STORE_TYPES);
}

static void op_tags(struct store_request *request)
{
    store_tags_write(store_reply_start(request, &store_query_all));
    store_reply_end(request);
}

static void op_ping(struct store_request *request)
{
    const struct store_server *server = request->server;
    struct store_out *out = store_reply_start(request, &store_query_all);

    store_object(out);
    store_number_of(out, "protocol", PROTOCOL);
    store_number_of(out, "request", STORE_REQUEST_MAX);
    store_number_of(out, "reply", out->size);
    store_number_of(out, "watches", STORE_WATCHES_MAX);
    store_flag_of(out, "write", server->may_write);
    store_end(out);
    store_reply_end(request);
}

static void op_bye(struct store_request *request)
{
    store_watch_end_all(request->server);
    request->server->nonce_good = false;
    request->server->counters.byes++;
    reply_flag(request);
}

/* ---- read */

static void put_hex(struct store_out *out, const uint8_t *bytes, uint32_t size)
{
    char text[2 * STORE_READ_MAX];

    for (uint32_t i = 0; i < size; i++) {
        text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    store_text(out, text, (size_t)2 * size);
}

static void reply_memory(struct store_request *request, uint64_t address, uint32_t size, const char *heap)
{
    struct store_out *out = store_reply_start(request, &store_query_all);
    const void *memory = (const void *)(uintptr_t)address;
    uint32_t tag = tag_of(memory);
    uint8_t bytes[STORE_READ_MAX];

    bytes_copy(bytes, memory, size);
    store_object(out);
    store_address_of(out, "address", address);
    store_words_of(out, "tag", tag_name(tag));
    store_words_of(out, "heap", heap);
    store_key(out, "bytes");
    put_hex(out, bytes, size);
    store_key(out, "value");
    store_fields_write(out, tag, bytes, size);
    store_end(out);
    store_reply_end(request);
}

static void op_read(struct store_request *request)
{
    static const struct store_range range = {1, STORE_READ_MAX, 64};
    const struct store_seam *seam = request->server->seam;
    struct store_text text;
    uint64_t address, size;
    const char *heap = NULL;

    if (!store_request_text(request, STORE_MEMBER_ADDRESS, true, &text) ||
        !store_request_number(request, STORE_MEMBER_BYTES, &range, &size))
        return;
    if (store_json_address(text, &address) != STATUS_OK)
        store_reply_error(request, "bad-value", "\"address\" is \"0x\" and up to 16 digits, not \"%.*s\"",
                          STORE_SAID(text));
    else if (address + size < size || !seam->readable || !seam->readable(address, (uint32_t)size, &heap))
        store_reply_error(request, "not-readable", "0x%" FMT_64 "x and the %u bytes from there do not lie in a heap",
                          address, (unsigned)size);
    else
        reply_memory(request, address, (uint32_t)size, heap);
}

/* ---- which one it is */

#define HAS(NAME) (1u << STORE_MEMBER_##NAME)

static const struct operation {
    const char *name;
    void (*run)(struct store_request *request);
    uint32_t takes; /* members beside id and op */
} operations[] = {
    {"get", op_get, HAS(PATH) | HAS(DEPTH) | HAS(FIELDS)},
    {"list", op_list, HAS(PATH)},
    {"schema", op_schema, HAS(PATH) | HAS(DEPTH)},
    {"set", store_op_set, HAS(PATH) | HAS(VALUE) | HAS(MAC)},
    {"challenge", store_op_challenge, 0},
    {"watch", store_op_watch, HAS(PATH) | HAS(DEPTH) | HAS(INTERVAL) | HAS(ABOVE) | HAS(BELOW)},
    {"unwatch", store_op_unwatch, HAS(WATCH)},
    {"tags", op_tags, 0},
    {"read", op_read, HAS(ADDRESS) | HAS(BYTES)},
    {"ping", op_ping, 0},
    {"bye", op_bye, 0},
};

static const struct operation *operation_named(struct store_text name)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (store_text_is(name, operations[i].name))
            return &operations[i];
    return NULL;
}

void store_operate(struct store_request *request)
{
    const struct operation *operation;
    struct store_text name;
    uint32_t strangers;

    if (!store_request_text(request, STORE_MEMBER_OP, true, &name))
        return;
    operation = operation_named(name);
    if (!operation) {
        store_reply_error(request, "unknown-op", "there is no op \"%.*s\"", STORE_SAID(name));
        return;
    }
    strangers = request->present & ~(operation->takes | HAS(ID) | HAS(OP));
    if (strangers)
        store_reply_error(request, "bad-request", "%s takes no \"%s\"", operation->name,
                          store_member_names[__builtin_ctz(strangers)]);
    else
        operation->run(request);
}
