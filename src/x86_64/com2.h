/* SPDX-License-Identifier: Apache-2.0 */
/* The second serial port, both ways, without waiting. */
#ifndef ACRE_COM2_H
#define ACRE_COM2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 115200 8N1, its FIFO on where it has one, no interrupts. */
void com2_init(void);

/* Takes bytes that have arrived, room at most; how many. */
size_t com2_receive(uint8_t *to, size_t room);

/* Bytes that com2_send may be given now; 0: not yet. */
size_t com2_room(void);
void com2_send(const uint8_t *bytes, size_t size);

/* Which of its two reasons raise its interrupt: bytes have arrived, there is room to send. */
void com2_interrupts(bool arrived, bool room);

/* Sends all and waits until the last byte has left. */
void com2_send_all(const char *bytes, size_t size);

#endif
