/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte that arrives interrupts at once or when 14 have come (whichever the FIFO says first); room to send is an
 * empty holding register, and then the whole FIFO is empty.  Both are levels of one line: who has served it turns them
 * off and on again, so that the PIC, which wants an edge, sees one.
 *
 * String instructions move the bytes: a byte in costs 8 instructions, a byte out 1.
 */
#include "com2.h"

#include "cpu.h"
#include "protocol.h"
#include "uart.h"

#define IER (PROTO_COM2_PORT + 1)
#define FCR (PROTO_COM2_PORT + 2) /* read: IIR */
#define MCR (PROTO_COM2_PORT + 4)
#define LSR (PROTO_COM2_PORT + 5)
#define IER_RECEIVED 0x01
#define IER_EMPTY 0x02
#define FCR_14 0xc1 /* the FIFO stays on; an interrupt for 14 bytes, or when fewer have waited for 4 bytes' time */
#define IIR_FIFO 0xc0
#define FIFO_BYTES 16
#define MCR_READY 0x0b /* DTR, RTS, and OUT2, which lets the interrupt through on a PC */
#define LSR_RECEIVED 0x01
#define LSR_EMPTY 0x20

static struct uart com2 = { .port = PROTO_COM2_PORT };
static size_t burst; /* bytes that an empty port takes */

void com2_init(void)
{
    uart_init(&com2);
    port_out8(FCR, FCR_14);
    port_out8(MCR, MCR_READY);
    /* Somebody may have sent bytes too early: they are lost.  And none comes after them until one is read: emptying the
     * FIFO does not tell the sender that there is room.  Seen on: QEMU 7.2. */
    port_in8(PROTO_COM2_PORT);
    burst = (port_in8(FCR) & IIR_FIFO) == IIR_FIFO ? FIFO_BYTES : 1;
}

size_t com2_receive(uint8_t *to, size_t room)
{
    uint8_t *at = to;

    while (at < to + room && port_in8(LSR) & LSR_RECEIVED)
        __asm__ volatile("insb" : "+D"(at) : "d"((uint16_t)PROTO_COM2_PORT) : "memory");
    return (size_t)(at - to);
}

size_t com2_room(void)
{
    return port_in8(LSR) & LSR_EMPTY ? burst : 0;
}

void com2_send(const uint8_t *bytes, size_t size)
{
    __asm__ volatile("rep outsb" : "+S"(bytes), "+c"(size) : "d"((uint16_t)PROTO_COM2_PORT) : "memory");
}

void com2_interrupts(bool arrived, bool room)
{
    port_out8(IER, 0);
    port_out8(IER, (uint8_t)((arrived ? IER_RECEIVED : 0) | (room ? IER_EMPTY : 0)));
}

void com2_send_all(const char *bytes, size_t size)
{
    uart_write(&com2, bytes, size);
    uart_drain(&com2);
}
