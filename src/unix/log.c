/* SPDX-License-Identifier: Apache-2.0 */
#include "log.h"

#include "kernel/say.h"

#define LINE_SIZE 1024

void log_line(const char *format, ...)
{
    static char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    fmt_vtext(line, sizeof line, format, arguments);
    va_end(arguments);
    say("# %s\n", line);
}
