/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first stack of a program, built into a buffer that stands for its memory, and read back as a program's start code
 * reads it: argc, argv, environment, auxiliary vector.  Random strings and shifts; and no memory at each write.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many stacks there are.
 */
#include "tap.h"

#include "unix/userstack.h"

#define STACK_LIMIT 0x7e000000ull
#define ROOM 0x40000u
#define STRINGS_MAX 100

static uint8_t memory[ROOM];
static uint8_t touched[ROOM];
static unsigned puts_left, overlaps;

static bool put(uint64_t to, const void *from, uint64_t size)
{
    uint64_t at = to - (STACK_LIMIT - ROOM);

    if (puts_left == 0 || to < STACK_LIMIT - ROOM || size > STACK_LIMIT - to)
        return false;
    puts_left--;
    memcpy(memory + at, from, size);
    for (uint64_t i = 0; i < size; i++)
        overlaps += touched[at + i]++ != 0;
    return true;
}

static const void *at(uint64_t address)
{
    return memory + (address - (STACK_LIMIT - ROOM));
}

static uint64_t word(uint64_t address)
{
    uint64_t value;

    memcpy(&value, at(address), sizeof value);
    return value;
}

struct given {
    char bytes[STRINGS_MAX * 40];
    const char *texts[STRINGS_MAX];
    struct userstack_request request;
    struct auxv auxv;
};

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
    return *seed >> 33;
}

static void give(struct given *g, uint64_t seed)
{
    uint64_t args = next(&seed) % 40, envs = next(&seed) % 50, used = 0;

    memset(g, 0, sizeof *g);
    memset(memory, 0, sizeof memory);
    memset(touched, 0, sizeof touched);
    for (uint64_t i = 0; i < args + envs + 1; i++) {
        uint64_t size = next(&seed) % 39;

        g->texts[i] = g->bytes + used;
        memset(g->bytes + used, (int)('a' + i % 26), size);
        used += size + 1;
    }
    auxv_add(&g->auxv, AT_PAGESZ, 4096);
    auxv_add(&g->auxv, AT_RANDOM, 0);
    auxv_add(&g->auxv, AT_EXECFN, 0);
    auxv_add(&g->auxv, AT_PLATFORM, 0);
    for (uint64_t i = next(&seed) % 9; i; i--)
        auxv_add(&g->auxv, AT_FLAGS, i);
    auxv_add(&g->auxv, AT_NULL, 0);
    g->request = (struct userstack_request){ .stack_limit = STACK_LIMIT, .stack_shift = next(&seed) % 256 * 16,
                                             .strings = { g->bytes, used, args, envs }, .auxv = &g->auxv, .put = put };
    memset(g->request.random, 0x5a, USERSTACK_RANDOM_SIZE);
}

/* Pointers from `from` on lead to the texts, then comes NULL. */
static bool is_vector(uint64_t from, const char *const *texts, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        if (strcmp(at(word(from + 8 * i)), texts[i]))
            return false;
    return word(from + 8 * count) == 0;
}

static bool is_auxv(uint64_t from, const struct given *g, uint64_t args, uint64_t envs)
{
    uint64_t seen = 0;

    for (uint32_t i = 0; i < g->auxv.count; i++) {
        uint64_t type = word(from + 16 * i), value = word(from + 16 * i + 8);

        if (type == AT_RANDOM)
            seen += !memcmp(at(value), g->request.random, USERSTACK_RANDOM_SIZE);
        else if (type == AT_PLATFORM)
            seen += !strcmp(at(value), "x86_64");
        else if (type == AT_EXECFN)
            seen += !strcmp(at(value), g->texts[args + envs]);
        else
            seen += type == g->auxv.words[2 * i] && value == g->auxv.words[2 * i + 1];
    }
    return seen == g->auxv.count && word(from + 16 * (g->auxv.count - 1)) == AT_NULL;
}

static bool is_right(const struct given *g, const struct userstack *s)
{
    uint64_t args = g->request.strings.args, envs = g->request.strings.envs, vector = s->rsp + 8;
    uint64_t last = s->rsp + 8 * (3 + args + envs) + 16 * g->auxv.count;

    return s->rsp % 16 == 0 && word(s->rsp) == args && is_vector(vector, g->texts, args) &&
           is_vector(vector + 8 * (args + 1), g->texts + args, envs) &&
           is_auxv(vector + 8 * (args + envs + 2), g, args, envs) && word(STACK_LIMIT - 8) == 0 &&
           s->args_base + g->request.strings.size == STACK_LIMIT - 8 &&
           !memcmp(at(s->args_base), g->bytes, g->request.strings.size) && s->args_limit == s->env_base &&
           s->env_limit - s->args_base == (uint64_t)(g->texts[args + envs] - g->bytes) &&
           s->env_base - s->args_base == (uint64_t)(g->texts[args] - g->bytes) &&
           last + g->request.stack_shift <= s->args_base &&
           STACK_LIMIT - s->rsp <= userstack_size(&g->request.strings, g->auxv.count);
}

static void test_random(uint64_t seed, uint64_t count)
{
    uint64_t wrong = 0;

    for (uint64_t i = 0; i < count; i++) {
        static struct given g;
        struct userstack stack;

        give(&g, seed + i);
        puts_left = UINT32_MAX;
        overlaps = 0;
        if ((userstack_build(&stack, &g.request) != STATUS_OK || !is_right(&g, &stack) || overlaps) && wrong++ < 10)
            tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=1", seed + i);
    }
    tap_is_u64(wrong, 0, "%" PRIu64 " stacks are what a program wants, no byte written twice", count);
}

static void test_no_memory(void)
{
    static struct given g;
    struct userstack stack = { .rsp = 1 };
    unsigned failed = 0;

    for (;; failed++) {
        give(&g, 5);
        puts_left = failed;
        if (userstack_build(&stack, &g.request) == STATUS_OK)
            break;
        if (stack.rsp != 1)
            tap_note("result written on failure %u", failed);
    }
    tap_ok(failed >= 4 && stack.rsp != 1, "no memory at the first %u writes, then it is built", failed);
}

int main(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 1), count = tap_number("ACRE_OPS", 5000);

    tap_plan(2);
    tap_note("ACRE_SEED=%" PRIu64 " ACRE_OPS=%" PRIu64, seed, count);
    test_random(seed, count);
    test_no_memory();
    return tap_done();
}
