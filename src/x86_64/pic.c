/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two 8259A, the second on line 2 of the first (datasheet: ICW1..4, OCW1..3).  A line that falls back before the CPU
 * has asked for its vector comes as line 7 of its controller, with its bit in the in-service register clear; of the
 * second controller's the first one has served line 2 nevertheless.
 */
#include "pic.h"

#include "cpu.h"
#include "trap.h"

#define FIRST_COMMAND 0x20
#define FIRST_DATA 0x21
#define SECOND_COMMAND 0xa0
#define SECOND_DATA 0xa1
#define ICW1_INIT_ICW4 0x11
#define ICW4_8086 0x01
#define OCW2_END 0x20
#define OCW3_READ_SERVICE 0x0b
#define CASCADE 2

static uint16_t masked = 0xffff;

static void set_masks(void)
{
    port_out8(FIRST_DATA, (uint8_t)masked);
    port_out8(SECOND_DATA, (uint8_t)(masked >> 8));
}

void pic_init(void)
{
    port_out8(FIRST_COMMAND, ICW1_INIT_ICW4);
    port_out8(SECOND_COMMAND, ICW1_INIT_ICW4);
    port_out8(FIRST_DATA, TRAP_COUNT);
    port_out8(SECOND_DATA, TRAP_COUNT + 8);
    port_out8(FIRST_DATA, 1 << CASCADE);
    port_out8(SECOND_DATA, CASCADE);
    port_out8(FIRST_DATA, ICW4_8086);
    port_out8(SECOND_DATA, ICW4_8086);
    masked = 0xffff & ~(1u << CASCADE);
    set_masks();
}

void pic_enable(uint32_t line)
{
    masked &= (uint16_t)~(1u << line);
    set_masks();
}

static bool in_service(uint16_t command, uint32_t line)
{
    port_out8(command, OCW3_READ_SERVICE);
    return port_in8(command) >> line % 8 & 1;
}

bool pic_end(uint32_t line)
{
    bool real = line % 8 != 7 || in_service(line < 8 ? FIRST_COMMAND : SECOND_COMMAND, line);

    if (line >= 8 && real)
        port_out8(SECOND_COMMAND, OCW2_END);
    if (line >= 8 || real)
        port_out8(FIRST_COMMAND, OCW2_END);
    return real;
}
