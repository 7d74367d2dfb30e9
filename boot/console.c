/* SPDX-License-Identifier: Apache-2.0 */
/* What stage2 says: comment lines on COM1, and refusals on COM1 and on the screen. */
#include <stdarg.h>

#include "bios.h"
#include "runtime/fmt.h"
#include "stage2.h"
#include "x86_64/com1.h"
#include "x86_64/protocol.h"

static void put_com1(struct fmt_sink *sink, const char *text, size_t size)
{
    (void)sink;
    com1_write(text, size);
}

static void put_both(struct fmt_sink *sink, const char *text, size_t size)
{
    put_com1(sink, text, size);
    for (size_t i = 0; i < size; i++) {
        struct bios_registers r = { .eax = 0x0e00 | (uint8_t)text[i], .ebx = 7 };

        bios_thunk(&r, 0x10); /* not bios(): that refuses when A20 is stuck, and would come back here */
    }
}

void console_init(void)
{
    com1_init();
}

static void vsay(struct fmt_sink *sink, const char *prefix, const char *format, va_list arguments)
{
    fmt_write(sink, "%s", prefix);
    fmt_vwrite(sink, format, arguments);
    fmt_write(sink, "\n");
}

void note(const char *format, ...)
{
    struct fmt_sink sink = { put_com1 };
    va_list arguments;

    va_start(arguments, format);
    vsay(&sink, "# ", format, arguments);
    va_end(arguments);
}

void mark(const char *name, uint64_t tsc)
{
    struct fmt_sink sink = { put_com1 };

    fmt_write(&sink, PROTO_MARK "%s %llu\n", name, (unsigned long long)tsc);
}

void refuse(const char *format, ...)
{
    struct fmt_sink sink = { put_both };
    va_list arguments;

    va_start(arguments, format);
    vsay(&sink, PROTO_REFUSED, format, arguments);
    va_end(arguments);
    machine_end(PROTO_EXIT_REFUSED);
}
