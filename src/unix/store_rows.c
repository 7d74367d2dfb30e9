/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image's options that concern a program (kernel/options.h), and call-times, which only the store has.  trace can
 * be set live where the part of the kernel that writes it is loaded, the terminal's size where there is a terminal.
 */
#include "store_rows.h"

#include <stddef.h>

#include "kernel/boot.h"
#include "kernel/options.h"
#include "space.h"
#include "store_calls.h"
#include "syscalls.h"
#include "tty.h"
#include "x86_64/image.h"

static const char *const consoles[] = { "tty", "pipe", NULL };

static uint64_t get_aslr(const struct store_config_row *row)
{
    (void)row;
    return options_program.aslr;
}

static uint64_t get_seed(const struct store_config_row *row)
{
    (void)row;
    return options_program.seed;
}

static uint64_t get_checks(const struct store_config_row *row)
{
    (void)row;
    return options_program.checks;
}

static uint64_t get_console(const struct store_config_row *row)
{
    (void)row;
    return options_program.tty ? 0 : 1;
}

static uint64_t get_wxorx(const struct store_config_row *row)
{
    (void)row;
    return space_wxorx;
}

static enum status set_wxorx(const struct store_config_row *row, uint64_t value)
{
    (void)row;
    space_wxorx = value;
    return STATUS_OK;
}

static uint64_t get_trace(const struct store_config_row *row)
{
    (void)row;
    return entry_calls == 0;
}

static enum status set_trace(const struct store_config_row *row, uint64_t value)
{
    (void)row;
    store_calls_trace(value);
    return STATUS_OK;
}

static uint64_t get_call_times(const struct store_config_row *row)
{
    (void)row;
    return store_calls_timed();
}

static enum status set_call_times(const struct store_config_row *row, uint64_t value)
{
    (void)row;
    store_calls_time(value);
    return STATUS_OK;
}

static uint64_t get_cols(const struct store_config_row *row)
{
    (void)row;
    return options_program.tty ? tty_columns() : options_program.cols;
}

static enum status set_cols(const struct store_config_row *row, uint64_t value)
{
    (void)row;
    tty_resize((uint32_t)value, tty_rows());
    return STATUS_OK;
}

static uint64_t get_rows(const struct store_config_row *row)
{
    (void)row;
    return options_program.tty ? tty_rows() : options_program.rows;
}

static enum status set_rows(const struct store_config_row *row, uint64_t value)
{
    (void)row;
    tty_resize(tty_columns(), (uint32_t)value);
    return STATUS_OK;
}

enum { ASLR, SEED, CHECKS, CONSOLE, WXORX, TRACE, CALL_TIMES, COLS, ROWS, COUNT };

static struct store_config_row rows[COUNT] = {
    [ASLR] = { .name = "aslr", .type = STORE_CONFIG_FLAG, .when = STORE_CONFIG_BOOT, .standard = 1, .get = get_aslr,
               .text = "programs lie at random addresses" },
    [SEED] = { .name = "seed", .type = STORE_CONFIG_NUMBER, .when = STORE_CONFIG_BOOT, .most = UINT64_MAX,
               .get = get_seed, .text = "what random addresses are made of; 0: of the CPU's random numbers" },
    [CHECKS] = { .name = "checks", .type = STORE_CONFIG_FLAG, .when = STORE_CONFIG_BOOT, .get = get_checks,
                 .text = "the self-checks run before a program" },
    [CONSOLE] = { .name = "console", .type = STORE_CONFIG_WORD, .when = STORE_CONFIG_BOOT, .words = consoles,
                  .get = get_console, .text = "what COM1 is to a program" },
    [WXORX] = { .name = "wxorx", .type = STORE_CONFIG_FLAG, .when = STORE_CONFIG_LIVE, .get = get_wxorx,
                .set = set_wxorx, .text = "new mappings that are writable and executable are refused" },
    [TRACE] = { .name = "trace", .type = STORE_CONFIG_FLAG, .when = STORE_CONFIG_BOOT, .get = get_trace,
                .set = set_trace, .text = "each system call is said on the log" },
    [CALL_TIMES] = { .name = "call-times", .type = STORE_CONFIG_FLAG, .when = STORE_CONFIG_LIVE,
                     .get = get_call_times, .set = set_call_times,
                     .text = "the processor's time in each system call is taken: program.call-ticks" },
    [COLS] = { .name = "cols", .type = STORE_CONFIG_NUMBER, .when = STORE_CONFIG_BOOT, .most = OPTIONS_SIZE_MAX,
               .get = get_cols, .set = set_cols, .text = "columns of the terminal; 0: nobody knows" },
    [ROWS] = { .name = "rows", .type = STORE_CONFIG_NUMBER, .when = STORE_CONFIG_BOOT, .most = OPTIONS_SIZE_MAX,
               .get = get_rows, .set = set_rows, .text = "rows of the terminal; 0: nobody knows" },
};

void store_rows_build(struct store *store)
{
    if (boot.handoff.kernel_parts & IMAGE_PART_TRACE)
        rows[TRACE].when = STORE_CONFIG_LIVE;
    if (options_program.tty)
        rows[COLS].when = rows[ROWS].when = STORE_CONFIG_LIVE;
    store_config_add(store, rows, COUNT);
}
