/* SPDX-License-Identifier: Apache-2.0 */
/* config: the options that are the kernel's own.  The key for writing is none of them. */
#include "kstore_groups.h"
#include "options.h"

enum { META_OFF, META_READ, META_WRITE };

static uint64_t get_meta(const struct store_config_row *row)
{
    (void)row;
    return options_store.write ? META_WRITE : META_READ;
}

static uint64_t get_heap(const struct store_config_row *row)
{
    (void)row;
    return options_debug();
}

static uint64_t get_bench(const struct store_config_row *row)
{
    (void)row;
    return options_bench();
}

static uint64_t get_hold(const struct store_config_row *row)
{
    (void)row;
    return options_store.hold;
}

static enum status set_hold(const struct store_config_row *row, uint64_t value)
{
    (void)row;
    options_store.hold = value;
    return STATUS_OK;
}

static const char *const meta_words[] = { "off", "read", "write", NULL };
static const char *const heap_words[] = { "plain", "debug", NULL };

static const struct store_config_row rows[] = {
    { .name = "meta", .type = STORE_CONFIG_WORD, .when = STORE_CONFIG_BUILD, .words = meta_words, .standard = META_READ,
      .text = "what the meta store lets a client do", .get = get_meta },
    { .name = "hold", .type = STORE_CONFIG_FLAG, .when = STORE_CONFIG_LIVE,
      .text = "whether the machine's end waits for a client's bye", .get = get_hold, .set = set_hold },
    { .name = "heap", .type = STORE_CONFIG_WORD, .when = STORE_CONFIG_BUILD, .words = heap_words,
      .text = "strength of the heaps: debug has red zones, poison and quarantine", .get = get_heap },
    { .name = "bench", .type = STORE_CONFIG_FLAG, .when = STORE_CONFIG_BUILD,
      .text = "whether the heaps' cost is measured after the self-checks", .get = get_bench },
};

void kstore_add_config(void)
{
    store_config_add(&kstore, rows, sizeof rows / sizeof *rows);
}
