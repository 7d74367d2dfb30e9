/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TAP 13 for unit tests in C.  The plan comes first; every point says what is true if it is ok.
 *
 *   int main(void)
 *   {
 *       tap_plan(2);
 *       tap_ok(region_check(&table) == STATUS_OK, "the table is sorted");
 *       tap_is_u64(table.count, 3, "it has %d regions", 3);
 *       return tap_done();
 *   }
 */
#ifndef ACRE_TAP_H
#define ACRE_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number in an environment variable, as ACRE_SEED or ACRE_OPS; `otherwise` where there is none. */
__attribute__((unused)) static uint64_t tap_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : otherwise;
}

static unsigned tap_planned, tap_count, tap_failed;

/* The first call: so many points follow. */
__attribute__((unused)) static void tap_plan(unsigned points)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    tap_planned = points;
    printf("TAP version 13\n1..%u\n", points);
}

/* The whole file is skipped, and the program ends. */
__attribute__((unused, noreturn, format(printf, 1, 2))) static void tap_skip_all(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printf("TAP version 13\n1..0 # SKIP ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    exit(0);
}

/* A comment line; the newline is added. */
__attribute__((unused, format(printf, 1, 2))) static void tap_note(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printf("# ");
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

static void tap_point(bool good, const char *format, va_list arguments)
{
    tap_count++;
    tap_failed += !good;
    printf("%sok %u - ", good ? "" : "not ", tap_count);
    vprintf(format, arguments);
    printf("\n");
}

/* A point. */
__attribute__((unused, format(printf, 2, 3))) static bool tap_ok(bool good, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    tap_point(good, format, arguments);
    va_end(arguments);
    return good;
}

/* A point that cannot be tried here, and why: "needs TOOL (Debian package PACKAGE)". */
__attribute__((unused)) static void tap_skip(const char *what, const char *why)
{
    tap_count++;
    printf("ok %u - %s # SKIP %s\n", tap_count, what, why);
}

/* A point: two numbers are equal; both are shown if not. */
__attribute__((unused, format(printf, 3, 4))) static bool tap_is_u64(uint64_t got, uint64_t want,
                                                                    const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    tap_point(got == want, format, arguments);
    va_end(arguments);
    if (got != want)
        printf("  ---\n  got: 0x%" PRIx64 " # %" PRIu64 "\n  want: 0x%" PRIx64 " # %" PRIu64 "\n  ...\n", got, got,
               want, want);
    return got == want;
}

/* A point: two texts are equal; both are shown if not. */
__attribute__((unused, format(printf, 3, 4))) static bool tap_is_text(const char *got, const char *want,
                                                                     const char *format, ...)
{
    bool good = !strcmp(got, want);
    va_list arguments;

    va_start(arguments, format);
    tap_point(good, format, arguments);
    va_end(arguments);
    if (!good)
        printf("  ---\n  got: '%s'\n  want: '%s'\n  ...\n", got, want);
    return good;
}

/* main's value: 0 also where points failed, for the driver judges those, but not where the plan was not kept. */
__attribute__((unused)) static int tap_done(void)
{
    if (tap_failed)
        tap_note("%u of %u points failed", tap_failed, tap_count);
    if (tap_count != tap_planned)
        tap_note("planned %u points, had %u", tap_planned, tap_count);
    return tap_count == tap_planned ? 0 : 1;
}

#endif
