/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of ones in a word, against a loop over its 64 bits. */
#include "tap.h"

#include "runtime/bits.h"

/* Words whose runs lie at the edges, cross the 32-bit halves, or are all or nothing; and their complements. */
static const uint64_t shapes[] = {
    0, 1, 2, 0xff, 0x8000000000000000, 0x7fffffffffffffff, 0xffffffff, 0xffffffff00000000, 0x00000001ffffffff,
    0xffffffff80000000, 0x0000ffffffff0000, 0x5555555555555555, 0x6db6db6db6db6db6, 0xf0f0f0f00f0f0f0f,
    0x8000000000000001, 0xfffffffffffffffe, 0x00000000fffffff0, 0x123456789abcdef0};

#define SHAPES (sizeof shapes / sizeof shapes[0])

static uint64_t shape(unsigned i)
{
    return i < SHAPES ? shapes[i] : ~shapes[i - SHAPES];
}

static bool is_one(uint64_t word, uint32_t bit)
{
    return bit < 64 && word / ((uint64_t)1 << bit) % 2 == 1;
}

/* Ones in a row from `bit` on, in steps of `step`. */
static uint32_t run(uint64_t word, uint32_t bit, int step)
{
    uint32_t length = 0;

    for (; is_one(word, bit); bit += (uint32_t)step)
        length++;
    return length;
}

static unsigned wrong_betweens(void)
{
    unsigned wrong = 0;

    for (uint32_t from = 0; from < 64; from++)
        for (uint32_t to = from; to <= 64; to++)
            for (uint32_t bit = 0; bit < 64; bit++)
                wrong += is_one(bits_between(from, to), bit) != (from <= bit && bit < to);
    return wrong;
}

static unsigned wrong_ends(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < 2 * SHAPES; i++) {
        uint64_t word = shape(i);
        uint32_t low = 0, high = 63;

        wrong += bits_at_bottom(word) != run(word, 0, 1) || bits_at_top(word) != run(word, 63, -1);
        if (!word)
            continue;
        while (!is_one(word, low))
            low++;
        while (!is_one(word, high))
            high--;
        wrong += bit_lowest(word) != low || bit_highest(word) != high;
    }
    return wrong;
}

static unsigned wrong_runs(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < 2 * SHAPES; i++)
        for (uint32_t bit = 0; bit <= 64; bit++) {
            uint64_t word = shape(i);

            wrong += bits_downward(word, bit) != run(word, bit - 1, -1);
            if (bit < 64)
                wrong += bits_upward(word, bit) != run(word, bit, 1) || bit_is_set(word, bit) != is_one(word, bit);
        }
    return wrong;
}

static unsigned wrong_searches(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < 2 * SHAPES; i++)
        for (uint32_t count = 1; count <= 64; count++) {
            uint32_t want = 0;

            while (want < 64 && run(shape(i), want, 1) < count)
                want++;
            wrong += bits_find_run(shape(i), count) != (want < 64 ? want : BITS_NONE);
        }
    return wrong;
}

int main(void)
{
    tap_plan(4);
    tap_is_u64(wrong_betweens(), 0, "bits_between has ones from bit to bit, up to the top, and none elsewhere");
    tap_is_u64(wrong_ends(), 0, "the lowest and highest one, and the ones at both ends");
    tap_is_u64(wrong_runs(), 0, "the ones in a row upwards and downwards from each bit");
    tap_is_u64(wrong_searches(), 0, "the lowest run of each length, or none");
    return tap_done();
}
