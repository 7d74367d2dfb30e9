/* SPDX-License-Identifier: Apache-2.0 */
#include "interrupt.h"

#include <stddef.h>

#include "x86_64/pic.h"
#include "x86_64/trap.h"

static void (*served[TRAP_LINES])(void);

void interrupt_init(void)
{
    pic_init();
}

void interrupt_serve(uint32_t line, void (*serve)(void))
{
    served[line] = serve;
    pic_enable(line);
}

void interrupt_line(uint32_t line)
{
    if (pic_end(line) && served[line])
        served[line]();
}

void interrupt_idle(void)
{
    __asm__ volatile("sti; hlt; cli" : : : "memory"); /* STI lets interrupts in only after the HLT has begun */
}
