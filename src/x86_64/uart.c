/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bochs models a 16550 truly: without LCR = 3 it sends 5-bit characters, without a look at LSR it drops bytes, and what
 * has not left (LSR.TEMT) when the machine ends is lost.
 */
#include "uart.h"

#include "cpu.h"

/* Registers, from the first port on. */
#define DATA 0
#define IER 1
#define FCR 2 /* read: IIR */
#define LCR 3
#define LSR 5
#define SCRATCH 7

#define FCR_ENABLE 0x07 /* FIFOs on and empty */
#define IIR_FIFO 0xc0 /* both bits: a 16550A, whose FIFO works */
#define FIFO_BYTES 16
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define LSR_DATA 0x01
#define LSR_THRE 0x20
#define LSR_TEMT 0x40
#define LOOKS 100000 /* a character takes 87 us; a look about 1 us */
#define PATIENCE 600 /* times LOOKS, about a minute: who reads an emulator's port may have something else to do */
#define QUIET_LOOKS 3000 /* some characters' time */
#define DISCARD_MOST 65536 /* bytes */
#define SCRATCH_LOOK 0xa5 /* what no port that is not there answers: that is 0xff */

bool uart_is_there(const struct uart *uart)
{
    port_out8(uart->port + SCRATCH, SCRATCH_LOOK);
    return port_in8(uart->port + SCRATCH) == SCRATCH_LOOK;
}

void uart_init(struct uart *uart)
{
    port_out8(uart->port + IER, 0);
    port_out8(uart->port + LCR, LCR_DLAB);
    port_out8(uart->port + DATA, 1); /* divisor 1: 115200 */
    port_out8(uart->port + IER, 0);
    port_out8(uart->port + LCR, LCR_8N1);
    port_out8(uart->port + FCR, FCR_ENABLE);
    uart->room = 0;
}

static bool look_for(const struct uart *uart, uint8_t bit)
{
    for (uint32_t i = 0; i < LOOKS; i++)
        if (port_in8(uart->port + LSR) & bit)
            return true;
    return false;
}

/* A port that has been stuck for so long is waited for no longer than a working one takes, until it works again. */
static void wait_for(struct uart *uart, uint8_t bit)
{
    uint32_t turns = uart->stuck ? 1 : PATIENCE;

    while (turns > 0 && !look_for(uart, bit))
        turns--;
    uart->stuck = !turns;
}

/* Bytes that may be written when the port says that it is empty.  Asked each time: not the kernel has set it up. */
static uint32_t burst(const struct uart *uart)
{
    return (port_in8(uart->port + FCR) & IIR_FIFO) == IIR_FIFO ? FIFO_BYTES : 1;
}

void uart_write(struct uart *uart, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (uart->room == 0) {
            wait_for(uart, LSR_THRE);
            uart->room = burst(uart);
        }
        port_out8(uart->port + DATA, (uint8_t)bytes[i]);
        uart->room--;
    }
}

void uart_drain(struct uart *uart)
{
    wait_for(uart, LSR_TEMT);
}

void uart_discard(struct uart *uart)
{
    uint32_t bytes = 0;

    for (uint32_t quiet = 0; quiet < QUIET_LOOKS && bytes < DISCARD_MOST; quiet++)
        if (port_in8(uart->port + LSR) & LSR_DATA) {
            port_in8(uart->port + DATA);
            bytes++;
            quiet = 0;
        }
}
