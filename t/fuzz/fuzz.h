/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every harness uses.  A harness is t/fuzz/NAME.c with LLVMFuzzerTestOneInput: it makes what it wants of the
 * bytes, and calls fuzz_fail when the product does what its header does not promise.  driver.c turns it into three
 * programs: for libFuzzer, for AFL++, and one that replays files.
 *
 * A harness keeps nothing from one input to the next, and the same bytes always do the same.
 */
#ifndef ACRE_FUZZ_H
#define ACRE_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what is wrong, and of which input, and aborts. */
_Noreturn void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Notes how something ended, in a text that lives on.  A replay counts the different ones: a corpus that no longer
 * reaches what it was collected for shows that way.
 */
void fuzz_outcome(const char *text);

/* As above, "WHAT: HOW"; both live on. */
void fuzz_outcome_of(const char *what, const char *how);

/* The input as a stream of numbers; beyond its end all are 0. */
struct fuzz_input {
    const uint8_t *at, *end;
};

static inline bool fuzz_left(const struct fuzz_input *input)
{
    return input->at < input->end;
}

static inline uint64_t fuzz_number(struct fuzz_input *input, unsigned bytes)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < bytes && fuzz_left(input); i++)
        number |= (uint64_t)*input->at++ << 8 * i;
    return number;
}

/* A number below limit, of as few bytes as it needs. */
static inline uint32_t fuzz_below(struct fuzz_input *input, uint32_t limit)
{
    return (uint32_t)fuzz_number(input, limit <= 0x100 ? 1 : limit <= 0x10000 ? 2 : 4) % limit;
}

#endif
