/* SPDX-License-Identifier: Apache-2.0 */
/* The border between ring 3 and the kernel; entry.asm stands beside it. */
#ifndef ACRE_ENTRY_H
#define ACRE_ENTRY_H

#include <stdint.h>

#include "x86_64/trap.h"

/* Lets SYSCALL, exceptions and interrupts of ring 3 come in.  Once, after threads_init. */
void entry_init(void);

/* Does what the current thread's `work` says, until nothing is left; then the frame may go to ring 3. */
void entry_work(struct trap_frame *frame);

/* Counts what the current thread has spent in the kernel by now, before it goes to ring 3. */
void entry_count(void);

/* entry.asm */
extern uint64_t entry_stack; /* limit of the current thread's kernel stack */
extern uint64_t entry_tick; /* since when the current thread's system time has not been counted (time-stamp counter) */
_Noreturn void entry_enter(struct trap_frame *frame);
void entry_switch(uint64_t *save, uint64_t load);
void entry_begin(void);

/* Sets the flags and segments of a frame to what a program may have. */
void entry_tame(struct trap_frame *frame);

#endif
