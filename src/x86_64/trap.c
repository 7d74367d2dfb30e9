/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's descriptor tables (SDM vol. 3A chapters 3, 6, 7) and what happens at an exception.
 *
 * A double fault comes on a stack of its own (IST 1): a stack that has run into its guard page cannot take even the
 * page fault, and without IST the third fault would be a reset without a word (nurl-lang/nurl#794).
 */
#include "trap.h"

#include "cpu.h"

enum { GDT_NULL, GDT_CODE, GDT_DATA, GDT_TSS, GDT_COUNT = GDT_TSS + 2 };

#define SELECTOR(index) ((index)*8)
#define CODE64 0x00209b0000000000ull
#define DATA64 0x0000930000000000ull
#define TSS_AVAILABLE 0x89ull
#define GATE_INTERRUPT 0x8eull

struct tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3, io_map;
} __attribute__((packed));

struct pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

struct gate {
    uint64_t low, high;
};

static uint64_t gdt[GDT_COUNT];
static struct tss tss;
static struct gate idt[TRAP_COUNT];

extern const uint8_t trap_stubs[][16], probe_read_at[], probe_write_at[], probe_fault[];
extern uint64_t probe_stack;
extern uint8_t fault_stack_limit[];

void load_descriptors(const struct pointer *gdt_pointer, const struct pointer *idt_pointer, uint32_t code,
                      uint32_t tss_selector);
void trap(struct trap_frame *frame);

void (*trap_unexpected)(const struct trap_frame *frame);
struct trap_probe trap_last_probe;

static void set_gate(uint32_t vector, uint64_t handler, uint64_t ist)
{
    idt[vector].low = (handler & 0xffff) | (uint64_t)SELECTOR(GDT_CODE) << 16 | ist << 32 | GATE_INTERRUPT << 40 |
                      (handler >> 16 & 0xffff) << 48;
    idt[vector].high = handler >> 32;
}

static void set_tss(uint64_t base, uint64_t limit)
{
    gdt[GDT_TSS] = (limit & 0xffff) | (base & 0xffffff) << 16 | TSS_AVAILABLE << 40 | (base >> 24 & 0xff) << 56;
    gdt[GDT_TSS + 1] = base >> 32;
}

void trap_init(void)
{
    struct pointer gdt_pointer = { sizeof gdt - 1, (uint64_t)gdt }, idt_pointer = { sizeof idt - 1, (uint64_t)idt };

    gdt[GDT_CODE] = CODE64;
    gdt[GDT_DATA] = DATA64;
    tss.ist[0] = (uint64_t)fault_stack_limit;
    tss.io_map = sizeof tss;
    set_tss((uint64_t)&tss, sizeof tss - 1);
    for (uint32_t vector = 0; vector < TRAP_COUNT; vector++)
        set_gate(vector, (uint64_t)trap_stubs[vector], vector == TRAP_DOUBLE_FAULT);
    load_descriptors(&gdt_pointer, &idt_pointer, SELECTOR(GDT_CODE), SELECTOR(GDT_TSS));
}

uint64_t trap_gdt_address(void)
{
    return (uint64_t)gdt;
}

uint64_t trap_idt_address(void)
{
    return (uint64_t)idt;
}

const char *trap_name(uint64_t vector)
{
    static const char *const names[TRAP_COUNT] = { "divide error",
                                                   "debug",
                                                   "NMI",
                                                   "breakpoint",
                                                   "overflow",
                                                   "bound range",
                                                   "invalid opcode",
                                                   "no FPU",
                                                   "double fault",
                                                   "FPU overrun",
                                                   "invalid TSS",
                                                   "segment not present",
                                                   "stack segment fault",
                                                   "general protection",
                                                   "page fault",
                                                   "reserved",
                                                   "FPU error",
                                                   "alignment check",
                                                   "machine check",
                                                   "SIMD error",
                                                   "virtualization",
                                                   "control protection",
                                                   [28] = "hypervisor injection",
                                                   "VMM communication",
                                                   "security",
                                                   "reserved" };

    return vector < TRAP_COUNT && names[vector] ? names[vector] : "reserved";
}

static uint64_t read_cr2(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static bool from_probe(const struct trap_frame *frame)
{
    return frame->rip == (uint64_t)probe_read_at || frame->rip == (uint64_t)probe_write_at || probe_stack != 0;
}

void trap(struct trap_frame *frame)
{
    if (frame->vector == TRAP_PAGE_FAULT && from_probe(frame)) {
        trap_last_probe = (struct trap_probe){ frame->vector, frame->error, read_cr2() };
        frame->rip = (uint64_t)probe_fault;
        return;
    }
    trap_unexpected(frame);
}
