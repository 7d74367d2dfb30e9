/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting: a thread that cannot go on hangs itself into a queue and gives up the processor.  Whoever changes what it
 * waits for wakes the queue; a waiter that wakes looks again.  Nothing runs between a look and wait_on: the kernel is
 * never preempted.
 */
#ifndef ACRE_WAIT_H
#define ACRE_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"

struct thread;
struct wait_queue;

/* Lies on the waiting thread's kernel stack. */
struct waiter {
    struct wait_queue *queue; /* NULL once it is woken */
    struct waiter *next, *previous;
    struct thread *thread;
    uint64_t key; /* the owner of the queue may tell waiters apart by it */
    uint32_t mask; /* likewise */
    uint8_t result; /* enum wait_result */
    struct clock_timer timer;
};

/* All zero is an empty queue. */
struct wait_queue {
    struct waiter *first, *last;
};

enum wait_result { WAIT_WOKEN, WAIT_TIMEOUT, WAIT_INTERRUPTED };

#define WAIT_FOREVER CLOCK_NEVER
#define WAIT_ALL UINT32_MAX

/*
 * Waits until the queue is woken, the deadline (ns of clock_monotonic) has passed, or a signal is pending that the
 * thread does not block (then at once; the call ends with -EINTR or -ERESTART).  What it waited for need not be so.
 */
enum wait_result wait_on(struct wait_queue *queue, uint64_t deadline);

/* The same with a waiter of the caller's, whose key and mask are set: for wait_move and for who looks at keys. */
enum wait_result wait_with(struct wait_queue *queue, struct waiter *waiter, uint64_t deadline);

/* Wakes the first `count` waiters of the queue, all with WAIT_ALL. */
void wait_wake(struct wait_queue *queue, uint32_t count);

/* Takes one waiter out of its queue and lets its thread go on with this result. */
void wait_end(struct waiter *waiter, enum wait_result result);

/* Hangs a waiter, which goes on waiting, to the end of another queue. */
void wait_move(struct waiter *waiter, struct wait_queue *to);

#endif
