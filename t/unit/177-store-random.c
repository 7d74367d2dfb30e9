/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's server against a naive client (store_naive.h), in rounds of random requests:
 *
 *   queries    random paths, depths, fields and modes over a tree whose values change: every reply is the naive one
 *   streams    whole requests between garbage, cut and broken frames, of clients that come one after the other, in
 *              random pieces, to a reader of random speed: each whole request has its one reply, in their order
 *   watches    on a value that changes with each tick, for a reader of random speed: events come whole, and those given
 *              and those said to be lost are all
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#include "tagged_model.h"

#include "store_naive.h"
#include "store_world.h"

#define OPS 30000u
#define ROUND_OPS 300u

static char output[1 << 20]; /* what was given and not looked at yet */
static size_t output_size;
static struct naive_tree tree, other;
static struct naive_text model;
static char failure[512];

/* What went wrong first. */
__attribute__((format(printf, 1, 2))) static bool wrong(const char *format, ...)
{
    va_list arguments;

    if (*failure)
        return false;
    va_start(arguments, format);
    vsnprintf(failure, sizeof failure, format, arguments);
    va_end(arguments);
    return false;
}

static void give(size_t most)
{
    output_size += store_server_give(&world.server, output + output_size, most);
}

static void give_all(void)
{
    while (store_server_waiting(&world.server))
        give(1 + random_below(5000));
}

/* Sends bytes in random pieces; between them the reader takes what it likes. */
static void send_bytes(const char *bytes, size_t size, size_t speed)
{
    size_t at = 0;

    while (at < size) {
        size_t piece = 1 + random_below(random_below(4) ? 16 : 3000);

        if (piece > size - at)
            piece = size - at;
        at += store_server_take(&world.server, bytes + at, piece);
        give(random_below((uint32_t)speed + 1));
    }
}

/* ---- queries */

static void change_values(void)
{
    for (uint32_t i = 0; i < WORLD_COUNTERS; i++)
        world.counters[i] = random_next() >> random_below(64);
    world.minor = random_next() >> random_below(64);
    world.cr3 = random_next() >> random_below(64);
    world.timer = (uint32_t)random_next();
    world.keyboard = (uint16_t)random_next();
    world.spurious = (uint8_t)random_next();
    world.running = random_below(2);
    world.drift = -1 - (int64_t)(random_next() >> (1 + random_below(63)));
    world.threads = random_below(12);
    for (uint32_t i = 0; i < sizeof world.stage; i++)
        world.stage[i] = (char)random_below(256);
    textring_put(world.ring, world.stage, random_below(sizeof world.stage));
    textring_put(world.ring, "\n", 1);
}

static const char *ask(const char *json)
{
    static char frame[2048];
    size_t at = 0;
    const char *reply;

    output_size = 0;
    send_bytes(frame, naive_frame(json, frame), 100);
    give_all();
    reply = naive_next(output, output_size, &at);
    return reply && at == output_size ? reply : "";
}

/* The whole tree, as nodes; its text is kept. */
static bool read_tree(void)
{
    static char whole[NAIVE_TEXT];
    const char *reply = ask("{\"id\":1,\"op\":\"get\",\"path\":\"\",\"depth\":16}");

    if (strncmp(reply, "{\"id\":1,\"ok\":", 13))
        return wrong("no tree: %.100s", reply);
    snprintf(whole, sizeof whole, "%.*s", (int)strlen(reply) - 14, reply + 13);
    return naive_read(&tree, whole) || wrong("what is no JSON: %.200s", whole);
}

/* A path to some node, now and then with a mistake in it. */
static int random_path(char *path, size_t size)
{
    int number = 0, length = 0, depth = 0;

    path[0] = '\0';
    while (random_below(4) && tree.nodes[number].count && depth < 8) {
        int turn = (int)random_below((uint32_t)tree.nodes[number].count), child = tree.nodes[number].first;

        for (int i = 0; i < turn; i++)
            child = tree.nodes[child].next;
        if (tree.nodes[number].what == '{')
            length += snprintf(path + length, size - (size_t)length, "%s%.*s", length ? "." : "",
                               tree.nodes[child].name_size, tree.nodes[child].name);
        else
            length += snprintf(path + length, size - (size_t)length, "%s%d", length ? "." : "", turn);
        number = child;
        depth++;
    }
    if (length && !random_below(10))
        path[random_below((uint32_t)length)] = ".ax0"[random_below(4)];
    return depth;
}

static const char *random_field(void)
{
    static char name[64];
    int number = (int)random_below((uint32_t)tree.count);

    if (!tree.nodes[number].name)
        return "none";
    snprintf(name, sizeof name, "%.*s", tree.nodes[number].name_size, tree.nodes[number].name);
    return name;
}

static void add_fields(struct naive_query *query, char *json, char fields[16][64])
{
    query->field_count = random_below(3) ? 0 : (int)random_below(4);
    if (!query->field_count)
        return;
    strcat(json, ",\"fields\":[");
    for (int i = 0; i < query->field_count; i++) {
        strcpy(fields[i], random_field());
        query->fields[i] = fields[i];
        sprintf(json + strlen(json), "%s\"%s\"", i ? "," : "", fields[i]);
    }
    strcat(json, "]");
}

static bool same_reply(const char *json, const char *reply, const struct naive_query *query)
{
    const char *want = naive_reply(&tree, query, &model);
    size_t size = strlen(want);

    if (!*want)
        return !strncmp(reply, "{\"id\":5,\"error\":\"not-found\",", 28) || wrong("%s: %s, not found", json, reply);
    return (!strncmp(reply, "{\"id\":5,\"ok\":", 13) && !strncmp(reply + 13, want, size) &&
            !strcmp(reply + 13 + size, "}")) || wrong("%s: %.150s, not %.150s", json, reply, want);
}

static void random_query(void)
{
    static char fields[16][64];
    struct naive_query query = {.mode = "vvvtl"[random_below(5)]};
    char json[1024], path[256];
    int length = random_path(path, sizeof path);

    query.path = path;
    query.depth = query.mode == 'l' ? 1 : (int)random_below((uint32_t)(15 - length));
    sprintf(json, "{\"id\":5,\"op\":\"%s\",\"path\":\"%s\"",
            query.mode == 'v' ? "get" : query.mode == 't' ? "schema" : "list", path);
    if (query.mode != 'l')
        sprintf(json + strlen(json), ",\"depth\":%d", query.depth);
    if (query.mode == 'v')
        add_fields(&query, json, fields);
    strcat(json, "}");
    same_reply(json, ask(json), &query);
}

static void round_of_queries(uint32_t operations)
{
    for (uint32_t i = 0; i < operations && !*failure; i++) {
        if (i % 50 == 0) {
            change_values();
            if (!read_tree())
                return;
        }
        random_query();
    }
}

/* ---- streams */

static uint64_t sent_ids[ROUND_OPS + 1];
static uint32_t sent_count;

/* A request that has a reply, good or bad, with this id. */
static void random_request(char *json, uint64_t id)
{
    static const char *const rest[] = {
        "\"op\":\"ping\"", "\"op\":\"get\",\"path\":\"memory\"", "\"op\":\"get\",\"path\":\"$00010:\"",
        "\"op\":\"get\",\"depth\":16", "\"op\":\"tags\"", "\"op\":\"list\"", "\"op\":\"nothing\"",
        "\"op\":\"challenge\"",
        "\"op\":\"set\",\"path\":\"config.cols\",\"value\":1,\"mac\":\"0\"", "\"op\":\"unwatch\"", "\"op\":\"bye\"",
        "\"strange\":[1,2]", "\"op\":\"read\",\"address\":\"0x10\"", "\"op\":\"schema\",\"path\":\"odd\"",
    };

    sprintf(json, "{\"id\":%llu,%s}", (unsigned long long)id, rest[random_below(sizeof rest / sizeof rest[0])]);
}

/* Not by the case alone: a frame's digits may be capital. */
static void spoil(char *byte)
{
    uint32_t flips = 1 + random_below(255);

    *byte ^= (char)(flips == 0x20 ? 0x21 : flips);
}

/* Bytes that are no frame; how many. */
static size_t random_garbage(char *bytes, uint64_t id)
{
    static const char near[] = "$$$0123456789abcdef::{}\"\n";
    size_t size = 1 + random_below(random_below(3) ? 40 : 3000), whole;
    char json[256];

    switch (random_below(3)) {
    case 0:
        for (size_t i = 0; i < size; i++)
            bytes[i] = (char)random_below(256);
        return size;
    case 1:
        for (size_t i = 0; i < size; i++)
            bytes[i] = near[random_below(sizeof near - 1)];
        return size;
    default:
        random_request(json, id); /* a frame, cut off or broken */
        whole = naive_frame(json, bytes);
        if (random_below(2))
            return 1 + random_below((uint32_t)whole - 2);
        spoil(&bytes[random_below((uint32_t)whole - 1)]);
        return whole;
    }
}

/* Looks through all that was given: JSON in frames, and the ids as they were sent. */
static bool ids_agree(void)
{
    uint32_t next = 0;
    size_t at = 0;

    while (at < output_size) {
        const char *reply = naive_next(output, output_size, &at);
        unsigned long long id;

        if (!reply || !naive_read(&other, reply))
            return wrong("no frame with JSON at %zu: %.100s", at, reply ? reply : output + at);
        if (sscanf(reply, "{\"id\":%llu,", &id) != 1)
            continue;
        if (next == sent_count || id != sent_ids[next])
            return wrong("id %llu, and not that of request %u", id, next);
        next++;
    }
    return next == sent_count || wrong("%u requests have no reply", sent_count - next);
}

static void round_of_streams(uint32_t operations)
{
    static char bytes[8192];
    char json[256];

    output_size = sent_count = 0;
    for (uint32_t i = 0; i < operations && !*failure; i++) {
        size_t speed = random_below(2) ? 16 : 4000;

        if (random_below(3)) {
            random_request(json, i);
            sent_ids[sent_count++] = i;
            send_bytes(bytes, naive_frame(json, bytes), speed);
        } else {
            send_bytes(bytes, random_garbage(bytes, 1000000), speed);
        }
        if (i % 20 == 19 || i + 1 == operations) {
            give_all();
            /* A frame that was broken in its size may want what comes next; a line end says that nothing does. */
            send_bytes("\n", 1, 10);
            give_all();
            ids_agree();
            output_size = sent_count = 0;
        }
    }
}

/* ---- watches */

static uint64_t events_seen, lost_seen;

static bool read_events(void)
{
    size_t at = 0;

    for (const char *event; (event = naive_next(output, output_size, &at));) {
        unsigned long long watch, value, lost;
        int end = 0;

        sscanf(event, "{\"watch\":%llu,\"value\":%llu,\"lost\":%llu}%n", &watch, &value, &lost, &end);
        if (strncmp(event, "{\"watch\":", 9))
            continue;
        if (!end || event[end])
            return wrong("an event: %s", event);
        events_seen++;
        lost_seen += lost;
    }
    memmove(output, output + at, output_size - at);
    output_size -= at;
    return true;
}

static void round_of_watches(uint32_t operations)
{
    uint64_t events = world.server.counters.events, lost = world.server.counters.lost;
    uint32_t speed = random_below(3) ? random_below(60) : 2000, watches = 1 + random_below(STORE_WATCHES_MAX);
    char frame[64];
    size_t size = naive_frame("{\"op\":\"ping\"}", frame);

    output_size = events_seen = lost_seen = 0;
    ask("{\"op\":\"unwatch\"}");
    for (uint32_t i = 0; i < watches; i++)
        ask("{\"op\":\"watch\",\"path\":\"program.now\",\"interval\":10}");
    output_size = 0;
    for (uint32_t i = 0; i < 20 * operations && !*failure; i++) {
        world.now_ms += 10;
        store_server_tick(&world.server, world.now_ms);
        give(random_below(speed + 1));
        if (!random_below(100))
            store_server_take(&world.server, frame, size);
        read_events();
    }
    give_all();
    send_bytes("\n", 1, 10);
    world.now_ms += 10;
    store_server_tick(&world.server, world.now_ms); /* says how many were lost up to now */
    give_all();
    read_events();
    if (world.server.counters.events - events != events_seen || world.server.counters.lost - lost != lost_seen)
        wrong("%llu events and %llu lost, of %llu and %llu", (unsigned long long)events_seen,
              (unsigned long long)lost_seen, (unsigned long long)(world.server.counters.events - events),
              (unsigned long long)(world.server.counters.lost - lost));
    ask("{\"op\":\"unwatch\"}");
}

/* ---- rounds */

/* Takes something out of the tree, and frees it. */
static void take_out(const char *group_path, const char *name)
{
    struct value *group = store_find(&world.store, (struct store_text){group_path, strlen(group_path)}), *value;
    struct symbol_value *symbol = symbol_from(&model_tagged, name);

    value = tuple_get((struct tuple_value *)group, symbol);
    if (tuple_remove(&model_tagged, (struct tuple_value *)group, symbol) == STATUS_OK)
        value_destroy(&model_tagged, value);
}

/* Without the server's counters, which change with each request, and without what is counted and says nothing. */
static void make_world(void)
{
    world_init(&model_tagged, STORE_OUT_MOST);
    take_out("", "store");
    take_out("odd", "silent");
    output_size = sent_count = 0;
}

static const char *one_round(uint64_t seed, uint32_t operations)
{
    random_state = seed * 0x9e3779b97f4a7c15 + 1;
    failure[0] = '\0';
    make_world();
    round_of_queries(operations);
    round_of_streams(operations);
    round_of_watches(operations);
    world_fini();
    if (model_live_values())
        wrong("%llu values are not given back", (unsigned long long)model_live_values());
    return *failure ? failure : NULL;
}

int main(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 1), operations = tap_number("ACRE_OPS", OPS), bad = 0;

    model_init();
    tap_plan(1);
    tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%" PRIu64, seed, operations);
    for (uint64_t done = 0; done < operations && bad < 3; done += ROUND_OPS, seed++) {
        const char *what = one_round(seed, ROUND_OPS);

        bad += what != NULL;
        if (what)
            tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%u: %s", seed, ROUND_OPS, what);
    }
    tap_is_u64(bad, 0, "%" PRIu64 " random requests end as the model's do", operations);
    return tap_done();
}
