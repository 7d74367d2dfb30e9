/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the server and its operations: a request that has been read, and the writing of its reply.  A reply is
 * started and ended once, or is an error instead.
 */
#ifndef ACRE_STOREREPLY_H
#define ACRE_STOREREPLY_H

#include "fmt.h"
#include "storejson.h"
#include "storeserver.h"

/* Members of requests: X(NAME, name). */
#define STORE_MEMBER_LIST(X) \
    X(ID, id) X(OP, op) X(PATH, path) X(DEPTH, depth) X(FIELDS, fields) X(VALUE, value) X(MAC, mac) \
    X(INTERVAL, interval) X(ABOVE, above) X(BELOW, below) X(WATCH, watch) X(ADDRESS, address) X(BYTES, bytes)

#define STORE_MEMBER_ROW(NAME, name) STORE_MEMBER_##NAME,

enum store_member { STORE_MEMBER_LIST(STORE_MEMBER_ROW) STORE_MEMBER_COUNT };

extern const char *const store_member_names[STORE_MEMBER_COUNT];

struct store_request {
    struct store_server *server;
    struct store_json members[STORE_MEMBER_COUNT];
    uint32_t present; /* a bit for each member that it has */
    bool has_id;
    uint64_t id;
};

/* Starts a reply; what is said to the writer then, of which the query says what is wanted, is its value. */
struct store_out *store_reply_start(struct store_request *request, const struct store_query *query);

/* The query that wants all that is said, for a reply that is no part of the tree. */
extern const struct store_query store_query_all;

/* Ends it: the reply waits to be given, or an error if its path is not there or it is too large. */
void store_reply_end(struct store_request *request);

/* The reply {"error":code,"text":...} instead, with fmt's conversions. */
void store_reply_error(struct store_request *request, const char *code, const char *format, ...) FMT_PRINTF(3, 4);

/* For %.*s: at most so much of a text in an error. */
#define STORE_SAID_MAX 64u
#define STORE_SAID(text) (int)((text).size < STORE_SAID_MAX ? (text).size : STORE_SAID_MAX), (text).bytes

/*
 * A member of a request.  False: it is not there although it must, or not what it should be, and the error is the
 * reply. A number that is not there is `otherwise`; a text that is not there is "", unless it must be.
 */
struct store_range {
    uint64_t least, most, otherwise;
};

bool store_request_number(struct store_request *request, enum store_member member, const struct store_range *range,
                          uint64_t *number);
bool store_request_text(struct store_request *request, enum store_member member, bool must, struct store_text *text);
static inline bool store_request_has(const struct store_request *request, enum store_member member)
{
    return request->present >> member & 1;
}

/* Reads its id, by which its replies are known; false: it has one that is none. */
bool store_request_read_id(struct store_request *request);

/* Answers a request whose id has been read; storeop.c. */
void store_operate(struct store_request *request);

/* challenge and set; storekey.c. */
void store_op_challenge(struct store_request *request);
void store_op_set(struct store_request *request);

/* watch and unwatch; storewatch.c. */
void store_op_watch(struct store_request *request);
void store_op_unwatch(struct store_request *request);
void store_watch_end_all(struct store_server *server);

/* Room for the JSON of a frame behind what waits; what its head and tail take is not in it. */
struct store_text store_server_room(const struct store_server *server);

/* Makes a frame of the JSON at the room's start, and adds it to what waits. */
void store_server_add(struct store_server *server, size_t json_size);

#endif
