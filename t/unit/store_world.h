/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small store with everything that a store can have, for tests, for the fuzzer and for t/unit/storehost.c: views of
 * every kind, constants, lists, computed nodes, a log, configuration rows of every type, and a server over it.
 */
#ifndef ACRE_STORE_WORLD_H
#define ACRE_STORE_WORLD_H

#include <stdio.h>
#include <string.h>

#include "runtime/scalar.h"
#include "runtime/storeserver.h"
#include "runtime/storetags.h"
#include "runtime/symbol.h"

#define WORLD_RING 256u
#define WORLD_COUNTERS 12u
#define WORLD_DEEP 18u /* groups in each other: deeper than a reply can be */
#define WORLD_SHOWN 64u /* bytes of a value that may be read */

static struct world {
    struct store store;
    struct store_server server;
    uint64_t counters[WORLD_COUNTERS];
    uint64_t minor, cr3;
    uint32_t timer;
    uint16_t keyboard;
    uint8_t spurious;
    bool running;
    int64_t drift;
    char stage[16];
    uint64_t cols, scheduler, quiet; /* configuration */
    uint64_t now_ms, chance, changes, locks;
    char changed[64]; /* the row changed last, and its value */
    uint64_t threads; /* in the computed list */
    struct integer_value *number; /* what may be read */
    struct string_value *text;
    struct textring *ring;
    uint64_t ring_memory[(sizeof(struct textring) + WORLD_RING) / 8];
    char out[STORE_OUT_MOST];
} world;

static const char *const world_names[WORLD_COUNTERS] = {
    "free", "kernel-text", "kernel-data", "page-tables", "virtual-meta", "general", "tag-symbol", "tag-tuple", "user",
    "files", "archive", "bios",
};

/* ---- computed nodes */

static void world_threads(struct store_out *out, const void *context)
{
    const uint64_t *count = context;

    store_array(out);
    for (uint64_t i = 0; i < *count && !store_out_over(out); i++) {
        if (!store_item(out))
            continue;
        store_object(out);
        store_number_of(out, "id", i + 1);
        store_words_of(out, "state", i ? "waits" : "runs");
        if (store_key(out, "stack")) {
            store_object(out);
            store_address_of(out, "base", 0x7f0000000000 + i * 0x10000);
            store_number_of(out, "pages", 4);
            store_end(out);
        }
        store_end(out);
    }
    store_end(out);
}

static void world_now(struct store_out *out, const void *context)
{
    (void)context;
    store_number(out, world.now_ms);
}

/* A producer that heeds nothing, and says more than there may be. */
static void world_heedless(struct store_out *out, const void *context)
{
    (void)context;
    for (uint32_t i = 0; i < WORLD_DEEP; i++) {
        store_object(out);
        store_signed_of(out, "level", -1 - (int64_t)i);
        store_flag_of(out, "odd", i & 1);
        store_key(out, "next");
    }
    store_words(out, "bottom");
    for (uint32_t i = 0; i < WORLD_DEEP; i++)
        store_end(out);
}

static void world_nothing(struct store_out *out, const void *context)
{
    (void)out;
    (void)context;
}

/* ---- configuration */

static const char *const world_schedulers[] = {"round-robin", "fair", NULL};
static const char *const world_machines[] = {"small", "large", NULL};

static uint64_t world_one(const struct store_config_row *row)
{
    (void)row;
    return 1;
}

static enum status world_refuse(const struct store_config_row *row, uint64_t value)
{
    (void)row;
    return value ? STATUS_NO_MEMORY : STATUS_OK;
}

static const struct store_config_row world_rows[] = {
    {"cols", STORE_CONFIG_NUMBER, STORE_CONFIG_LIVE, 1, 500, NULL, 80, "columns of the terminal", NULL, NULL,
     &world.cols},
    {"quiet", STORE_CONFIG_FLAG, STORE_CONFIG_LIVE, 0, 1, NULL, 0, "says \"less\"", NULL, NULL, &world.quiet},
    {"scheduler", STORE_CONFIG_WORD, STORE_CONFIG_LIVE, 0, 0, world_schedulers, 0, "who runs next", NULL, NULL,
     &world.scheduler},
    {"memory", STORE_CONFIG_NUMBER, STORE_CONFIG_BOOT, 1, UINT64_MAX, NULL, 64, "MiB", world_one, NULL, NULL},
    {"machine", STORE_CONFIG_WORD, STORE_CONFIG_BUILD, 0, 0, world_machines, 0, "what it is built for", world_one, NULL,
     NULL},
    {"full", STORE_CONFIG_FLAG, STORE_CONFIG_LIVE, 0, 1, NULL, 1, "cannot be true", world_one, world_refuse, NULL},
};

/* ---- the seam */

static bool world_readable(uint64_t address, uint32_t bytes, const char **heap)
{
    const uint64_t starts[] = {(uintptr_t)world.number, (uintptr_t)world.text};
    const uint64_t sizes[] = {sizeof *world.number, STRING_FIXED + world.text->size};

    for (int i = 0; i < 2; i++) {
        if (address < starts[i] || address + bytes > starts[i] + sizes[i])
            continue;
        *heap = "world";
        return true;
    }
    return false;
}

static uint64_t world_entropy(void)
{
    return world.chance++;
}

static uint64_t world_now_ms(void)
{
    return world.now_ms;
}

static void world_changed(const struct store_config_row *row, uint64_t old, uint64_t value)
{
    char line[80];
    int size;

    world.changes++;
    snprintf(world.changed, sizeof world.changed, "%s %llu %llu", row->name, (unsigned long long)old,
             (unsigned long long)value);
    size = snprintf(line, sizeof line, "config.%s set\n", row->name);
    textring_put(world.ring, line, (size_t)size);
}

static void world_locked(uint64_t ms)
{
    world.locks += ms;
}

static const struct store_seam world_seam = {world_readable, world_entropy, world_now_ms, world_changed, world_locked};

/* ---- the tree */

static struct vector_value *world_list(struct tagged *tagged, const char *const *words, uint32_t count)
{
    struct vector_value *vector = vector_create(tagged);

    for (uint32_t i = 0; vector && i < count; i++) {
        struct value *word = string_as_value(string_from(tagged, words[i]));

        if (vector_push(tagged, vector, word) != STATUS_OK)
            value_free(tagged, word);
    }
    return vector;
}

static void world_odd_ones(struct store *store, struct tuple_value *odd)
{
    struct tagged *tagged = store->tagged;
    struct tuple_value *deep;

    store_signed_at(store, odd, "drift", &world.drift);
    store_constant(store, odd, "negative", -7);
    store_constant_words(store, odd, "escapes", "a\"b\\c\nd\x7f\xff\t/");
    store_constant_words(store, odd, "empty", NULL);
    store_group(store, odd, "nothing");
    store_put(store, odd, "symbol", symbol_as_value(symbol_from(tagged, "name")));
    store_put(store, odd, "region", region_as_value(record_region(tagged, 0x1000, 0x2000, 1)));
    store_computed(store, odd, "heedless", world_heedless, NULL);
    store_computed(store, odd, "silent", world_nothing, NULL);
    deep = store_group(store, odd, "deep");
    for (uint32_t i = 1; i < WORLD_DEEP; i++)
        deep = store_group(store, deep, "deep");
    store_constant(store, deep, "bottom", 1);
}

static void world_samples(struct store *store, struct tuple_value *odd)
{
    world.number = integer_create(store->tagged, -2);
    world.text = string_from(store->tagged, "what may be read");
    store_put(store, odd, "number", integer_as_value(world.number));
    store_put(store, odd, "text", string_as_value(world.text));
    store_constant_address(store, odd, "number-at", (uintptr_t)world.number);
    store_constant_address(store, odd, "text-at", (uintptr_t)world.text);
}

static void world_plain(struct store *store)
{
    static const char *const features[] = {"sse2", "nx"}, *const argv[] = {"hello", "world"};
    struct tuple_value *boot = store_group(store, store->root, "boot"), *group;

    store_constant_words(store, boot, "version", "host");
    store_text_at(store, boot, "stage", (struct store_text){world.stage, sizeof world.stage});
    store_flag_at(store, boot, "running", &world.running);
    group = store_group(store, store->root, "cpu");
    store_put(store, group, "features", vector_as_value(world_list(store->tagged, features, 2)));
    group = store_group(store, store_group(store, store->root, "memory"), "ledger");
    for (uint32_t i = 0; i < WORLD_COUNTERS; i++)
        store_number_at(store, group, world_names[i], &world.counters[i]);
    group = store_group(store, store->root, "heaps");
    store_heap(store, group, "symbol", store->tagged->heap_of(store->tagged, TAG_SYMBOL));
    group = store_group(store, store->root, "interrupts");
    store_word_at(store, group, "timer", &world.timer);
    store_half_at(store, group, "keyboard", &world.keyboard);
    store_byte_at(store, group, "spurious", &world.spurious);
    group = store_group(store, store->root, "page_tables");
    store_address_at(store, group, "cr3", &world.cr3);
    group = store_group(store, store->root, "program");
    store_put(store, group, "argv", vector_as_value(world_list(store->tagged, argv, 2)));
    store_computed(store, group, "threads", world_threads, &world.threads);
    store_computed(store, group, "now", world_now, NULL);
    store_number_at(store, store_group(store, group, "faults"), "minor", &world.minor);
    store_ring_at(store, store->root, "log", world.ring);
}

/* Makes it anew in tagged memory; world.store.status says whether there was enough of it.  room: bytes for replies. */
static void world_init(struct tagged *tagged, uint32_t room)
{
    struct tuple_value *odd;

    memset(&world, 0, offsetof(struct world, out));
    for (uint32_t i = 0; i < WORLD_COUNTERS; i++)
        world.counters[i] = (uint64_t)1000 << i;
    world.cr3 = 0x1000;
    world.timer = 100000;
    world.keyboard = 1000;
    world.spurious = 10;
    world.running = true;
    world.drift = -5;
    world.cols = 80;
    world.now_ms = 1000;
    world.threads = 3;
    strcpy(world.stage, "runs");
    world.ring = (struct textring *)world.ring_memory;
    textring_init(world.ring, sizeof world.ring_memory);
    textring_put(world.ring, "first line\nsecond line\n", 23);
    store_init(&world.store, tagged);
    store_server_init(&world.server, &world.store, &world_seam, world.out, room);
    if (world.store.status == STATUS_OK)
        world_plain(&world.store);
    store_config_add(&world.store, world_rows, sizeof world_rows / sizeof world_rows[0]);
    odd = store_group(&world.store, world.store.root, "odd");
    world_odd_ones(&world.store, odd);
    world_samples(&world.store, odd);
    store_server_describe(&world.server);
}

__attribute__((unused)) static void world_fini(void)
{
    store_fini(&world.store);
}

/* A frame of a request; returns its bytes. */
__attribute__((unused)) static size_t world_frame(const char *json, char *frame)
{
    size_t size = strlen(json);

    memcpy(frame + STORE_FRAME_HEAD, json, size);
    return store_frame_close(frame, size);
}

#endif
