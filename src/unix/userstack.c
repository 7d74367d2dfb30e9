/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strings are written in one piece, the pointers to them a block at a time.  Every address is reckoned down from
 * stack_limit before anything is written, so that the stack grows once, to its lowest byte.
 */
#include "userstack.h"

#include "runtime/bytes.h"
#include "runtime/range.h"

#define WORD 8
#define ALIGN 16 /* psABI 3.4.1: of rsp */
#define BLOCK_WORDS 64

static const char platform[] = "x86_64";

/* Words on their way to the program. */
struct writer {
    const struct userstack_request *request;
    uint64_t at;
    uint64_t words[BLOCK_WORDS];
    uint32_t count;
    bool failed;
};

static void flush(struct writer *w)
{
    if (!w->failed && w->count)
        w->failed = !w->request->put(w->at, w->words, w->count * WORD);
    w->at += w->count * WORD;
    w->count = 0;
}

static void put_word(struct writer *w, uint64_t word)
{
    if (w->count == BLOCK_WORDS)
        flush(w);
    w->words[w->count++] = word;
}

/* Pointers to `count` strings that begin at bytes[*at], which lie at `base` for the program; then NULL. */
static void put_pointers(struct writer *w, uint64_t base, uint64_t count, uint64_t *at)
{
    for (uint64_t i = 0; i < count; i++) {
        put_word(w, base + *at);
        *at += text_length(w->request->strings.bytes + *at) + 1;
    }
    put_word(w, 0);
}

static uint64_t strings_skip(const struct userstack_strings *strings, uint64_t at, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        at += text_length(strings->bytes + at) + 1;
    return at;
}

static void auxv_set(struct auxv *auxv, enum auxv_type type, uint64_t value)
{
    for (uint32_t i = 0; i < auxv->count; i++)
        if (auxv->words[2 * i] == type)
            auxv->words[2 * i + 1] = value;
}

static uint64_t words_of(const struct userstack_strings *strings, uint32_t auxv_count)
{
    return 1 + strings->args + 1 + strings->envs + 1 + 2 * (uint64_t)auxv_count;
}

uint64_t userstack_size(const struct userstack_strings *strings, uint32_t auxv_count)
{
    return WORD + strings->size + 4096 + sizeof platform + USERSTACK_RANDOM_SIZE +
           words_of(strings, auxv_count) * WORD + 3 * ALIGN;
}

enum status userstack_build(struct userstack *stack, const struct userstack_request *r)
{
    const struct userstack_strings *strings = &r->strings;
    uint64_t base = r->stack_limit - WORD - strings->size, at = 0, platform_at, random_at, rsp;
    uint64_t env = strings_skip(strings, 0, strings->args), path = strings_skip(strings, env, strings->envs);
    struct writer w = { .request = r };

    platform_at = range_align_down(base - r->stack_shift, ALIGN) - sizeof platform;
    random_at = platform_at - USERSTACK_RANDOM_SIZE;
    rsp = range_align_down(random_at - words_of(strings, r->auxv->count) * WORD, ALIGN);
    auxv_set(r->auxv, AT_PLATFORM, platform_at);
    auxv_set(r->auxv, AT_RANDOM, random_at);
    auxv_set(r->auxv, AT_EXECFN, base + path);

    w.at = rsp;
    put_word(&w, strings->args);
    put_pointers(&w, base, strings->args, &at);
    put_pointers(&w, base, strings->envs, &at);
    for (uint32_t i = 0; i < 2 * r->auxv->count; i++)
        put_word(&w, r->auxv->words[i]);
    flush(&w);
    if (w.failed || !r->put(random_at, r->random, sizeof r->random) ||
        !r->put(platform_at, platform, sizeof platform) || !r->put(base, strings->bytes, strings->size))
        return STATUS_NO_MEMORY;
    *stack = (struct userstack){ rsp, base, base + env, base + env, base + path };
    return STATUS_OK;
}
