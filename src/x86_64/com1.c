/* SPDX-License-Identifier: Apache-2.0 */
#include "com1.h"

#include "cpu.h"
#include "protocol.h"
#include "runtime/bytes.h"
#include "runtime/fmt.h"
#include "uart.h"

static struct uart com1 = { .port = PROTO_COM1_PORT };
static char last = '\n'; /* byte that was sent */

void com1_init(void)
{
    uart_init(&com1);
}

void com1_write(const char *text, size_t size)
{
    uart_write(&com1, text, size);
    if (size)
        last = text[size - 1];
}

void com1_fresh_line(void)
{
    if (last != '\n')
        com1_write("\n", 1);
}

void com1_drain(void)
{
    uart_drain(&com1);
}

void com1_discard(void)
{
    uart_discard(&com1);
}

void machine_end(uint32_t code)
{
    char line[32];

    com1_fresh_line();
    com1_write(line, fmt_text(line, sizeof line, PROTO_EXIT "%u\n", code));
    com1_drain();
    port_out8(PROTO_DEBUGEXIT_PORT, (uint8_t)(PROTO_DEBUGEXIT_OFFSET + code));
    for (const char *p = PROTO_BOCHS_SHUTDOWN; *p; p++)
        port_out8(PROTO_BOCHS_PORT, (uint8_t)*p);
    cpu_halt_for_ever(); /* QEMU may run on for a moment after the write (rust-osdev/bootimage#107); a real machine
                            stays */
}
