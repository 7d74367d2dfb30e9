/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a pending signal on the way back to ring 3. */
#ifndef ACRE_SIGNAL_DELIVER_H
#define ACRE_SIGNAL_DELIVER_H

#include "signals.h"
#include "x86_64/trap.h"

/*
 * Lets the current thread take one pending signal: a handler's frame is built, or the program ends, or nothing is left
 * and WORK_SIGNAL is cleared.  A call that a signal has interrupted is made again or ends with -EINTR.
 */
void signal_deliver(struct trap_frame *frame);

#endif
