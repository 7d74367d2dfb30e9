/* SPDX-License-Identifier: Apache-2.0 */
/*
 * I1  a waiter is in a queue exactly while its `queue` is not NULL, and then its thread's `waiter` is it
 * I2  its timer is set at most while it is in a queue
 */
#include "wait.h"

#include <stddef.h>

#include "signals.h"
#include "thread.h"

static void append(struct wait_queue *queue, struct waiter *waiter)
{
    waiter->queue = queue;
    waiter->next = NULL;
    waiter->previous = queue->last;
    *(queue->last ? &queue->last->next : &queue->first) = waiter;
    queue->last = waiter;
}

static void take_out(struct waiter *waiter)
{
    struct wait_queue *queue = waiter->queue;

    *(waiter->previous ? &waiter->previous->next : &queue->first) = waiter->next;
    *(waiter->next ? &waiter->next->previous : &queue->last) = waiter->previous;
    waiter->queue = NULL;
}

static void time_out(struct clock_timer *timer)
{
    wait_end((struct waiter *)((uint64_t)timer - offsetof(struct waiter, timer)), WAIT_TIMEOUT);
}

void wait_end(struct waiter *waiter, enum wait_result result)
{
    take_out(waiter);
    clock_timer_cancel(&waiter->timer);
    waiter->result = (uint8_t)result;
    thread_ready(waiter->thread);
}

void wait_move(struct waiter *waiter, struct wait_queue *to)
{
    take_out(waiter);
    append(to, waiter);
}

enum wait_result wait_with(struct wait_queue *queue, struct waiter *waiter, uint64_t deadline)
{
    if (signal_pending())
        return WAIT_INTERRUPTED;
    if (deadline == 0 || (deadline != WAIT_FOREVER && deadline <= clock_monotonic()))
        return WAIT_TIMEOUT;
    waiter->thread = current;
    waiter->timer = (struct clock_timer){ .fire = time_out };
    append(queue, waiter);
    current->waiter = waiter;
    if (deadline != WAIT_FOREVER)
        clock_timer_set(&waiter->timer, deadline);
    thread_block();
    return (enum wait_result)waiter->result;
}

enum wait_result wait_on(struct wait_queue *queue, uint64_t deadline)
{
    struct waiter waiter = { 0 };

    return wait_with(queue, &waiter, deadline);
}

void wait_wake(struct wait_queue *queue, uint32_t count)
{
    struct waiter *next;

    for (struct waiter *waiter = queue->first; waiter && count; waiter = next, count--) {
        next = waiter->next;
        wait_end(waiter, WAIT_WOKEN);
    }
}
