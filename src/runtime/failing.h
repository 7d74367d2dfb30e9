/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A heap that fails when it is told to, and else hands every call on to its parent: for tests of what happens without
 * memory.  A call that it fails has STATUS_NO_MEMORY and does not reach the parent.
 */
#ifndef ACRE_FAILING_H
#define ACRE_FAILING_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"

/* `frees`, `calls` and `failed` are the caller's to read and to set at any time; the rest is private. */
struct failing {
    struct heap heap;
    uint64_t at; /* calls until one fails; 0: none */
    bool onwards;
    uint32_t percent;
    uint64_t random;
    bool frees; /* frees count and fail as well; at first they do not */
    uint64_t calls, failed;
};

/* Fails nothing yet.  The name is kept, not copied. */
void failing_init(struct failing *failing, const char *name, struct heap *parent);

/* The n-th call from now fails, and if `onwards` all after it; n 0: none does.  Ends what was told before. */
void failing_set_nth(struct failing *failing, uint64_t n, bool onwards);

/* Of a hundred calls so many fail, 0..100, which ones by the seed.  Ends what was told before. */
void failing_set_percent(struct failing *failing, uint32_t percent, uint64_t seed);

#endif
