/* SPDX-License-Identifier: Apache-2.0 */
#include "say.h"

#include "x86_64/com1.h"
#include "x86_64/cpu.h"
#include "x86_64/protocol.h"
#include "x86_64/uart.h"

void (*say_kept)(const char *text, size_t size);
struct say_mark say_marks[SAY_MARKS_MAX];
uint32_t say_mark_count;

static struct uart com3 = { .port = PROTO_COM3_PORT };
static bool in_program, on_com3, status_due;
static bool torn; /* what was said last is no whole line yet */

static void put(struct fmt_sink *sink, const char *text, size_t size)
{
    (void)sink;
    if (in_program && !on_com3 && !torn)
        com1_fresh_line();
    if (size)
        torn = text[size - 1] != '\n';
    if (say_kept)
        say_kept(text, size);
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

    if (say_mark_count < SAY_MARKS_MAX)
        say_marks[say_mark_count++] = (struct say_mark){ name, tsc };
    say(PROTO_MARK "%s %lu\n", name, tsc);
}

/* From now on COM1 is the program's, or again the kernel's. */
static void give_com1(bool program)
{
    in_program = program;
    on_com3 = program && uart_is_there(&com3);
}

void say_program(const char *path)
{
    if (!in_program)
        uart_init(&com3);
    give_com1(false);
    say(PROTO_PROGRAM "%s\n", path);
    give_com1(true);
    status_due = true;
}

void say_program_status(uint32_t status)
{
    com1_write("\n", 1);
    give_com1(false);
    say(PROTO_STATUS "%u\n", status);
    give_com1(true);
    status_due = false;
}

void say_program_end(uint32_t status)
{
    if (status_due)
        say_program_status(status);
    if (on_com3)
        uart_drain(&com3);
    com1_discard();
    machine_end(status);
}
