/* SPDX-License-Identifier: Apache-2.0 */
/* Exceptions that a program's instructions meet: page faults are resolved, the others become signals. */
#ifndef ACRE_FAULT_H
#define ACRE_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "x86_64/trap.h"

#define FAULT_PAGE_KINDS 32 /* what the TRAP_PF_ bits can be together, and the reserved one */

/* Exceptions of ring 3 so far, by vector; and page faults by the low bits of their error code, those that the kernel
 * met in the program's memory among them: TRAP_PF_USER is clear there. */
extern uint64_t fault_counts[TRAP_COUNT], fault_pages[FAULT_PAGE_KINDS];

/* An exception from ring 3. */
void fault_user(struct trap_frame *frame);

/* A page fault that the kernel met in the program's memory, for trap_resolve. */
bool fault_resolve(uint64_t address, uint64_t error);

/* A signal that an instruction of the current thread has caused: it is taken now, whatever the thread blocks. */
void fault_raise(int number, int code, uint64_t address);

#endif
