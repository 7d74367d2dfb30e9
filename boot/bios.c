/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BIOS calls and the A20 gate.
 *
 * A20 is looked at after every call, because BIOS code closes it again (iPXE 38cd2035f, SeaBIOS d8b30807).  stage2 lies
 * in even MiB 0 and runs with A20 open or closed, so the look is safe; only what is above 1 MiB needs it.
 */
#include "bios.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"
#include "stage2.h"

#define A20_PROBE 0x1234u /* stage2's own word is compared with the one this far above 1 MiB that would alias it */
#define A20_LOOKS 1000 /* a gate may take some time: each look is a port access, about 1 us */

#define PORT_FAST_GATE 0x92 /* bit 1 A20, bit 0 resets the machine */
#define PORT_KBC_DATA 0x60
#define PORT_KBC_COMMAND 0x64
#define KBC_INPUT_FULL 0x02
#define KBC_WRITE_OUTPUT 0xd1
#define KBC_NULL 0xff
#define KBC_OUTPUT_A20 0xdf

static uint32_t probe = A20_PROBE;

/* Twice with different values: one equal pair may be chance (syslinux 6af3d0ea, Limine#386). */
static bool a20_is_open(void)
{
    volatile uint32_t *low = &probe;
    volatile uint32_t *high = (volatile uint32_t *)((uintptr_t)&probe + LAYOUT_HIMEM_BASE);
    bool open = false;

    for (uint32_t value = A20_PROBE; value < A20_PROBE + 2 && !open; value++) {
        *low = value;
        open = *high != value;
    }
    *low = A20_PROBE;
    return open;
}

static bool a20_becomes_open(void)
{
    for (int i = 0; i < A20_LOOKS; i++) {
        if (a20_is_open())
            return true;
        port_in8(PORT_FAST_GATE);
    }
    return false;
}

static void kbc_wait(void)
{
    for (int i = 0; i < A20_LOOKS && (port_in8(PORT_KBC_COMMAND) & KBC_INPUT_FULL); i++)
        ;
}

static void a20_by_kbc(void)
{
    kbc_wait();
    port_out8(PORT_KBC_COMMAND, KBC_WRITE_OUTPUT);
    kbc_wait();
    port_out8(PORT_KBC_DATA, KBC_OUTPUT_A20);
    kbc_wait();
    port_out8(PORT_KBC_COMMAND, KBC_NULL); /* HP DL360 G5 wants it (iPXE b7882065f) */
    kbc_wait();
}

static void a20_by_fast_gate(void)
{
    port_out8(PORT_FAST_GATE, (uint8_t)((port_in8(PORT_FAST_GATE) | 2) & ~1u)); /* bit 0 is reset: rust-osdev 125dee4 */
}

static void a20_by_bios(void)
{
    struct bios_registers r = { .eax = 0x2401 };

    bios_thunk(&r, 0x15);
}

const char *a20_open(void)
{
    static const struct {
        const char *name;
        void (*open)(void);
    } methods[] = { { "bios", a20_by_bios }, { "fast-gate", a20_by_fast_gate }, { "keyboard", a20_by_kbc } };

    if (a20_is_open())
        return "already";
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        methods[i].open();
        if (a20_becomes_open())
            return methods[i].name;
    }
    return NULL;
}

void bios(struct bios_registers *r, uint32_t vector)
{
    r->flags |= BIOS_CARRY;
    bios_thunk(r, vector);
    if (!a20_open())
        refuse("A20 cannot be opened again after BIOS call 0x%x", vector);
}
