/* SPDX-License-Identifier: Apache-2.0 */
/* The first serial port, and the end of a run.  Used by stage2 and the kernel. */
#ifndef ACRE_COM1_H
#define ACRE_COM1_H

#include <stddef.h>
#include <stdint.h>

/* 115200 8N1, no interrupts; its FIFO is used where it has one that works. */
void com1_init(void);

/* Sends size bytes, waiting for each as long as a working port takes; a port that is not there takes no time. */
void com1_write(const char *text, size_t size);

/* Waits until the last byte has left the port: an emulator that ends earlier loses it. */
void com1_drain(void);

/* Prints the exit line, ends the emulator with the code (PROTO_EXIT_), or halts for ever where there is none. */
_Noreturn void machine_end(uint32_t code);

#endif
