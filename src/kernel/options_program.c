/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "runtime/bytes.h"

struct options_program options_program = { .aslr = true, .tty = true };

static bool read_flag(const char *value, bool *flag)
{
    *flag = text_equal(value, "1");
    return *flag || text_equal(value, "0");
}

/* Decimal digits, at least one; false: another character, or more than `most`. */
static bool read_number(const char *value, uint64_t most, uint64_t *number)
{
    uint64_t n = 0;

    if (!*value)
        return false;
    for (; *value; value++) {
        uint64_t digit = (uint64_t)(*value - '0');

        if (*value < '0' || *value > '9' || n > (most - digit) / 10)
            return false;
        n = 10 * n + digit;
    }
    *number = n;
    return true;
}

static bool read_size(const char *value, uint32_t *size)
{
    uint64_t number;
    bool good = read_number(value, OPTIONS_SIZE_MAX, &number);

    if (good)
        *size = (uint32_t)number;
    return good;
}

bool options_read_aslr(const char *value)
{
    return read_flag(value, &options_program.aslr);
}

bool options_read_seed(const char *value)
{
    options_program.seeded = read_number(value, UINT64_MAX, &options_program.seed);
    return options_program.seeded;
}

bool options_read_wxorx(const char *value)
{
    return read_flag(value, &options_program.wxorx);
}

bool options_read_trace(const char *value)
{
    return read_flag(value, &options_program.trace);
}

bool options_read_checks(const char *value)
{
    return read_flag(value, &options_program.checks);
}

bool options_read_console(const char *value)
{
    options_program.tty = text_equal(value, "tty");
    return options_program.tty || text_equal(value, "pipe");
}

bool options_read_cols(const char *value)
{
    return read_size(value, &options_program.cols);
}

bool options_read_rows(const char *value)
{
    return read_size(value, &options_program.rows);
}
