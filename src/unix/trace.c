/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   # call 1 openat(dir=-100, path="/etc/passwd", flags=0x80000, mode=0) = 3
 *   # call 1 close(fd=9) = -9 EBADF
 *
 * A line is written when the call is over, since other threads may run before: but for calls that do not come back,
 * whose result is "?".
 */
#include "trace.h"

#include <stdbool.h>
#include <stddef.h>

#include "errno.h"
#include "log.h"
#include "runtime/bytes.h"
#include "runtime/fmt.h"
#include "thread.h"
#include "user.h"

#define LINE_SIZE 512
#define TEXT_SIZE 100 /* bytes of a text that are shown */

static const struct row {
    uint16_t number;
    const char *name, *arguments;
} rows[] = {
#define SYSCALL(number, name, arguments) { number, #name, arguments },
#include "syscall_lists.h"
#undef SYSCALL
};

struct line {
    char text[LINE_SIZE];
    size_t length;
};

static void add(struct line *line, const char *format, ...) FMT_PRINTF(2, 3);

static void add(struct line *line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    line->length += fmt_vtext(line->text + line->length, LINE_SIZE - line->length, format, arguments);
    va_end(arguments);
    if (line->length > LINE_SIZE - 1)
        line->length = LINE_SIZE - 1;
}

static void add_text(struct line *line, uint64_t address)
{
    char text[TEXT_SIZE + 1];
    int64_t length = user_text(text, address, sizeof text);

    if (length == -EFAULT) {
        add(line, "0x%lx", address);
        return;
    }
    text[TEXT_SIZE] = 0;
    for (char *p = text; *p; p++)
        if ((uint8_t)*p < ' ' || *p == '"' || (uint8_t)*p > '~')
            *p = '?';
    add(line, "\"%s\"%s", text, length < 0 ? "..." : "");
}

static void add_value(struct line *line, char kind, uint64_t value)
{
    if (kind == 'd')
        add(line, "%d", (int)value);
    else if (kind == 'l')
        add(line, "%ld", (int64_t)value);
    else if (kind == 'u')
        add(line, "%lu", value);
    else if (kind == 's' && value)
        add_text(line, value);
    else if (kind == 'o')
        add(line, "0%lu%lu%lu%lu%lu", value >> 12 & 7, value >> 9 & 7, value >> 6 & 7, value >> 3 & 7, value & 7);
    else
        add(line, value ? "0x%lx" : "%lu", value);
}

/* "name:kind name:kind" with a value each. */
static void add_arguments(struct line *line, const char *list, const uint64_t *values)
{
    while (*list) {
        size_t length = 0;

        while (list[length] != ':')
            length++;
        add(line, "%.*s=", (int)length, list);
        add_value(line, list[length + 1], *values++);
        list += length + 2;
        if (*list == ' ') {
            list++;
            add(line, ", ");
        }
    }
}

static const struct row *row_of(uint64_t number)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].number == number)
            return &rows[i];
    return NULL;
}

static const char *error_name(int64_t error)
{
    switch (error) {
#define ROW(number, NAME) \
    case number: \
        return #NAME;
        ERRNO_LIST(ROW)
#undef ROW
    case ERESTART:
        return "ERESTART";
    default:
        return "";
    }
}

static void add_call(struct line *line, const struct trace_call *call)
{
    const struct row *row = row_of(call->number);

    add(line, "call %d ", current->tid);
    if (row) {
        add(line, "%s(", row->name);
        add_arguments(line, row->arguments, call->arguments);
    } else {
        add(line, "%lu(0x%lx, 0x%lx, 0x%lx", call->number, call->arguments[0], call->arguments[1],
            call->arguments[2]);
    }
    add(line, ")");
}

static bool comes_back(uint64_t number)
{
    const struct row *row = row_of(number);

    return !row || !(text_equal(row->name, "exit") || text_equal(row->name, "exit_group") ||
                     text_equal(row->name, "execve"));
}

void trace_begin(struct trace_call *call, uint64_t number, const uint64_t *a)
{
    struct line line = { .length = 0 };

    call->number = number;
    bytes_copy(call->arguments, a, sizeof call->arguments);
    if (comes_back(number))
        return;
    add_call(&line, call);
    log_line("%s = ?", line.text);
}

void trace_end(const struct trace_call *call, int64_t result)
{
    struct line line = { .length = 0 };

    add_call(&line, call);
    if (result < 0 && result >= -ERRNO_MAX)
        log_line("%s = %ld %s", line.text, result, error_name(-result));
    else
        log_line(result > 0xffff ? "%s = 0x%lx" : "%s = %ld", line.text, (uint64_t)result);
}
