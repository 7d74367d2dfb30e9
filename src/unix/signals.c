/* SPDX-License-Identifier: Apache-2.0 */
#include "signals.h"

#include "signal_deliver.h"
#include "log.h"
#include "program.h"
#include "thread.h"

void signal_raise(struct thread *thread, int number, const struct siginfo *info)
{
    (void)info;
    thread = thread ? thread : current;
    thread->signals.pending |= SIGNAL_BIT(number);
    thread->work |= WORK_SIGNAL;
}

void signal_force(int number, const struct siginfo *info)
{
    signal_raise(current, number, info);
}

bool signal_pending(void)
{
    return current->work & (WORK_SIGNAL | WORK_EXIT);
}

void signal_deliver(struct trap_frame *frame)
{
    log_line("signals 0x%lx at rip 0x%lx", current->signals.pending, frame->rip);
    program_exit(128);
}

void signals_thread_ends(struct thread *thread)
{
    (void)thread;
}

void signals_thread_moves(struct thread *from, struct thread *to)
{
    to->signals = from->signals;
}
