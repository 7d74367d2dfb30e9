/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring between the 16550's receive interrupt and who reads.  When it is full the interrupt is turned off and the
 * bytes stay in the port's FIFO, and behind it in the emulator or the sender, until somebody has taken some: none is
 * lost.
 *
 * I1  taken <= put <= taken + RING_SIZE (free-running counters)
 */
#include "input.h"

#include <stdbool.h>
#include <stddef.h>

#include "interrupt.h"
#include "x86_64/cpu.h"
#include "x86_64/pic.h"
#include "x86_64/protocol.h"

#define RING_SIZE 1024u /* a power of two */
#define IER (PROTO_COM1_PORT + 1)
#define FCR (PROTO_COM1_PORT + 2)
#define MCR (PROTO_COM1_PORT + 4)
#define LSR (PROTO_COM1_PORT + 5)
#define IER_RECEIVED 0x01
#define FCR_14 0xc1 /* the FIFO stays on; an interrupt for BURST bytes, or when fewer have waited for 4 bytes' time */
#define BURST 14u
#define IIR_WHAT 0xcf
#define IIR_BURST 0xc4 /* the FIFO is on and has BURST bytes at least */
#define MCR_READY 0x0b /* DTR, RTS, and OUT2, which lets the interrupt through on a PC */
#define LSR_RECEIVED 0x01

static uint8_t ring[RING_SIZE];
static uint32_t put, taken;
static void (*notify)(void);

static bool drain(void)
{
    uint32_t before = put;

    while (RING_SIZE - (put - taken) >= BURST && (port_in8(FCR) & IIR_WHAT) == IIR_BURST)
        for (uint32_t i = 0; i < BURST; i++)
            ring[put++ % RING_SIZE] = port_in8(PROTO_COM1_PORT);
    while (put - taken < RING_SIZE && port_in8(LSR) & LSR_RECEIVED)
        ring[put++ % RING_SIZE] = port_in8(PROTO_COM1_PORT);
    port_out8(IER, put - taken < RING_SIZE ? IER_RECEIVED : 0);
    return put != before;
}

static void serve(void)
{
    if (drain() && notify)
        notify();
}

void input_start(void (*arrived)(void))
{
    notify = arrived;
    port_out8(FCR, FCR_14);
    port_out8(MCR, MCR_READY);
    interrupt_serve(PIC_LINE_COM1, serve);
    serve();
}

uint32_t input_take(uint8_t *to, uint32_t room)
{
    bool full = put - taken == RING_SIZE;
    uint32_t count = 0;

    while (count < room && taken != put)
        to[count++] = ring[taken++ % RING_SIZE];
    if (full && count)
        drain();
    return count;
}
