/* SPDX-License-Identifier: Apache-2.0 */
/* The formatter, compared with the host's printf wherever both promise the same. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#include "tap.h"

#include <limits.h>

#include "runtime/fmt.h"

/* A point: both print the same text and return the same length. */
#define SAME(...)                                                                                                  \
    do {                                                                                                           \
        char got[256], want[256];                                                                                  \
        size_t length = fmt_text(got, sizeof got, __VA_ARGS__);                                                    \
        int wanted = snprintf(want, sizeof want, __VA_ARGS__);                                                     \
        tap_ok(!strcmp(got, want) && length == (size_t)wanted, "%s as printf: '%s' '%s'", #__VA_ARGS__, got, want); \
    } while (0)

static void test_numbers(void)
{
    SAME("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
    SAME("%u %u", 0u, UINT_MAX);
    SAME("%llu %llu %llu", 0ull, 4294967296ull, ULLONG_MAX);
    SAME("%lld %lld", LLONG_MIN, LLONG_MAX);
    SAME("%lu %ld %zu", ULONG_MAX, LONG_MIN, (size_t)4096);
    SAME("%x %X %llx %016llx", 0xacu, 0xACu, 0x123456789abcdefull, 0xfeeull);
    SAME("0x%08x|%8x|%-8x|", 0x1234u, 0x1234u, 0x1234u);
    SAME("%5d|%-5d|%05d|%d", -42, -42, -42, -42);
    SAME("%3d|%03d", 123456, 123456);
    SAME("%*d|%-*d|", 6, 42, 6, 42);
    SAME("%40u|%040u|%-40u|", 7u, 7u, 7u);
    SAME("%i %li %zd", -7, LONG_MIN, (ptrdiff_t)-4096);
}

static void test_texts(void)
{
    SAME("plain");
    SAME("%s", "");
    SAME("a%sb%sc", "one", "two");
    SAME("%10s|%-10s|%3s", "right", "left", "longer");
    SAME("%.3s|%.0s|%.*s|%.9s", "abcdef", "abcdef", 2, "abcdef", "abc");
    SAME("%c%c|%3c|%-3c|", 'o', 'k', 'x', 'y');
    SAME("100%%");
    SAME("%p", (void *)(uintptr_t)0xffffffff80000000);
}

/* Every power of ten and its neighbours, where a wrong division by ten would show first, and numbers all over. */
static void test_decimals(void)
{
    uint64_t power = 1, mixed = 88172645463325252u;
    unsigned wrong = 0;

    for (unsigned i = 0; i < 100000; i++) {
        char got[32], want[32];
        uint64_t value = i < 60 ? power + i % 3 - 1 : mixed >> i % 64;

        fmt_text(got, sizeof got, "%" FMT_64 "u", value);
        snprintf(want, sizeof want, "%" PRIu64, value);
        wrong += strcmp(got, want) != 0;
        power *= i < 60 && i % 3 == 2 ? 10 : 1;
        mixed ^= mixed << 13, mixed ^= mixed >> 7, mixed ^= mixed << 17;
    }
    tap_is_u64(wrong, 0, "100,000 64-bit numbers in decimal");
}

static void test_edges(void)
{
    char text[8] = "#######";
    const char *volatile null = NULL, *volatile wide = "%99999999999d"; /* volatile: no compiler may warn of them */

    tap_is_u64(fmt_text(text, 4, "%s", "abcdef"), 6, "a text that does not fit returns its whole length");
    tap_is_text(text, "abc", "and leaves its beginning, NUL-ended");
    tap_ok(text[4] == '#', "and touches nothing behind the size");
    text[0] = '#';
    tap_is_u64(fmt_text(text, 0, "abc"), 3, "size 0 returns the length");
    tap_ok(text[0] == '#', "and touches nothing");
    fmt_text(text, sizeof text, "%s", null);
    tap_is_text(text, "(null)", "%%s of NULL");
    fmt_text(text, sizeof text, "%y%");
    tap_is_text(text, "%y%", "what is no conversion is printed as it stands");
    fmt_text(text, sizeof text, "%llld", 1ll);
    tap_is_text(text, "%llld", "nor is one of a longer type than there is");
    tap_is_u64(fmt_text(text, 0, wide, 1), 999999, "a width that no int holds is cut, not wrapped");
}

struct pieces {
    struct fmt_sink sink;
    unsigned calls;
    size_t bytes;
};

static void count_pieces(struct fmt_sink *sink, const char *text, size_t size)
{
    struct pieces *pieces = (struct pieces *)sink;

    (void)text;
    pieces->calls++;
    pieces->bytes += size;
}

int main(void)
{
    struct pieces pieces = {{count_pieces}, 0, 0};

    tap_plan(12 + 8 + 1 + 9 + 2);
    test_numbers();
    test_texts();
    test_decimals();
    test_edges();
    tap_is_u64(fmt_write(&pieces.sink, "# mark %s %" FMT_64 "u\n", "stage1", (uint64_t)123), 18,
               "a sink gets all bytes");
    tap_ok(pieces.bytes == 18 && pieces.calls == 5, "in as many pieces as the format has: %u", pieces.calls);
    return tap_done();
}
