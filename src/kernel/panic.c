/* SPDX-License-Identifier: Apache-2.0 */
#include "panic.h"

#include <stdarg.h>

#include "say.h"
#include "x86_64/com1.h"
#include "x86_64/layout.h"
#include "x86_64/protocol.h"

#define FRAMES_MAX 24
#define WHAT_SIZE 280

extern uint8_t kernel_stack_base[], kernel_stack_limit[], fault_stack_base[], fault_stack_limit[];

static bool panicking;

void (*panic_last)(const struct trap_frame *frame);

/* The stack of a thread: what of it is mapped for sure. */
static bool on_thread_stack(uint64_t address)
{
    uint64_t limit = trap_stack();

    return limit && address + 16 <= limit && limit - address <= LAYOUT_KERNEL_STACK_SIZE - LAYOUT_FRAME_SIZE;
}

static bool on_stack(uint64_t address)
{
    return !(address & 7) &&
           (on_thread_stack(address) ||
            (address >= (uint64_t)kernel_stack_base && address + 16 <= (uint64_t)kernel_stack_limit) ||
            (address >= (uint64_t)fault_stack_base && address + 16 <= (uint64_t)fault_stack_limit));
}

static void say_frame(uint32_t number, uint64_t rip)
{
    uint64_t base;
    const char *name = symbol_find(rip, &base);

    if (name)
        say(PROTO_FRAME "%u 0x%016lx %s+0x%lx\n", number, rip, name, rip - base);
    else
        say(PROTO_FRAME "%u 0x%016lx ?+0x0\n", number, rip);
}

/* Only frames on our own stacks are followed: a wild RBP must not fault here. */
void panic_frames(uint64_t rip, uint64_t rbp)
{
    say_frame(0, rip);
    for (uint32_t i = 1; i < FRAMES_MAX && on_stack(rbp); i++) {
        const uint64_t *frame = (const uint64_t *)rbp;

        if (!frame[1])
            return;
        say_frame(i, frame[1]);
        if (frame[0] <= rbp)
            return;
        rbp = frame[0];
    }
}

static uint64_t read_cr2(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

/* The line comes first and alone: whatever goes wrong after it, it has been said. */
static void begin(const char *what, uint64_t rip, uint64_t cr2, uint64_t error)
{
    if (panicking) {
        say("\n" PROTO_PANIC "what=\"panic in panic: %s\" rip=0x%lx cr2=0x%lx error=0x%lx\n", what, rip, cr2, error);
        machine_end(PROTO_EXIT_PANIC);
    }
    panicking = true;
    say("\n" PROTO_PANIC "what=\"%s\" rip=0x%lx cr2=0x%lx error=0x%lx\n", what, rip, cr2, error);
}

static _Noreturn void end(const struct trap_frame *frame)
{
    if (panic_last)
        panic_last(frame);
    machine_end(PROTO_EXIT_PANIC);
}

void panic(const char *format, ...)
{
    char what[WHAT_SIZE];
    uint64_t rip = (uint64_t)__builtin_return_address(0);
    va_list arguments;

    va_start(arguments, format);
    fmt_vtext(what, sizeof what, format, arguments);
    va_end(arguments);
    begin(what, rip, read_cr2(), 0);
    panic_frames(rip, *(const uint64_t *)__builtin_frame_address(0));
    end(NULL);
}

static void say_registers(const struct trap_frame *f)
{
    say("# rax 0x%016lx rbx 0x%016lx rcx 0x%016lx rdx 0x%016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
    say("# rsi 0x%016lx rdi 0x%016lx rbp 0x%016lx rsp 0x%016lx\n", f->rsi, f->rdi, f->rbp, f->rsp);
    say("# r8  0x%016lx r9  0x%016lx r10 0x%016lx r11 0x%016lx\n", f->r8, f->r9, f->r10, f->r11);
    say("# r12 0x%016lx r13 0x%016lx r14 0x%016lx r15 0x%016lx\n", f->r12, f->r13, f->r14, f->r15);
    say("# rip 0x%016lx rflags 0x%08lx cs 0x%lx ss 0x%lx vector %lu\n", f->rip, f->rflags, f->cs, f->ss, f->vector);
}

/* A double fault whose RSP or CR2 lies in the guard page below the stack is a stack that was too small. */
static bool in_guard(uint64_t address)
{
    uint64_t stack = (uint64_t)kernel_stack_base;

    return address >= stack - LAYOUT_FRAME_SIZE && address < stack;
}

void panic_trap(const struct trap_frame *f)
{
    uint64_t cr2 = read_cr2();
    const char *what = trap_name(f->vector);

    if (f->vector == TRAP_DOUBLE_FAULT && (in_guard(cr2) || in_guard(f->rsp)))
        what = "stack overflow";
    else if (f->vector == TRAP_PAGE_FAULT && cr2 < LAYOUT_NULL_LIMIT)
        what = "null dereference";
    begin(what, f->rip, cr2, f->error);
    say_registers(f);
    panic_frames(f->rip, f->rbp);
    end(f);
}
