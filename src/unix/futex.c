/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiters hang in one of QUEUES queues by the hash of their key; waiter.mask has the bits of WAIT_BITSET.  A word's key
 * is its address: there is one address space.  Only a word that may be seen at several addresses, in a shared mapping
 * of a file, has the address at which the kernel sees it, unless the call says FUTEX_PRIVATE; should the page go and
 * its address be used anew, a waiter may wake for nothing, as futex(2) allows.  Nothing runs between the look at the
 * word and the wait, so no wake is lost.
 *
 * Cost: the length of a queue for a wake; futex(2) for what the operations promise.  PI futexes are not there.
 */
#include "futex.h"

#include "clock.h"
#include "errno.h"
#include "inode.h"
#include "space.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"
#include "wait.h"
#include "x86_64/layout.h"

#define QUEUES 64u /* a power of two */

enum {
    FUTEX_WAIT = 0,
    FUTEX_WAKE = 1,
    FUTEX_REQUEUE = 3,
    FUTEX_CMP_REQUEUE = 4,
    FUTEX_WAKE_OP = 5,
    FUTEX_WAIT_BITSET = 9,
    FUTEX_WAKE_BITSET = 10,
    FUTEX_PRIVATE = 128,
    FUTEX_REALTIME = 256
};

#define FUTEX_ANY UINT32_MAX
#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID 0x3fffffffu
#define ROBUST_MAX 2048 /* entries that are looked at: the list may be a ring (Linux's limit) */
#define ROBUST_PI 1ull /* bit of an entry's address */

struct robust_head {
    uint64_t next;
    int64_t offset;
    uint64_t pending;
};

static struct wait_queue queues[QUEUES];

static struct wait_queue *queue_of(uint64_t key)
{
    return &queues[(key >> 2 ^ key >> 12) & (QUEUES - 1)];
}

static uint64_t key_of(uint64_t address, uint32_t operation)
{
    const struct area *area = operation & FUTEX_PRIVATE ? NULL : space_area(address);
    uint64_t offset;
    const uint8_t *page;

    if (!area || !area->file || !(area->flags & AREA_SHARED))
        return address;
    offset = area->offset + (address - area->base);
    page = inode_page(area->file, offset >> LAYOUT_FRAME_SHIFT, true, NULL);
    return page ? (uint64_t)page + offset % LAYOUT_FRAME_SIZE : address;
}

static bool is_futex(uint64_t address)
{
    return address % sizeof(uint32_t) == 0;
}

static int64_t wake(uint64_t key, uint32_t count, uint32_t mask)
{
    struct waiter *next;
    int64_t woken = 0;

    for (struct waiter *w = queue_of(key)->first; w && (uint64_t)woken < count; w = next) {
        next = w->next;
        if (w->key != key || !(w->mask & mask))
            continue;
        wait_end(w, WAIT_WOKEN);
        woken++;
    }
    return woken;
}

int64_t futex_wake(uint64_t address, uint32_t count)
{
    return wake(key_of(address, 0), count, FUTEX_ANY);
}

static int64_t wait(const uint64_t *a, uint64_t deadline, uint32_t mask)
{
    struct waiter waiter = { .mask = mask };
    uint64_t address = a[0];
    uint32_t word;

    if (!is_futex(address) || !mask)
        return -EINVAL;
    if (!user_get(word, address))
        return -EFAULT;
    if (word != (uint32_t)a[2])
        return -EAGAIN;
    waiter.key = key_of(address, (uint32_t)a[1]);
    switch (wait_with(queue_of(waiter.key), &waiter, deadline)) {
    case WAIT_WOKEN:
        return 0;
    case WAIT_TIMEOUT:
        return -ETIMEDOUT;
    default:
        return deadline == WAIT_FOREVER ? -ERESTART : -EINTR;
    }
}

/* When a wait of this operation ends; from a relative time for WAIT, else from one of its clock's. */
static int64_t deadline_of(uint64_t timeout, uint32_t operation, uint64_t *deadline)
{
    struct timespec t;
    uint64_t ns;

    *deadline = WAIT_FOREVER;
    if (!timeout)
        return 0;
    if (!user_get(t, timeout))
        return -EFAULT;
    if (!clock_from_timespec(&t, &ns))
        return -EINVAL;
    if ((operation & ~(FUTEX_PRIVATE | FUTEX_REALTIME)) == FUTEX_WAIT)
        *deadline = clock_monotonic() + ns;
    else
        *deadline = operation & FUTEX_REALTIME ? clock_from_realtime(ns) : ns;
    return 0;
}

static int64_t wait_operation(const uint64_t *a, uint32_t mask)
{
    uint64_t deadline;
    int64_t result = deadline_of(a[3], (uint32_t)a[1], &deadline);

    return result ? result : wait(a, deadline, mask);
}

/* Wakes the first a[2] waiters and moves the next a[3] to a[4]; how many were either. */
static int64_t requeue(const uint64_t *a)
{
    int32_t most_woken = (int32_t)a[2], most_moved = (int32_t)a[3];
    int64_t woken, moved = 0;
    uint64_t from, to;
    struct waiter *next;

    if (!is_futex(a[0]) || !is_futex(a[4]) || most_woken < 0 || most_moved < 0)
        return -EINVAL;
    from = key_of(a[0], (uint32_t)a[1]);
    to = key_of(a[4], (uint32_t)a[1]);
    woken = wake(from, (uint32_t)most_woken, FUTEX_ANY);
    if (from == to)
        return woken;
    for (struct waiter *w = queue_of(from)->first; w && moved < most_moved; w = next) {
        next = w->next;
        if (w->key != from)
            continue;
        w->key = to;
        wait_move(w, queue_of(to));
        moved++;
    }
    return woken + moved;
}

static int64_t compare_requeue(const uint64_t *a)
{
    uint32_t word;

    if (!is_futex(a[0]))
        return -EINVAL;
    if (!user_get(word, a[0]))
        return -EFAULT;
    return word == (uint32_t)a[5] ? requeue(a) : -EAGAIN;
}

/* WAKE_OP's arithmetic: operation in bits 28..30, 31: the operand is a shift, operand in 12..23. */
static bool apply(uint32_t code, uint32_t old, uint32_t *result)
{
    int32_t operand = (int32_t)(code << 8) >> 20;
    uint32_t value = code >> 31 ? 1u << (operand & 31) : (uint32_t)operand;

    switch (code >> 28 & 7) {
    case 0:
        *result = value;
        return true;
    case 1:
        *result = old + value;
        return true;
    case 2:
        *result = old | value;
        return true;
    case 3:
        *result = old & ~value;
        return true;
    case 4:
        *result = old ^ value;
        return true;
    default:
        return false;
    }
}

/* And its comparison: bits 24..27, against bits 0..11. */
static bool compare(uint32_t code, int32_t old)
{
    int32_t with = (int32_t)(code << 20) >> 20;

    switch (code >> 24 & 15) {
    case 0:
        return old == with;
    case 1:
        return old != with;
    case 2:
        return old < with;
    case 3:
        return old <= with;
    case 4:
        return old > with;
    default:
        return old >= with;
    }
}

static int64_t wake_operation(const uint64_t *a)
{
    uint32_t code = (uint32_t)a[5], old = 0, seen, next;
    int64_t woken;

    if (!is_futex(a[0]) || !is_futex(a[4]))
        return -EINVAL;
    if ((code >> 24 & 15) > 5 || !apply(code, old, &next))
        return -ENOSYS;
    if (!user_get(old, a[4]))
        return -EFAULT;
    do {
        seen = old;
        apply(code, seen, &next);
        if (!user_exchange(a[4], &old, next))
            return -EFAULT;
    } while (old != seen);
    woken = wake(key_of(a[0], (uint32_t)a[1]), (uint32_t)a[2], FUTEX_ANY);
    if (compare(code, (int32_t)old))
        woken += wake(key_of(a[4], (uint32_t)a[1]), (uint32_t)a[3], FUTEX_ANY);
    return woken;
}

static int64_t wake_bits(const uint64_t *a, uint32_t mask)
{
    if (!is_futex(a[0]) || !mask || !user_range(a[0], sizeof(uint32_t)))
        return -EINVAL;
    return wake(key_of(a[0], (uint32_t)a[1]), (uint32_t)a[2], mask);
}

int64_t sys_futex(const uint64_t *a)
{
    switch ((uint32_t)a[1] & ~(FUTEX_PRIVATE | FUTEX_REALTIME)) {
    case FUTEX_WAIT:
        return wait_operation(a, FUTEX_ANY);
    case FUTEX_WAIT_BITSET:
        return wait_operation(a, (uint32_t)a[5]);
    case FUTEX_WAKE:
        return wake_bits(a, FUTEX_ANY);
    case FUTEX_WAKE_BITSET:
        return wake_bits(a, (uint32_t)a[5]);
    case FUTEX_REQUEUE:
        return requeue(a);
    case FUTEX_CMP_REQUEUE:
        return compare_requeue(a);
    case FUTEX_WAKE_OP:
        return wake_operation(a);
    default:
        return -ENOSYS;
    }
}

/* A word whose owner ends: if it is the current thread's, it says so and one waiter gets to see it. */
static bool let_go(uint64_t address)
{
    uint32_t word, expected;

    if (!is_futex(address) || !user_get(word, address))
        return false;
    while ((word & FUTEX_TID) == (uint32_t)current->tid) {
        expected = word;
        if (!user_exchange(address, &expected, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
            return false;
        if (expected == word) {
            if (word & FUTEX_WAITERS)
                futex_wake(address, 1);
            return true;
        }
        word = expected;
    }
    return true;
}

static void walk_robust(uint64_t list)
{
    struct robust_head head;
    uint64_t entry, next;

    if (!user_get(head, list))
        return;
    entry = head.next;
    for (uint32_t i = 0; i < ROBUST_MAX && (entry & ~ROBUST_PI) != list; i++, entry = next) {
        bool good = user_get(next, entry & ~ROBUST_PI);

        if ((entry & ~ROBUST_PI) != head.pending && !let_go((entry & ~ROBUST_PI) + (uint64_t)head.offset))
            return;
        if (!good)
            return;
    }
    if (head.pending)
        let_go((head.pending & ~ROBUST_PI) + (uint64_t)head.offset);
}

void futex_thread_ends(void)
{
    uint32_t zero = 0;

    if (current->robust_list)
        walk_robust(current->robust_list);
    if (current->clear_child_tid && user_put(current->clear_child_tid, zero))
        futex_wake(current->clear_child_tid, 1);
}

int64_t sys_set_robust_list(const uint64_t *a)
{
    if (a[1] != sizeof(struct robust_head))
        return -EINVAL;
    current->robust_list = a[0];
    return 0;
}

int64_t sys_get_robust_list(const uint64_t *a)
{
    const struct thread *thread = (int32_t)a[0] ? thread_find((int32_t)a[0]) : current;
    uint64_t size = sizeof(struct robust_head);

    if (!thread)
        return -ESRCH;
    return user_put(a[1], thread->robust_list) && user_put(a[2], size) ? 0 : -EFAULT;
}
