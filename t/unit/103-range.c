/* SPDX-License-Identifier: Apache-2.0 */
/* The arithmetic of ranges at its edges, against 128-bit arithmetic. */
#include "tap.h"

#include "runtime/range.h"

typedef unsigned __int128 wide;

static const uint64_t edges[] = {
    0, 1, 2, 0xfff, 0x1000, 0x1001, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffefff, 0xfffffffffffff000,
    0xfffffffffffff001, 0xfffffffffffffffe, 0xffffffffffffffff};

#define EDGES (sizeof edges / sizeof edges[0])

static unsigned wrong_limits(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned j = 0; j < EDGES; j++) {
            wide sum = (wide)edges[i] + edges[j];

            wrong += range_limit(edges[i], edges[j]) != (sum > UINT64_MAX ? UINT64_MAX : (uint64_t)sum);
        }
    return wrong;
}

static unsigned wrong_fits(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned j = 0; j < EDGES; j++)
            for (unsigned k = 0; k < EDGES; k++)
                wrong += range_fits(edges[i], edges[j], edges[k]) != ((wide)edges[i] + edges[k] <= edges[j]);
    return wrong;
}

static unsigned wrong_alignments(void)
{
    unsigned wrong = 0;

    for (unsigned i = 0; i < EDGES; i++)
        for (unsigned bit = 0; bit < 64; bit++) {
            uint64_t align = (uint64_t)1 << bit;
            wide up = ((wide)edges[i] + align - 1) / align * align;

            wrong += range_can_align_up(edges[i], align) != (up <= UINT64_MAX);
            wrong += up <= UINT64_MAX && range_align_up(edges[i], align) != (uint64_t)up;
            wrong += range_align_down(edges[i], align) != edges[i] / align * align;
        }
    return wrong;
}

int main(void)
{
    tap_plan(6);
    tap_is_u64(wrong_limits(), 0, "range_limit is the sum, or 2^64-1");
    tap_is_u64(wrong_fits(), 0, "range_fits is base + size <= limit without overflow");
    tap_is_u64(wrong_alignments(), 0, "aligning up and down, and whether up is possible");
    tap_ok(range_is_power(1) && range_is_power(0x1000) && range_is_power((uint64_t)1 << 63), "powers of two are");
    tap_ok(!range_is_power(0) && !range_is_power(3) && !range_is_power(UINT64_MAX), "others are not, nor is 0");
    tap_ok(range_min(1, 2) == 1 && range_min(2, 1) == 1 && range_max(1, 2) == 2 && range_max(2, 1) == 2, "min, max");
    return tap_done();
}
