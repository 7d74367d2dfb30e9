/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may write.  A challenge gives a nonce, which serves for one set, good or bad; the set brings
 *
 *     mac = HMAC-SHA-256(key, nonce in hexadecimal, "\n", path, "\n", value as its JSON stands)
 *
 * so a set that was listened to is of no use to anybody.  The nonce comes of the key, of how many there were and of
 * what the seam has of chance: nobody without the key can tell the next one, and within a boot none comes twice.
 *
 * After STORE_FAILURES_MAX wrong ones in a row nobody may try for a time, which is longer at each next time, until a
 * right one comes.
 */
#include "bytes.h"
#include "storereply.h"

#define NONCE_TEXT (2 * STORE_NONCE_SIZE)

static void nonce_text(const struct store_server *server, char text[NONCE_TEXT])
{
    for (uint32_t i = 0; i < STORE_NONCE_SIZE; i++) {
        text[2 * i] = "0123456789abcdef"[server->nonce[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[server->nonce[i] & 15];
    }
}

/* Whether writing is not for now; the error is the reply then. */
static bool refuse(struct store_request *request)
{
    const struct store_server *server = request->server;
    uint64_t now;

    if (!server->may_write) {
        store_reply_error(request, "read-only", "the image has no key; make it with meta=write and one");
        return true;
    }
    now = server->seam->now_ms();
    if (now >= server->locked_until_ms)
        return false;
    store_reply_error(request, "locked", "too many wrong keys; try again in %" FMT_64 "u ms",
                      server->locked_until_ms - now);
    return true;
}

void store_op_challenge(struct store_request *request)
{
    struct store_server *server = request->server;
    uint64_t chance[2];
    uint8_t digest[SHA256_SIZE];
    char text[NONCE_TEXT];
    struct store_out *out;
    struct hmac hmac;

    if (refuse(request))
        return;
    chance[0] = ++server->nonces;
    chance[1] = server->seam->entropy();
    hmac_init(&hmac, server->key, sizeof server->key);
    hmac_add(&hmac, chance, sizeof chance);
    hmac_end(&hmac, digest);
    bytes_copy(server->nonce, digest, sizeof server->nonce);
    server->nonce_good = true;
    nonce_text(server, text);
    out = store_reply_start(request, &store_query_all);
    store_object(out);
    store_key(out, "nonce");
    store_text(out, text, sizeof text);
    store_end(out);
    store_reply_end(request);
}

static bool is_right(const struct store_server *server, struct store_text path, struct store_text value,
                     struct store_text mac)
{
    uint8_t wanted[SHA256_SIZE], got[SHA256_SIZE];
    char nonce[NONCE_TEXT];
    struct hmac hmac;

    nonce_text(server, nonce);
    hmac_init(&hmac, server->key, sizeof server->key);
    hmac_add(&hmac, nonce, sizeof nonce);
    hmac_add(&hmac, "\n", 1);
    hmac_add(&hmac, path.bytes, path.size);
    hmac_add(&hmac, "\n", 1);
    hmac_add(&hmac, value.bytes, value.size);
    hmac_end(&hmac, wanted);
    return store_json_hex(mac, got, sizeof got) == STATUS_OK && sha256_equal(wanted, got);
}

static void count_failure(struct store_request *request)
{
    struct store_server *server = request->server;
    const struct store_seam *seam = server->seam;

    server->counters.refused++;
    if (++server->failures == STORE_FAILURES_MAX) {
        server->failures = 0;
        server->locked_until_ms = seam->now_ms() + server->lock_ms;
        if (seam->locked)
            seam->locked(server->lock_ms);
        if (server->lock_ms < STORE_LOCK_MOST_MS)
            server->lock_ms *= 2;
    }
    store_reply_error(request, "wrong-key", "the mac is not that of this key, challenge, path and value");
}

/* ---- what is set */

static void say_range(struct store_request *request, const struct store_config_row *row, struct store_text value)
{
    if (row->type == STORE_CONFIG_FLAG)
        store_reply_error(request, "bad-value", "config.%s is true or false, not %.*s", row->name, STORE_SAID(value));
    else if (row->type == STORE_CONFIG_WORD)
        store_reply_error(request, "bad-value", "%.*s is no word of config.%s; get it to see them",
                          STORE_SAID(value), row->name);
    else
        store_reply_error(request, "bad-value", "config.%s is a number from %" FMT_64 "u to %" FMT_64 "u, not %.*s",
                          row->name, row->least, row->most, STORE_SAID(value));
}

static void reply_set(struct store_request *request, const struct store_config_row *row, uint64_t old)
{
    const struct store_seam *seam = request->server->seam;
    uint64_t value = store_config_value(row);
    struct store_out *out = store_reply_start(request, &store_query_all);

    request->server->counters.sets++;
    if (seam->changed)
        seam->changed(row, old, value);
    store_object(out);
    store_key(out, "old");
    store_config_write(out, row, old);
    store_key(out, "value");
    store_config_write(out, row, value);
    store_end(out);
    store_reply_end(request);
}

static void set(struct store_request *request, struct store_text path, struct store_text json)
{
    const struct store_config_row *row = store_config_find(request->server->store, path);
    uint64_t old, value;
    enum status status;

    if (!row) {
        store_reply_error(request, "not-found", "\"%.*s\" cannot be set; list config says what can", STORE_SAID(path));
        return;
    }
    if (store_config_parse(row, json, &value) != STATUS_OK) {
        say_range(request, row, json);
        return;
    }
    old = store_config_value(row);
    status = store_config_set(row, value);
    if (status == STATUS_OK)
        reply_set(request, row, old);
    else if (status == STATUS_NOT_OWNED)
        store_reply_error(request, "not-live", "config.%s is set at %s and not while the machine runs", row->name,
                          store_config_when_name(row->when));
    else
        store_reply_error(request, "refused", "config.%s could not be set to %.*s: %s", row->name, STORE_SAID(json),
                          status_text(status));
}

void store_op_set(struct store_request *request)
{
    struct store_server *server = request->server;
    const struct store_json *value = &request->members[STORE_MEMBER_VALUE];
    struct store_text path, mac;

    if (refuse(request) || !store_request_text(request, STORE_MEMBER_PATH, true, &path) ||
        !store_request_text(request, STORE_MEMBER_MAC, true, &mac))
        return;
    if (!store_request_has(request, STORE_MEMBER_VALUE)) {
        store_reply_error(request, "bad-request", "\"value\" is missing");
        return;
    }
    if (!server->nonce_good) {
        store_reply_error(request, "no-challenge", "a set needs a challenge before it, each one its own");
        return;
    }
    server->nonce_good = false;
    if (!is_right(server, path, value->raw, mac)) {
        count_failure(request);
        return;
    }
    server->failures = 0;
    server->lock_ms = STORE_LOCK_MS;
    set(request, path, value->raw);
}
