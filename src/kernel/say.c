/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include "x86_64/com1.h"
#include "x86_64/cpu.h"
#include "x86_64/protocol.h"

static void put(struct fmt_sink *sink, const char *text, size_t size)
{
    (void)sink;
    com1_write(text, size);
}

void say(const char *format, ...)
{
    struct fmt_sink sink = { put };
    va_list arguments;

    va_start(arguments, format);
    fmt_vwrite(&sink, format, arguments);
    va_end(arguments);
}

void mark(const char *name)
{
    uint64_t tsc = cpu_tsc();

    say(PROTO_MARK "%s %lu\n", name, tsc);
}
