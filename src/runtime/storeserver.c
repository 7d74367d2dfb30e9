/* SPDX-License-Identifier: Apache-2.0 */
#include "storeserver.h"

void store_server_init(struct store_server *server, struct store *store, const struct store_seam *seam, void *out,
                       uint32_t out_size)
{
    (void)server;
    (void)store;
    (void)seam;
    (void)out;
    (void)out_size;
}

void store_server_allow(struct store_server *server, const uint8_t key[STORE_KEY_SIZE])
{
    (void)server;
    (void)key;
}

size_t store_server_take(struct store_server *server, const void *bytes, size_t count)
{
    (void)server;
    (void)bytes;
    (void)count;
    return 0;
}

size_t store_server_give(struct store_server *server, void *bytes, size_t room)
{
    (void)server;
    (void)bytes;
    (void)room;
    return 0;
}

size_t store_server_waiting(const struct store_server *server)
{
    (void)server;
    return 0;
}

void store_server_tick(struct store_server *server, uint64_t now_ms)
{
    (void)server;
    (void)now_ms;
}

uint64_t store_server_next(const struct store_server *server)
{
    (void)server;
    return 0;
}

void store_server_describe(struct store_server *server)
{
    (void)server;
}

size_t store_post_mortem(const struct store *store, struct store_text path, uint32_t depth, char *out, size_t size)
{
    (void)store;
    (void)path;
    (void)depth;
    (void)out;
    (void)size;
    return 0;
}
