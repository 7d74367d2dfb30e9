/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include "x86_64/com1.h"
#include "x86_64/cpu.h"
#include "x86_64/protocol.h"
#include "x86_64/uart.h"

static struct uart com3 = { .port = PROTO_COM3_PORT };
static bool in_program, on_com3;
static bool torn; /* what was said last is no whole line yet */

static void put(struct fmt_sink *sink, const char *text, size_t size)
{
    (void)sink;
    if (in_program && !on_com3 && !torn)
        com1_fresh_line();
    if (size)
        torn = text[size - 1] != '\n';
    if (on_com3)
        uart_write(&com3, text, size);
    else
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

void say_program(const char *path)
{
    say(PROTO_PROGRAM "%s\n", path);
    in_program = true;
    on_com3 = uart_is_there(&com3);
    if (on_com3)
        uart_init(&com3);
}

void say_program_end(uint32_t status)
{
    com1_write("\n", 1);
    if (on_com3)
        uart_drain(&com3);
    machine_end(status);
}
