/* SPDX-License-Identifier: Apache-2.0 */
/* The sum: against figures worked out by hand, against its definition, and as a guard. */
#include "tap.h"

#include "runtime/sum.h"

#define SIZE 1024

static uint8_t data[SIZE + 8];

/* The definition, word by word, in 64-bit arithmetic. */
static uint64_t plain_sum(const uint8_t *p, size_t size)
{
    uint64_t a = 0, b = 0;

    for (size_t i = 0; i + 4 <= size; i += 4) {
        uint64_t word = p[i] + 256ull * p[i + 1] + 65536ull * p[i + 2] + 16777216ull * p[i + 3];

        a = (a + word) % 4294967296ull;
        b = (b + a) % 4294967296ull;
    }
    return b * 4294967296ull + a;
}

static void test_definition(void)
{
    unsigned wrong = 0;

    for (size_t size = 0; size <= 200; size += 4)
        for (size_t offset = 0; offset < 8; offset++)
            wrong += sum_words(0, data + offset, size) != plain_sum(data + offset, size);
    tap_is_u64(wrong, 0, "as defined, for every size up to 200 and every alignment");
    wrong = 0;
    for (size_t cut = 0; cut <= SIZE; cut += 4)
        wrong += sum_words(sum_words(0, data, cut), data + cut, SIZE - cut) != plain_sum(data, SIZE);
    tap_is_u64(wrong, 0, "in two parts as in one, wherever it is cut");
}

static void test_guard(void)
{
    uint64_t good = sum_words(0, data, SIZE);
    unsigned missed = 0;

    for (unsigned bit = 0; bit < SIZE * 8; bit++) {
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        missed += sum_words(0, data, SIZE) == good;
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    tap_is_u64(missed, 0, "every flipped bit of %u changes it", SIZE * 8);
    for (unsigned i = 0; i + 8 <= SIZE; i += 4) {
        uint8_t swapped[SIZE];

        memcpy(swapped, data, SIZE);
        memcpy(swapped + i, data + i + 4, 4);
        memcpy(swapped + i + 4, data + i, 4);
        missed += memcmp(swapped, data, SIZE) && sum_words(0, swapped, SIZE) == good;
    }
    tap_is_u64(missed, 0, "every swap of two neighbouring words changes it");
}

int main(void)
{
    static const uint8_t two[] = {1, 0, 0, 0, 0, 0, 0, 0x80};

    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 89 + (i >> 3) * 31 + 5);
    tap_plan(7);
    tap_is_u64(sum_words(0, data, 0), 0, "the sum of nothing is 0");
    tap_is_u64(sum_words(0, two, 8), 0x8000000280000001, "1 and 0x80000000: a = 0x80000001, b = 0x80000002");
    tap_is_u64(sum_words(0, two, 7), sum_words(0, two, 4), "bytes that make no word are left out");
    test_definition();
    test_guard();
    return tap_done();
}
