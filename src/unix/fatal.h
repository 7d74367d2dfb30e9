/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a program that a signal ends. */
#ifndef ACRE_FATAL_H
#define ACRE_FATAL_H

#include "signals.h"
#include "x86_64/trap.h"

/* On the log: what and where; of a fault also the mapping, the registers, the stack's frames and the map. */
void fatal_report(const struct trap_frame *frame, const struct siginfo *info);

/* The same of one for which no frame was left, with the ledger's rows: of who has them. */
void fatal_memory(void);

#endif
