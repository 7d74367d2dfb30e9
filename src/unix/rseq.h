/* SPDX-License-Identifier: Apache-2.0 */
/* Restartable sequences (rseq(2)). */
#ifndef ACRE_RSEQ_H
#define ACRE_RSEQ_H

#include "x86_64/trap.h"

/*
 * The current thread was preempted or takes a signal: if it was in a critical section, it goes on at the abort
 * address.  Costs a test if the program has not registered.
 */
void rseq_abort(struct trap_frame *frame);

#endif
