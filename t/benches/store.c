/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's server: a get of one counter, byte by byte as a serial port brings it and takes it, and the whole tree at
 * depth 3 with 600 leaves.
 *
 *   store get|tree
 */
#include "bench.h"

#include "host/tagged_host.h"
#include "runtime/storeserver.h"

#define GROUPS 30
#define LEAVES 20
#define GETS 100
#define PIECE 16 /* bytes that a serial port's FIFO holds */

static struct tagged_host host;
static struct store store;
static struct store_server server;
static uint64_t counters[GROUPS][LEAVES];
static char out[STORE_OUT_MOST], frame[256], reply[STORE_OUT_MOST];
static size_t frame_size, reply_size;

static uint64_t zero(void)
{
    return 0;
}

static const struct store_seam seam = {.entropy = zero, .now_ms = zero};

static void build(void)
{
    static const char *const tops[] = {"memory", "heaps", "program"};
    char name[32];

    tagged_host_init(&host);
    store_init(&store, &host.tagged);
    for (int i = 0; i < GROUPS; i++) {
        struct tuple_value *top = store_group(&store, store.root, tops[i % 3]), *group;

        snprintf(name, sizeof name, "group-%d", i);
        group = store_group(&store, top, name);
        for (int j = 0; j < LEAVES; j++) {
            snprintf(name, sizeof name, "counter-%d", j);
            counters[i][j] = (uint64_t)i * 12345678 * (uint64_t)j;
            store_number_at(&store, group, name, &counters[i][j]);
        }
    }
    store_server_init(&server, &store, &seam, out, sizeof out);
}

static int request(void)
{
    size_t taken = 0, given;

    reply_size = 0;
    while (taken < frame_size)
        taken += store_server_take(&server, frame + taken, frame_size - taken < PIECE ? frame_size - taken : PIECE);
    while ((given = store_server_give(&server, reply + reply_size, PIECE)))
        reply_size += given;
    return 0;
}

MEASURED(request, int, (void), request(), 0)

int main(int count, char **words)
{
    const char *json = "{\"id\":1,\"op\":\"get\",\"path\":\"memory.group-3.counter-7\"}";

    if (count > 1 && !strcmp(words[1], "tree"))
        json = "{\"id\":12345,\"op\":\"get\",\"path\":\"\",\"depth\":3}";
    build();
    memcpy(frame + STORE_FRAME_HEAD, json, strlen(json));
    frame_size = store_frame_close(frame, strlen(json));
    bench_start();
    measured_request_empty();
    for (int i = 0; i < GETS; i++)
        measured_request();
    bench_end();
    BENCH_REPORT(request);
    bench_value("bytes", reply_size);
    return store.status != STATUS_OK || !strstr(reply, json[strlen(json) - 2] == '3' ? "counter-19\":" : "\"ok\":2592");
}
