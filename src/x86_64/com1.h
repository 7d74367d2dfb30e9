/* SPDX-License-Identifier: Apache-2.0 */
/* The first serial port, and the end of a run.  Used by stage2 and the kernel. */
#ifndef ACRE_COM1_H
#define ACRE_COM1_H

#include <stddef.h>
#include <stdint.h>

/* 115200 8N1, no interrupts; its FIFO is used where it has one that works. */
void com1_init(void);

/* Sends size bytes, as uart_write does. */
void com1_write(const char *text, size_t size);

/* Sends the end of a line, unless the last byte sent was one. */
void com1_fresh_line(void);

/* Waits until the last byte has left the port: an emulator that ends earlier loses it. */
void com1_drain(void);

/* As uart_discard. */
void com1_discard(void);

/* Prints the exit line, ends the emulator with the code (PROTO_EXIT_), or halts for ever where there is none. */
_Noreturn void machine_end(uint32_t code);

#endif
