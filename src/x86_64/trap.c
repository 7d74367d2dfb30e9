/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's descriptor tables (SDM vol. 3A chapters 3, 6, 7) and what happens at an exception.
 *
 * A double fault comes on a stack of its own (IST 1): a stack that has run into its guard page cannot take even the
 * page fault, and without IST the third fault would be a reset without a word (nurl-lang/nurl#794).
 */
#include "trap.h"

#include "cpu.h"
#include "layout.h"

#define INDEX(selector) ((selector) / 8)
#define GDT_COUNT (INDEX(LAYOUT_SELECTOR_TSS) + 2)
#define CODE64 0x00209b0000000000ull
/* Stack segments are 32-bit ones, as SYSCALL and SYSRET load them: 64-bit mode does not mind, but an emulator that
 * keeps translated code for each kind of stack segment would translate everything twice. */
#define DATA64 0x0040930000000000ull
#define USER_CODE64 0x0020fb0000000000ull
#define USER_DATA64 0x0040f30000000000ull
#define TSS_AVAILABLE 0x89ull
#define GATE_INTERRUPT 0x8eull
#define GATE_FROM_USER 0xeeull /* INT3 and INTO may be used in ring 3 */
#define IST_FAULT 1ull

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

/* Instructions from base to limit (exclusive) may fault; then it goes on at `to`.  The last row is all 0. */
struct recovery {
    uint64_t base, limit, to;
};

static uint64_t gdt[GDT_COUNT];
struct tss trap_tss; /* traps.asm reads rsp[0] */
static struct gate idt[TRAP_COUNT + TRAP_LINES];

extern const uint8_t trap_stubs[][16], probe_read_at[], probe_write_at[], probe_fault[];
extern uint64_t probe_stack;
extern const struct recovery access_recoveries[];
extern uint8_t fault_stack_limit[];

void load_descriptors(const struct pointer *gdt_pointer, const struct pointer *idt_pointer, uint32_t code,
                      uint32_t tss_selector);
void trap(struct trap_frame *frame);

void (*trap_unexpected)(const struct trap_frame *frame);
void (*trap_user)(struct trap_frame *frame);
void (*trap_interrupt)(uint32_t line);
bool (*trap_resolve)(uint64_t address, uint64_t error);
bool trap_smap;
uint64_t trap_counts[TRAP_COUNT + TRAP_LINES];
struct trap_probe trap_last_probe;

static void set_gate(uint32_t vector, uint64_t handler, uint64_t kind, uint64_t ist)
{
    idt[vector].low = (handler & 0xffff) | (uint64_t)LAYOUT_SELECTOR_CODE << 16 | ist << 32 | kind << 40 |
                      (handler >> 16 & 0xffff) << 48;
    idt[vector].high = handler >> 32;
}

/* Whether it may come at any instruction, even between SYSCALL and its first PUSH: then on a stack of its own. */
static bool comes_anywhere(uint32_t vector)
{
    return vector == TRAP_DOUBLE_FAULT || vector == TRAP_NMI || vector == TRAP_MACHINE_CHECK || vector == TRAP_DEBUG;
}

static void set_gates(void)
{
    for (uint32_t vector = 0; vector < TRAP_COUNT + TRAP_LINES; vector++)
        set_gate(vector, (uint64_t)trap_stubs[vector],
                 vector == TRAP_BREAKPOINT || vector == TRAP_OVERFLOW ? GATE_FROM_USER : GATE_INTERRUPT,
                 comes_anywhere(vector) ? IST_FAULT : 0);
}

static void set_tss(uint64_t base, uint64_t limit)
{
    uint64_t *entry = &gdt[INDEX(LAYOUT_SELECTOR_TSS)];

    entry[0] = (limit & 0xffff) | (base & 0xffffff) << 16 | TSS_AVAILABLE << 40 | (base >> 24 & 0xff) << 56;
    entry[1] = base >> 32;
}

void trap_init(void)
{
    struct pointer gdt_pointer = { sizeof gdt - 1, (uint64_t)gdt }, idt_pointer = { sizeof idt - 1, (uint64_t)idt };

    gdt[INDEX(LAYOUT_SELECTOR_CODE)] = CODE64;
    gdt[INDEX(LAYOUT_SELECTOR_DATA)] = DATA64;
    gdt[INDEX(LAYOUT_SELECTOR_USER_CODE)] = USER_CODE64;
    gdt[INDEX(LAYOUT_SELECTOR_USER_DATA)] = USER_DATA64;
    trap_tss.ist[0] = (uint64_t)fault_stack_limit;
    trap_tss.io_map = sizeof trap_tss;
    set_tss((uint64_t)&trap_tss, sizeof trap_tss - 1);
    set_gates();
    load_descriptors(&gdt_pointer, &idt_pointer, LAYOUT_SELECTOR_CODE, LAYOUT_SELECTOR_TSS);
}

void trap_set_stack(uint64_t limit)
{
    trap_tss.rsp[0] = limit;
}

uint64_t trap_stack(void)
{
    return trap_tss.rsp[0];
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

uint64_t trap_cr2(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static bool from_probe(const struct trap_frame *frame)
{
    return frame->rip == (uint64_t)probe_read_at || frame->rip == (uint64_t)probe_write_at || probe_stack != 0;
}

static bool probed(struct trap_frame *frame)
{
    if (frame->vector != TRAP_PAGE_FAULT || !from_probe(frame))
        return false;
    trap_last_probe = (struct trap_probe){ frame->vector, frame->error, trap_cr2() };
    frame->rip = (uint64_t)probe_fault;
    return true;
}

/* Whether the fault is one of access.asm's: then it is tried again, or its routine fails. */
static bool recovered(struct trap_frame *frame)
{
    const struct recovery *r = access_recoveries;
    uint64_t address = trap_cr2();

    while (r->base && (frame->rip < r->base || frame->rip >= r->limit))
        r++;
    if (!r->base || (frame->vector != TRAP_PAGE_FAULT && frame->vector != TRAP_PROTECTION))
        return false;
    if (frame->vector != TRAP_PAGE_FAULT || address >= LAYOUT_USER_LIMIT || !trap_resolve ||
        !trap_resolve(address, frame->error))
        frame->rip = r->to;
    return true;
}

/*
 * A step of ring 3 that comes behind its SYSCALL, when FMASK has cleared TF.  There is nothing to be done: TF is on
 * again after SYSRET, and then the step is the program's.  Seen on: Bochs 2.7.
 */
static bool is_late_step(const struct trap_frame *frame)
{
    return frame->vector == TRAP_DEBUG && trap_user && frame->rip == cpu_msr(MSR_LSTAR);
}

void trap(struct trap_frame *frame)
{
    if (trap_smap)
        __asm__ volatile("clac" : : : "memory");
    trap_counts[frame->vector]++;
    if (frame->cs & 3 && trap_user)
        trap_user(frame);
    else if (frame->vector >= TRAP_COUNT && trap_interrupt)
        trap_interrupt((uint32_t)frame->vector - TRAP_COUNT);
    else if (!is_late_step(frame) && !probed(frame) && !recovered(frame))
        trap_unexpected(frame);
}
