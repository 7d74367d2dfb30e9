/* SPDX-License-Identifier: Apache-2.0 */
/* A 16550 by polling: 115200 8N1, no interrupts.  Used by stage2 and the kernel. */
#ifndef ACRE_UART_H
#define ACRE_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uart {
    uint16_t port; /* first of its eight ports */
    uint32_t room; /* bytes that its FIFO still takes without another look */
    bool stuck; /* it took nothing for very long */
};

/* Whether there is one: its scratch register keeps what is written. */
bool uart_is_there(const struct uart *uart);

void uart_init(struct uart *uart);

/* Sends size bytes.  A port that takes none is waited for, once for about a minute, so that nothing is lost; then as
 * long as a working one takes.  A port that is not there takes no time.  Its FIFO is used where it has one that works.
 */
void uart_write(struct uart *uart, const char *bytes, size_t size);

/* Waits until the last byte has left the port: an emulator that ends earlier loses it. */
void uart_drain(struct uart *uart);

/* Reads what comes in and throws it away, until nothing has come for some characters' time.  Before the end of a
 * machine: Bochs, whose port is a connection, resets that if something was sent and not read, and then what the guest
 * said last is lost on the way (seen on: Bochs 2.7). */
void uart_discard(struct uart *uart);

#endif
