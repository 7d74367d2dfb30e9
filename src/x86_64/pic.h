/* SPDX-License-Identifier: Apache-2.0 */
/* The two 8259A interrupt controllers.  Their 16 lines come as vectors TRAP_COUNT on. */
#ifndef ACRE_PIC_H
#define ACRE_PIC_H

#include <stdbool.h>
#include <stdint.h>

#define PIC_LINE_TIMER 0
#define PIC_LINE_COM2 3
#define PIC_LINE_COM1 4

/* Moves the lines to their vectors and lets none through. */
void pic_init(void);

/* Lets a line through. */
void pic_enable(uint32_t line);

/* Ends the interrupt of a line.  false: it was none (the line fell back before it was served). */
bool pic_end(uint32_t line);

#endif
