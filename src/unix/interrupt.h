/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts of the PIC's lines.  They come only in ring 3 and while the processor idles. */
#ifndef ACRE_INTERRUPT_H
#define ACRE_INTERRUPT_H

#include <stdint.h>

void interrupt_init(void);

/* What an interrupt of this line does, and letting the line through. */
void interrupt_serve(uint32_t line, void (*serve)(void));

/* An interrupt has come. */
void interrupt_line(uint32_t line);

/* Stops the processor until an interrupt has come and was served. */
void interrupt_idle(void);

#endif
