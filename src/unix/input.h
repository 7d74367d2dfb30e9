/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that come in on COM1, by interrupt. */
#ifndef ACRE_INPUT_H
#define ACRE_INPUT_H

#include <stdint.h>

/* Begins to listen; `arrived` is called, with interrupts off, each time bytes have come.  Again: another `arrived`. */
void input_start(void (*arrived)(void));

/* Takes the bytes that have come, `room` at most; how many. */
uint32_t input_take(uint8_t *to, uint32_t room);

#endif
