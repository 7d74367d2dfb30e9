/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call made twice, on Linux and on src/unix, whose answers must be the same; after unix_host.h and tap.h.  The first
 * difference is noted, and `wrong` stays set from then on.
 */
#ifndef ACRE_UNIX_PAIR_H
#define ACRE_UNIX_PAIR_H

#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#define A(value) ((uint64_t)(value))
#define ARGUMENTS(...) ((const uint64_t[6]){ __VA_ARGS__ })

extern int *__errno_location(void);

static uint32_t state; /* of the random numbers */
static uint64_t step;
static bool wrong;

__attribute__((unused)) static uint32_t random_below(uint32_t limit)
{
    state = state * 1664525 + 1013904223; /* Numerical Recipes */
    return (uint32_t)((uint64_t)(state ^ state >> 16) * limit >> 32);
}

/* Linux's answer, in the form of ours: -errno. */
static int64_t host_call(long number, const uint64_t *a)
{
    long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);

    return result < 0 ? -*__errno_location() : result;
}

static void differ(const char *what, int64_t host_result, int64_t our_result)
{
    if (!wrong)
        tap_note("step %" PRIu64 ": %s: Linux %" PRId64 ", ours %" PRId64, step, what, host_result, our_result);
    wrong = true;
}

static int64_t same(const char *what, int64_t host_result, int64_t our_result)
{
    if (host_result != our_result)
        differ(what, host_result, our_result);
    return host_result;
}

#endif
