/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The 8254 (datasheet; its gate and output of counter 2 are bits of port 0x61).
 *
 * Both counters run in mode 0: output low from the load until the count is over.  What is measured is the time from the
 * load of counter 2 to its output's rise, between two looks; the second look is bounded, so that a machine whose
 * counter stands still ends with a wrong clock and does not hang.
 */
#include "pit.h"

#include "cpu.h"

#define COUNTER0 0x40
#define COUNTER2 0x42
#define COMMAND 0x43
#define COMMAND_SHOT0 0x30 /* counter 0, low byte then high, mode 0, binary */
#define COMMAND_SHOT2 0xb0
#define GATE 0x61
#define GATE_ON 0x01
#define GATE_SPEAKER 0x02
#define GATE_OUTPUT 0x20
#define LOOKS 100000000u

static void load(uint16_t port, uint8_t command, uint32_t counts)
{
    port_out8(COMMAND, command);
    port_out8(port, (uint8_t)counts);
    port_out8(port, (uint8_t)(counts >> 8));
}

void pit_shoot(uint32_t counts)
{
    load(COUNTER0, COMMAND_SHOT0, counts);
}

uint64_t pit_measure(uint32_t counts)
{
    uint8_t gate = port_in8(GATE);
    uint64_t begin, end;

    port_out8(GATE, (uint8_t)((gate & ~GATE_SPEAKER) | GATE_ON));
    load(COUNTER2, COMMAND_SHOT2, counts);
    begin = cpu_tsc();
    for (uint32_t i = 0; i < LOOKS && !(port_in8(GATE) & GATE_OUTPUT); i++)
        ;
    end = cpu_tsc();
    port_out8(GATE, gate);
    return end > begin ? end - begin : 1;
}
