/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's server: takes the bytes of requests, gives the bytes of replies and events (doc/store.md has the
 * protocol).  It knows no port, no clock and no interrupt; who has one feeds it:
 *
 *     taken = store_server_take(server, bytes, count);     what the port received; keep what is not taken
 *     count = store_server_give(server, bytes, room);      what the port may send
 *     store_server_tick(server, now_ms);                   when store_server_next says so
 *
 * A request is answered at once, within the take that ends it.  While anything waits to be given, nothing is taken: the
 * sender is held back, so replies come in the order of their requests and none is lost.  Events are written whole when
 * there is room, and otherwise not at all and counted; none is added while a request waits, so a slow reader cannot be
 * kept from its replies.
 *
 * Not for several CPUs at once, and not to be called within its own calls: the caller locks.
 */
#ifndef ACRE_STORESERVER_H
#define ACRE_STORESERVER_H

#include "sha256.h"
#include "store.h"
#include "storeconfig.h"
#include "storeframe.h"

#define STORE_WATCHES_MAX 8u
#define STORE_WATCH_PATH_MAX 128u /* bytes of a watched path */
#define STORE_WATCH_LEAST_MS 10u /* shortest interval */
#define STORE_WATCH_MOST_MS 86400000u /* longest: a day */
#define STORE_READ_MAX 256u /* bytes of one read */
#define STORE_KEY_SIZE 32u /* bytes of the key for writing */
#define STORE_NONCE_SIZE 16u
#define STORE_FAILURES_MAX 5u /* wrong keys in a row until it is locked */
#define STORE_LOCK_MS 60000u /* for so long at first, twice as long each time after, */
#define STORE_LOCK_MOST_MS 3600000u /* up to an hour and more */
#define STORE_OUT_LEAST 1024u /* bytes of memory for replies at least */
#define STORE_OUT_MOST (STORE_REPLY_MAX + STORE_FRAME_EXTRA) /* more is not used */

/* What the server needs of who has it. */
struct store_seam {
    /*
     * Whether [address, address + bytes), which does not go over the end of all addresses, may be read: it lies in a
     * heap, whose name is stored.  NULL: nothing may.
     */
    bool (*readable)(uint64_t address, uint32_t bytes, const char **heap);
    /* A number that is new at each call, and hard to guess if that can be had: a time-stamp counter. */
    uint64_t (*entropy)(void);
    /* The time in ms from any start, never less than before; asked only where time matters (a lock, a new watch). */
    uint64_t (*now_ms)(void);
    /* Called after a row has been set, for the log.  NULL: nobody wants to know. */
    void (*changed)(const struct store_config_row *row, uint64_t old, uint64_t value);
    /* Called when a wrong key has locked writing for so long.  NULL: nobody wants to know. */
    void (*locked)(uint64_t ms);
};

struct store_watch {
    bool used, blind; /* blind: no event has been given yet, so the next one counts as a change */
    enum { STORE_WATCH_CHANGES, STORE_WATCH_ABOVE, STORE_WATCH_BELOW } kind;
    bool passed; /* the limit is */
    uint32_t depth;
    uint32_t interval_ms;
    uint64_t due_ms;
    uint64_t limit;
    uint32_t seen_size, seen_crc; /* of the last value given */
    uint64_t lost; /* events since the last one given */
    uint32_t path_size;
    char path[STORE_WATCH_PATH_MAX];
};

/* For the store's own group; plain counters, to be viewed where they stand. */
struct store_counters {
    uint64_t requests, errors; /* taken; of them, answered with an error */
    uint64_t garbage; /* runs of it */
    uint64_t received, sent; /* bytes taken and given */
    uint64_t events, lost; /* given, and not for lack of room */
    uint64_t sets, refused; /* done, and refused for their key */
    uint64_t byes;
};

struct store_server {
    struct store *store;
    const struct store_seam *seam;
    struct store_counters counters;
    char *out;
    uint32_t out_size, out_start, out_end; /* what waits is [out_start, out_end) */
    bool waiting; /* bytes were not taken */
    bool may_write;
    bool nonce_good; /* has been given, and not been used */
    uint8_t key[STORE_KEY_SIZE];
    uint8_t nonce[STORE_NONCE_SIZE];
    uint64_t nonces; /* given */
    uint32_t failures; /* in a row */
    uint64_t lock_ms, locked_until_ms; /* how long the next lock is, and the end of this one */
    uint32_t watch_count;
    struct store_watch watches[STORE_WATCHES_MAX];
    struct store_query query; /* of the request in work */
    struct store_out writer;
    struct store_frames frames;
};

/*
 * Makes a server.  out: memory for replies, from STORE_OUT_LEAST bytes; a reply that does not fit is an error.  key:
 * STORE_KEY_SIZE bytes, copied; NULL: nobody may write.  Whether meta=off is not the server's business.
 */
void store_server_init(struct store_server *server, struct store *store, const struct store_seam *seam, void *out,
                       uint32_t out_size);
void store_server_allow(struct store_server *server, const uint8_t key[STORE_KEY_SIZE]);

/* Takes up to count bytes and returns how many. */
size_t store_server_take(struct store_server *server, const void *bytes, size_t count);

/* Moves up to room bytes of what waits to `bytes` and returns how many. */
size_t store_server_give(struct store_server *server, void *bytes, size_t room);

/* Bytes that wait to be given. */
size_t store_server_waiting(const struct store_server *server);

/* Delivers what watches are due at the seam's now_ms; now_ms is that. */
void store_server_tick(struct store_server *server, uint64_t now_ms);

/* When the next tick is due; UINT64_MAX: never, no timer need run. */
uint64_t store_server_next(const struct store_server *server);

/* Adds the server's counters and its limits to the group `store`. */
void store_server_describe(struct store_server *server);

/*
 * A frame of its own outside of any request, for a post-mortem: {"post-mortem":PATH,"value":...} of what stands at
 * path, written to out, size bytes.  Returns the bytes of the frame; 0: it does not fit, or there is no such path.
 */
size_t store_post_mortem(const struct store *store, struct store_text path, uint32_t depth, char *out, size_t size);

#endif
