/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A handler is called on the way back from a call as if it had been called by the program.  A call that was interrupted
 * (-ERESTART) is made again, from its SYSCALL instruction, if no handler runs or the handler has SA_RESTART; else it
 * ends with -EINTR.
 */
#include "signal_deliver.h"

#include "errno.h"
#include "fatal.h"
#include "program.h"
#include "rseq.h"
#include "signal_frame.h"
#include "thread.h"

#define SYSCALL_BYTES 2 /* 0f 05 */

/* The frame's call, if it is one, will not be looked at again. */
static void end_call(struct trap_frame *frame, bool restart)
{
    if (frame->vector == TRAP_SYSCALL && frame->rax == (uint64_t)-ERESTART) {
        frame->rax = restart ? frame->error : (uint64_t)-EINTR;
        frame->rip -= restart ? SYSCALL_BYTES : 0;
    }
    frame->vector = 0;
}

static void call_handler(struct trap_frame *frame, struct signal_action *action, const struct siginfo *info)
{
    struct thread_signals *s = &current->signals;
    uint64_t mask = s->restore ? s->restored : s->blocked;
    struct signal_action called = *action;

    end_call(frame, called.flags & SA_RESTART);
    rseq_abort(frame);
    if (!signal_frame_push(frame, &called, info, mask)) {
        if (info->number == SIGSEGV)
            action->handler = SIGNAL_DEFAULT;
        signal_force(SIGSEGV, NULL);
        return;
    }
    s->restore = false;
    if (called.flags & SA_RESETHAND)
        action->handler = SIGNAL_DEFAULT;
    signal_block(s->blocked | called.mask | (called.flags & SA_NODEFER ? 0 : SIGNAL_BIT(info->number)));
}

static _Noreturn void end_program(const struct trap_frame *frame, const struct siginfo *info)
{
    fatal_report(frame, info);
    program_exit(128 + info->number);
}

/* No handler is to be called (any more): the call, and the mask, are as if there had been nothing. */
static void go_on(struct trap_frame *frame)
{
    struct thread_signals *s = &current->signals;

    end_call(frame, true);
    if (s->restore) {
        s->restore = false;
        signal_block(s->restored);
    }
}

void signal_deliver(struct trap_frame *frame)
{
    struct siginfo info;
    int number;

    while ((number = signal_take(~current->signals.blocked, &info))) {
        struct signal_action *action = signal_action(number);

        if (action->handler > SIGNAL_IGNORE) {
            call_handler(frame, action, &info);
            return;
        }
        if (action->handler == SIGNAL_DEFAULT && !signal_default_ignored(number))
            end_program(frame, &info);
    }
    go_on(frame);
}
