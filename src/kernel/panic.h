/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a kernel that cannot go on: one machine-readable line, registers, a backtrace, exit. */
#ifndef ACRE_PANIC_H
#define ACRE_PANIC_H

#include "runtime/fmt.h"
#include "x86_64/trap.h"

/* Works from the kernel's first instruction on; a panic inside a panic says only that.  The PROTO_PANIC line is
 * what="..." rip=0x... cr2=0x... error=0x..., the frames are PROTO_FRAME lines. */
_Noreturn void panic(const char *format, ...) FMT_PRINTF(1, 2);

/*
 * What is done between a panic's last line and the machine's end; `frame` is NULL for a panic that no exception has
 * brought.  A panic in it ends the machine.  NULL: nothing.
 */
extern void (*panic_last)(const struct trap_frame *frame);

/* PROTO_FRAME lines: `rip`, and whoever called it by the chain of frames at `rbp`, as far as it stays on our stacks. */
void panic_frames(uint64_t rip, uint64_t rbp);

/* For trap_unexpected. */
_Noreturn void panic_trap(const struct trap_frame *frame);

/* The function that holds `address`, and its first byte; NULL if none does. */
const char *symbol_find(uint64_t address, uint64_t *base);

#endif
