/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 16550 by polling.  Bochs models it truly: without LCR = 3 it sends 5-bit characters, without a look at LSR it drops
 * bytes, and what has not left (LSR.TEMT) when the machine ends is lost.
 */
#include "com1.h"

#include "cpu.h"
#include "protocol.h"
#include "runtime/bytes.h"
#include "runtime/fmt.h"

#define FCR (PROTO_COM1_PORT + 2)
#define LCR (PROTO_COM1_PORT + 3)
#define LSR (PROTO_COM1_PORT + 5)
#define FCR_ENABLE 0x07 /* FIFOs on and empty */
#define IIR_FIFO 0xc0 /* both bits: a 16550A, whose FIFO works */
#define FIFO_BYTES 16
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define LSR_THRE 0x20
#define LSR_TEMT 0x40
#define LOOKS 100000 /* a character takes 87 us; a look about 1 us */

void com1_init(void)
{
    port_out8(PROTO_COM1_PORT + 1, 0);
    port_out8(LCR, LCR_DLAB);
    port_out8(PROTO_COM1_PORT, 1); /* divisor 1: 115200 */
    port_out8(PROTO_COM1_PORT + 1, 0);
    port_out8(LCR, LCR_8N1);
    port_out8(FCR, FCR_ENABLE);
}

static void wait_for(uint8_t bit)
{
    for (uint32_t i = 0; i < LOOKS && !(port_in8(LSR) & bit); i++)
        ;
}

/* Bytes that may be written when the port says that it is empty.  Asked each time: not the kernel has set it up. */
static uint32_t burst(void)
{
    return (port_in8(FCR) & IIR_FIFO) == IIR_FIFO ? FIFO_BYTES : 1;
}

void com1_write(const char *text, size_t size)
{
    static uint32_t room; /* bytes that the FIFO still takes without another look */

    for (size_t i = 0; i < size; i++) {
        if (room == 0) {
            wait_for(LSR_THRE);
            room = burst();
        }
        port_out8(PROTO_COM1_PORT, (uint8_t)text[i]);
        room--;
    }
}

void com1_drain(void)
{
    wait_for(LSR_TEMT);
}

void machine_end(uint32_t code)
{
    char line[32];

    com1_write(line, fmt_text(line, sizeof line, PROTO_EXIT "%u\n", code));
    com1_drain();
    port_out8(PROTO_DEBUGEXIT_PORT, (uint8_t)(PROTO_DEBUGEXIT_OFFSET + code));
    for (const char *p = PROTO_BOCHS_SHUTDOWN; *p; p++)
        port_out8(PROTO_BOCHS_PORT, (uint8_t)*p);
    cpu_halt_for_ever(); /* QEMU may run on for a moment after the write (rust-osdev/bootimage#107); a real machine
                            stays */
}
