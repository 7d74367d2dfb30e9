/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree is built once and never changes: what changes are the counters that its views show and what its functions
 * write.  The server's memory for replies is taken at the start too, so that nothing is allocated while it serves:
 * whatever comes in, the ledger stays as it is.
 *
 * In: COM2's FIFO, then `in`, then the server, which takes nothing while a reply waits; so the FIFO fills and the
 * sender is held back.
 */
#include "kstore.h"

#include "backed.h"
#include "kstore_groups.h"
#include "options.h"
#include "panic.h"
#include "runtime/storetags.h"
#include "say.h"
#include "tables.h"
#include "values.h"
#include "x86_64/com2.h"
#include "x86_64/cpu.h"

#define IN_SIZE 16u

struct store kstore;
struct store_server kstore_server;
struct kstore_counters kstore_counters;

static uint8_t in[IN_SIZE];
static size_t in_at, in_end;
static uint64_t request_ticks; /* spent since the last reply was out */
static uint64_t answered; /* requests up to it */
/* Nobody here reads it. */
static struct store_anchor anchor __attribute__((used)) = { .magic = STORE_ANCHOR_MAGIC };
static bool whole; /* nothing of the tree was left out for lack of memory */

static union {
    struct textring ring;
    char bytes[sizeof(struct textring) + KSTORE_LOG_SIZE];
} log_memory;

/* ---- the log */

static void keep(const char *text, size_t size)
{
    textring_put(&log_memory.ring, text, size);
}

const struct textring *kstore_log(void)
{
    return &log_memory.ring;
}

void kstore_listen(void)
{
    com2_init();
    textring_init(&log_memory.ring, sizeof log_memory);
    say_kept = keep;
}

/* ---- the tree */

static uint64_t entropy(void)
{
    return cpu_tsc();
}

static void changed(const struct store_config_row *row, uint64_t old, uint64_t value)
{
    say("# store: config.%s: %lu, was %lu\n", row->name, value, old);
}

static void locked(uint64_t ms)
{
    say("# store: wrong keys: no writing for %lu s\n", ms / 1000);
}

static const struct store_seam seam = { kstore_readable, entropy, kstore_now_ms, changed, locked };

static void build(void)
{
    store_init(&kstore, &values);
    kstore_add_boot();
    kstore_add_cpu();
    kstore_add_memory();
    kstore_add_heaps();
    kstore_add_layout();
    kstore_add_tables();
    kstore_add_interrupts();
    kstore_add_log();
    kstore_add_config();
    kstore_add_counters();
    kstore_add_registers();
}

static void publish(void)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    anchor.version = STORE_ANCHOR_VERSION;
    anchor.size = sizeof anchor;
    anchor.cr3 = cr3 & PT_FRAME;
    anchor.tags = (uint64_t)store_tag_rows;
    anchor.fields = (uint64_t)store_field_rows;
    anchor.tag_count = store_tag_count;
    anchor.field_count = store_field_count;
    anchor.structs = (uint64_t)kstore_structs;
    anchor.struct_fields = (uint64_t)kstore_fields;
    anchor.struct_count = kstore_struct_count;
    anchor.struct_field_count = kstore_field_count;
    anchor.root = (uint64_t)kstore.root;
}

static void give_up(void *out)
{
    say("# store: no memory for it\n");
    store_fini(&kstore);
    if (out && heap_delete(&backed.heap, out, STORE_OUT_MOST) != STATUS_OK)
        panic("store: its memory cannot be given back");
}

void kstore_start(void)
{
    void *out = heap_new(&backed.heap, STORE_OUT_MOST);

    if (out)
        build();
    if (!out || kstore.status != STATUS_OK) {
        give_up(out);
        return;
    }
    store_server_init(&kstore_server, &kstore, &seam, out, STORE_OUT_MOST);
    if (options_store.write)
        store_server_allow(&kstore_server, options_store.key);
    store_server_describe(&kstore_server);
    kstore_present = true;
    kstore_added();
    publish();
    panic_last = kstore_post_mortem;
}

void kstore_added(void)
{
    if (kstore.status == STATUS_OK || whole)
        return;
    whole = true;
    say("# store: %s is left out: %s\n", kstore.refused, status_text(kstore.status));
}

/* ---- serving */

static bool send(void)
{
    uint8_t bytes[IN_SIZE];
    size_t room = store_server_waiting(&kstore_server) ? com2_room() : 0;

    if (!room)
        return false;
    com2_send(bytes, store_server_give(&kstore_server, bytes, room));
    return true;
}

static bool receive(void)
{
    size_t taken;

    if (store_server_waiting(&kstore_server))
        return false;
    if (in_at == in_end) {
        in_at = 0;
        in_end = com2_receive(in, sizeof in);
    }
    taken = in_at < in_end ? store_server_take(&kstore_server, in + in_at, in_end - in_at) : 0;
    in_at += taken;
    return taken > 0;
}

static void account(uint64_t ticks)
{
    kstore_counters.ticks += ticks;
    request_ticks += ticks;
    if (store_server_waiting(&kstore_server) || kstore_server.counters.requests == answered)
        return;
    answered = kstore_server.counters.requests;
    kstore_counters.last_ticks = request_ticks;
    request_ticks = 0;
}

bool kstore_work(void)
{
    uint64_t begin = cpu_tsc();
    bool any = send() || receive();

    if (any)
        account(cpu_tsc() - begin);
    return any;
}

void kstore_arm(void)
{
    bool waiting = store_server_waiting(&kstore_server);

    com2_interrupts(!waiting, waiting);
}

void kstore_disarm(void)
{
    com2_interrupts(false, false);
}

uint64_t kstore_due(void)
{
    return store_server_next(&kstore_server);
}

void kstore_tick(void)
{
    store_server_tick(&kstore_server, kstore_now_ms());
}

void kstore_hold(void)
{
    uint64_t byes = kstore_server.counters.byes;

    while ((options_store.hold && kstore_server.counters.byes == byes) || store_server_waiting(&kstore_server))
        if (!kstore_work() && kstore_due() != KSTORE_NEVER && kstore_due() <= kstore_now_ms())
            kstore_tick();
    com2_send_all("", 0); /* the last reply has left when the machine ends */
}
