/* SPDX-License-Identifier: Apache-2.0 */
/*
 * I1  a frame that goes to ring 3 has the program's selectors, interrupts on, none of the flags that are the kernel's,
 *     and a canonical RIP: IRET cannot fault on it, and SYSRET is never reached with one that it would fault on
 */
#include "entry.h"

#include "fault.h"
#include "interrupt.h"
#include "rseq.h"
#include "signal_deliver.h"
#include "signals.h"
#include "thread.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"
#include "x86_64/protect.h"

#define FLAGS_OFF (RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_IOPL | RFLAGS_NT | RFLAGS_RF | RFLAGS_AC)

uint64_t entry_stack, entry_tick;

void entry_syscall(void);

static bool is_canonical(uint64_t address)
{
    return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

void entry_tame(struct trap_frame *frame)
{
    frame->cs = LAYOUT_SELECTOR_USER_CODE;
    frame->ss = LAYOUT_SELECTOR_USER_DATA;
    frame->rflags = (frame->rflags & RFLAGS_USER) | RFLAGS_IF | RFLAGS_FIXED;
}

void entry_count(void)
{
    uint64_t now = cpu_tsc();

    current->system_ticks += now - entry_tick;
    entry_tick = now;
}

void entry_work(struct trap_frame *frame)
{
    do {
        uint32_t work = current->work;

        current->work &= ~WORK_FRAME;
        if (work & WORK_EXIT)
            thread_exit(0);
        if (work & WORK_RESCHEDULE) {
            rseq_abort(frame);
            thread_yield();
        }
        if (!is_canonical(frame->rip))
            fault_raise(SIGSEGV, SI_KERNEL, 0);
        if (current->work & WORK_SIGNAL || current->signals.restore)
            signal_deliver(frame);
    } while (current->work || !is_canonical(frame->rip));
    entry_count();
}

static void come_from_user(struct trap_frame *frame)
{
    entry_tick = cpu_tsc();
    if (frame->vector >= TRAP_COUNT)
        interrupt_line((uint32_t)frame->vector - TRAP_COUNT);
    else
        fault_user(frame);
    if (current->work)
        entry_work(frame);
    else
        entry_count();
}

void entry_init(void)
{
    cpu_msr_set(MSR_EFER, cpu_msr(MSR_EFER) | EFER_SCE);
    cpu_msr_set(MSR_STAR, (uint64_t)LAYOUT_SELECTOR_SYSRET << 48 | (uint64_t)LAYOUT_SELECTOR_CODE << 32);
    cpu_msr_set(MSR_LSTAR, (uint64_t)entry_syscall);
    cpu_msr_set(MSR_FMASK, FLAGS_OFF);
    trap_smap = protect_cr4() & CR4_SMAP;
    trap_user = come_from_user;
    trap_interrupt = interrupt_line;
    trap_resolve = fault_resolve;
}
