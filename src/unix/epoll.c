/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of watched files: a tree by file and descriptor, and a ring in which a reported one goes to the end, so that
 * all get their turn.  Readiness is not kept: who waits looks at every file of the set whenever any file changes.
 *
 * Edge-triggered (EPOLLET): a file that is ready is reported once for each change of any file, which is at least once
 * for each of its own; a program that asks for edges has to be ready for one too many.
 *
 * A set does not hold its files.  A file knows that it is watched, and on its end epoll_forget takes it out.
 */
#include "epoll.h"

#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "kernel/kheap.h"
#include "runtime/ring.h"
#include "syscalls.h"
#include "user.h"
#include "waiting.h"

#define NESTING_MAX 4 /* sets in sets */
#define EVENTS_MAX 128 /* that one look gathers */
#define KEY_FD_BITS 29

struct item {
    struct keytree_node node;
    struct ring ring;
    struct file *file; /* not held */
    uint32_t fd, events;
    uint64_t data, seen; /* seen: files_changes when it was last reported */
};

struct epoll {
    struct ring all; /* of every epoll set */
    struct keytree_node *items;
    struct ring order;
    struct file *file;
};

static struct ring sets = { &sets, &sets };

static struct item *item_of(struct ring *ring)
{
    return (struct item *)((char *)ring - offsetof(struct item, ring));
}

/* Objects of the heap are aligned to 16 bytes and lie within one slot of 2^39, so that this is one to one. */
static uint64_t key_of(const struct file *file, uint32_t fd)
{
    return (uint64_t)(uintptr_t)file >> 4 << KEY_FD_BITS | (fd & ((1u << KEY_FD_BITS) - 1));
}

static void item_remove(struct epoll *epoll, struct item *item)
{
    keytree_remove(keytree_link(&epoll->items, item->node.key));
    ring_remove(&item->ring);
    item->file->watches--;
    (void)!kheap_delete(item, sizeof *item);
}

void epoll_forget(struct file *file)
{
    for (struct ring *set = sets.next; set != &sets && file->watches; set = set->next) {
        struct epoll *epoll = (struct epoll *)set;

        for (struct ring *at = epoll->order.next, *next; at != &epoll->order; at = next) {
            next = at->next;
            if (item_of(at)->file == file)
                item_remove(epoll, item_of(at));
        }
    }
}

static uint32_t item_ready(const struct item *item)
{
    uint32_t wanted = item->events & ~(EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP);

    if (!wanted || (item->events & EPOLLET && item->seen == files_changes))
        return 0;
    return file_poll(item->file) & wanted;
}

static uint32_t epoll_poll(struct file *file)
{
    struct epoll *epoll = file->data;

    for (struct ring *at = epoll->order.next; at != &epoll->order; at = at->next)
        if (item_ready(item_of(at)))
            return POLLIN | POLLRDNORM;
    return 0;
}

static void epoll_release(struct file *file)
{
    struct epoll *epoll = file->data;

    while (epoll->order.next != &epoll->order)
        item_remove(epoll, item_of(epoll->order.next));
    ring_remove(&epoll->all);
    (void)!kheap_delete(epoll, sizeof *epoll);
}

static const struct file_ops epoll_ops = { .poll = epoll_poll, .release = epoll_release };

static int64_t create(bool cloexec)
{
    struct epoll *epoll = kheap_new(sizeof *epoll);
    struct file *file;
    int64_t result = epoll ? file_new(0600, O_RDWR, &epoll_ops, epoll, &file) : -ENOMEM;

    if (result) {
        if (epoll)
            (void)!kheap_delete(epoll, sizeof *epoll);
        return result;
    }
    epoll->items = NULL;
    epoll->file = file;
    ring_init(&epoll->order);
    ring_add(&sets, &epoll->all);
    return fd_install(file, 0, cloexec);
}

int64_t sys_epoll_create(const uint64_t *a)
{
    return (int32_t)a[0] <= 0 ? -EINVAL : create(false);
}

int64_t sys_epoll_create1(const uint64_t *a)
{
    return (uint32_t)a[0] & ~(uint32_t)O_CLOEXEC ? -EINVAL : create(a[0] & O_CLOEXEC);
}

/* Whether watching `inner` from `outer` would make a ring, or nest too deep. */
static bool nests_badly(const struct file *outer, const struct file *inner, uint32_t depth)
{
    const struct epoll *epoll = inner->data;

    if (inner->ops != &epoll_ops)
        return false;
    if (inner == outer || depth > NESTING_MAX)
        return true;
    for (struct ring *at = epoll->order.next; at != &epoll->order; at = at->next)
        if (nests_badly(outer, item_of(at)->file, depth + 1))
            return true;
    return false;
}

/* How many sets lie above this one. */
static uint32_t height(const struct file *file, uint32_t depth)
{
    uint32_t most = depth;

    for (struct ring *set = sets.next; set != &sets && file->watches && depth <= NESTING_MAX; set = set->next) {
        struct epoll *epoll = (struct epoll *)set;

        for (struct ring *at = epoll->order.next; at != &epoll->order; at = at->next) {
            uint32_t one = item_of(at)->file == file ? height(epoll->file, depth + 1) : 0;

            most = one > most ? one : most;
        }
    }
    return most;
}

static int64_t add(struct epoll *epoll, struct file *file, uint32_t fd, const struct abi_epoll_event *event)
{
    struct keytree_node **link = keytree_link(&epoll->items, key_of(file, fd));
    struct item *item;

    if (*link)
        return -EEXIST;
    if (nests_badly(epoll->file, file, height(epoll->file, 0)))
        return -ELOOP;
    item = kheap_new(sizeof *item);
    if (!item)
        return -ENOMEM;
    *item = (struct item){ .node.key = key_of(file, fd), .file = file, .fd = fd, .events = event->events,
                           .data = event->data, .seen = files_changes - 1 };
    *link = &item->node;
    ring_add(epoll->order.prev, &item->ring);
    file->watches++;
    file_changed(); /* somebody may be waiting for the set */
    return 0;
}

static int64_t modify(struct item *item, const struct abi_epoll_event *event)
{
    if (!item)
        return -ENOENT;
    item->events = event->events;
    item->data = event->data;
    item->seen = files_changes - 1;
    file_changed();
    return 0;
}

int64_t sys_epoll_ctl(const uint64_t *a)
{
    struct file *set = file_get(a[0]), *file = file_get(a[2]);
    struct abi_epoll_event event = { 0, 0 };
    struct item *item;

    if ((int32_t)a[1] != EPOLL_CTL_DEL && !user_get(event, a[3]))
        return -EFAULT;
    event.events |= POLLERR | POLLHUP; /* they are always asked for, until a one-shot has come */
    if (!set || !file)
        return -EBADF;
    if (!file->ops->poll)
        return -EPERM;
    if (set == file || set->ops != &epoll_ops)
        return -EINVAL;
    item = (struct item *)*keytree_link(&((struct epoll *)set->data)->items, key_of(file, (uint32_t)a[2]));
    switch ((int32_t)a[1]) {
    case EPOLL_CTL_ADD:
        return add(set->data, file, (uint32_t)a[2], &event);
    case EPOLL_CTL_MOD:
        return modify(item, &event);
    case EPOLL_CTL_DEL:
        if (item)
            item_remove(set->data, item);
        return item ? 0 : -ENOENT;
    default:
        return -EINVAL;
    }
}

/* Gathers up to `room` events of what is ready now. */
static uint32_t gather(struct epoll *epoll, struct abi_epoll_event *events, uint32_t room)
{
    struct ring *last = epoll->order.prev, *at = epoll->order.next;
    uint32_t count = 0;

    while (at != &epoll->order && count < room) {
        struct item *item = item_of(at);
        struct ring *next = at->next;
        uint32_t ready = item_ready(item);

        if (ready) {
            events[count++] = (struct abi_epoll_event){ ready, item->data };
            item->seen = files_changes;
            if (item->events & EPOLLONESHOT)
                item->events = EPOLLONESHOT;
            ring_remove(at);
            ring_add(epoll->order.prev, at);
        }
        if (at == last)
            break;
        at = next;
    }
    return count;
}

struct gathering {
    struct file *file;
    uint64_t to; /* the program's events */
    uint32_t room;
};

static int64_t gather_for(void *context)
{
    const struct gathering *g = context;
    struct abi_epoll_event events[EVENTS_MAX];
    uint32_t count = gather(g->file->data, events, g->room < EVENTS_MAX ? g->room : EVENTS_MAX);

    if (!count)
        return 0;
    return user_write(g->to, events, count * sizeof *events) ? (int64_t)count : -EFAULT;
}

static int64_t wait_until(const uint64_t *a, uint64_t deadline)
{
    struct file *file = file_get(a[0]);
    int64_t result;

    if ((int32_t)a[2] <= 0 || (uint32_t)a[2] > INT32_MAX / sizeof(struct abi_epoll_event))
        return -EINVAL;
    if (!file)
        return -EBADF;
    if (file->ops != &epoll_ops)
        return -EINVAL;
    file_hold(file);
    result = waiting_for(gather_for, &(struct gathering){ file, a[1], (uint32_t)a[2] }, deadline);
    file_release(file);
    return result;
}

static uint64_t deadline_of(uint64_t timeout)
{
    int32_t ms = (int32_t)timeout;

    return ms > 0 ? waiting_deadline((uint64_t)ms * 1000000) : ms ? WAIT_FOREVER : 0;
}

int64_t sys_epoll_wait(const uint64_t *a)
{
    return wait_until(a, deadline_of(a[3]));
}

int64_t sys_epoll_pwait(const uint64_t *a)
{
    int64_t result = waiting_mask(a[4], a[5]);

    return result ? result : wait_until(a, deadline_of(a[3]));
}

int64_t sys_epoll_pwait2(const uint64_t *a)
{
    uint64_t deadline;
    int64_t result = waiting_until(a[3], 1, &deadline);

    if (!result)
        result = waiting_mask(a[4], a[5]);
    return result ? result : wait_until(a, deadline);
}
