/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "boot.h"
#include "crash.h"
#include "fail.h"
#include "runtime/bytes.h"
#include "say.h"
#include "x86_64/com1.h"
#include "x86_64/protocol.h"

#define WORD_SIZE 80 /* metakey= and 64 digits */

#define KEY "metakey=" /* whose value is told to nobody */

static void (*crash)(void);
static bool debug, plain, bench;

static _Noreturn void refuse_option(const char *word)
{
    say(PROTO_REFUSED "unknown option in the image: %s\n", text_starts(word, KEY) ? KEY : word);
    machine_end(PROTO_EXIT_REFUSED);
}

/* The value of NAME=VALUE if the word has that name, else NULL. */
static const char *value_of(const char *word, const char *name)
{
    return text_starts(word, name) ? word + text_length(name) : NULL;
}

static bool find_crash(const struct crash *list, size_t count, const char *kind)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(kind, list[i].kind)) {
            crash = list[i].run;
            return true;
        }
    return false;
}

static bool read_crash(const char *kind)
{
    return find_crash(crashes, crash_count, kind) || find_crash(heap_crashes, heap_crash_count, kind);
}

static bool read_heap(const char *strength)
{
    debug = text_equal(strength, "debug");
    plain = text_equal(strength, "plain");
    return debug || plain;
}

static bool read_bench(const char *what)
{
    bench = text_equal(what, "heaps");
    return bench;
}

static void read_word(const char *word)
{
    static const struct {
        const char *name;
        bool (*read)(const char *value);
    } options[] = { { "crash=", read_crash },
                    { "heap=", read_heap },
                    { "bench=", read_bench },
                    { "fail=", fail_read },
                    { "meta=", options_read_meta },
                    { KEY, options_read_metakey },
                    { "hold=", options_read_hold },
                    { "aslr=", options_read_aslr },
                    { "seed=", options_read_seed },
                    { "wxorx=", options_read_wxorx },
                    { "trace=", options_read_trace },
                    { "checks=", options_read_checks },
                    { "console=", options_read_console },
                    { "cols=", options_read_cols },
                    { "rows=", options_read_rows } };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const char *value = value_of(word, options[i].name);

        if (value && options[i].read(value))
            return;
    }
    refuse_option(word);
}

bool options_debug(void)
{
    return debug || (!plain && !boot.handoff.archive_pages);
}

bool options_bench(void)
{
    return bench;
}

void options_read(char *text)
{
    char word[WORD_SIZE];
    size_t length = 0;

    for (const char *at = text;; at++) {
        if (*at && *at != ' ') {
            if (length < sizeof word - 1)
                word[length++] = *at;
            continue;
        }
        word[length] = 0;
        if (length)
            read_word(word);
        length = 0;
        if (!*at)
            break;
    }
    if (options_store.write && !options_store.keyed)
        refuse_option("meta=write, without a metakey=");
    if (options_store.keyed)
        options_blot(text);
}

void options_crash(void)
{
    if (crash)
        crash();
}
