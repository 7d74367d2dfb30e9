/* SPDX-License-Identifier: Apache-2.0 */
/* The frame that a handler runs on, Linux's struct rt_sigframe. */
#ifndef ACRE_SIGNAL_FRAME_H
#define ACRE_SIGNAL_FRAME_H

#include <stdbool.h>

#include "signals.h"
#include "x86_64/trap.h"

/* As sigaltstack has it, and a ucontext. */
struct signal_stack {
    uint64_t base;
    uint32_t flags, pad;
    uint64_t size;
};

#define SS_ONSTACK 1u
#define SS_DISABLE 2u
#define SS_AUTODISARM 0x80000000u

/*
 * Makes the current thread's registers those of a handler that begins: pushes a frame on its stack, or on the alternate
 * one, with the registers, the FPU state and the mask to come back to.  false: there is no room for it.
 */
bool signal_frame_push(struct trap_frame *frame, const struct signal_action *action, const struct siginfo *info,
                       uint64_t mask);

/* The way back from it: what rt_sigreturn does.  false: the frame is none that may be returned to. */
bool signal_frame_pop(struct trap_frame *frame);

/* The current thread's alternate stack, at a stack pointer, and setting one; 0 or -errno. */
struct signal_stack signal_stack_get(uint64_t rsp);
int64_t signal_stack_set(const struct signal_stack *stack, uint64_t rsp);

#endif
