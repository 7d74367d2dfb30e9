/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What src/unix takes from the kernel, in a host process: memory from malloc, "the program's memory" is the process's
 * own (an address in the first page is a fault), a clock that counts on by itself, waits that end at once with what the
 * test has said.  For one test program each; it includes this first of all headers.
 */
#ifndef ACRE_UNIX_HOST_H
#define ACRE_UNIX_HOST_H

/* The C library has records of these names as well. */
#define timespec acre_timespec
#define timeval acre_timeval
#include "unix/clock.h"
#include "unix/filepage.h"
#include "unix/forget.h"
#include "unix/program.h"
#include "unix/signals.h"
#include "unix/thread.h"
#include "unix/user.h"
#include "unix/wait.h"
#undef timespec
#undef timeval
#include "kernel/kheap.h"
#include "x86_64/layout.h"

#include <stdlib.h>
#include <string.h>

static struct {
    uint64_t objects, pages; /* that are out */
    uint64_t page_limit; /* pages that may be out */
    uint64_t fail_after; /* allocations of the heap that still go well; UINT64_MAX: all */
    bool fail_once; /* those after the failing one go well again */
    uint64_t now; /* ns; each look at the clock takes some */
    enum wait_result wait; /* how the next waits end */
    void (*waits)(void); /* called while one waits, if not NULL */
    uint64_t waited; /* waits so far */
    uint32_t raised; /* the last signal */
    const uint8_t *archive;
    uint64_t archive_bytes, archive_freed;
} host = { .page_limit = UINT64_MAX, .fail_after = UINT64_MAX, .now = 1700000000000000000, .wait = WAIT_INTERRUPTED };

static struct thread host_thread;
struct thread *current = &host_thread;
struct program program = { .limits[LIMIT_NOFILE] = { 1024, 4096 } };

void *kheap_new(uint64_t size)
{
    void *p = host.fail_after ? malloc(size) : NULL;

    if (host.fail_after != UINT64_MAX && host.fail_after)
        host.fail_after--;
    else if (host.fail_once)
        host.fail_after = UINT64_MAX;
    host.objects += p != NULL;
    if (p)
        memset(p, 0xa5, size);
    return p;
}

enum status kheap_delete(void *p, uint64_t size)
{
    memset(p, 0x5a, size);
    free(p);
    host.objects--;
    return STATUS_OK;
}

void *filepage_new(void)
{
    void *page = host.pages < host.page_limit ? aligned_alloc(LAYOUT_FRAME_SIZE, LAYOUT_FRAME_SIZE) : NULL;

    if (page)
        memset(page, 0, LAYOUT_FRAME_SIZE);
    host.pages += page != NULL;
    return page;
}

void filepage_free(void *page)
{
    memset(page, 0x5a, LAYOUT_FRAME_SIZE);
    if ((uint8_t *)page >= host.archive && (uint8_t *)page < host.archive + host.archive_bytes) {
        host.archive_freed++;
        return;
    }
    free(page);
    host.pages--;
}

bool filepage_room(void)
{
    return host.pages < host.page_limit;
}

uint64_t filepage_total(void)
{
    return 1 << 20;
}

uint64_t filepage_left(void)
{
    return host.page_limit == UINT64_MAX ? 1 << 20 : host.page_limit - host.pages;
}

bool user_range(uint64_t from, uint64_t size)
{
    return from < LAYOUT_USER_LIMIT && size <= LAYOUT_USER_LIMIT - from;
}

static bool host_reaches(uint64_t from, uint64_t size)
{
    return user_range(from, size) && (from >= LAYOUT_USER_BASE || !size);
}

bool user_read(void *to, uint64_t from, uint64_t size)
{
    bool good = host_reaches(from, size);

    if (good && size)
        memcpy(to, (const void *)from, size);
    return good;
}

bool user_write(uint64_t to, const void *from, uint64_t size)
{
    bool good = host_reaches(to, size);

    if (good && size)
        memcpy((void *)to, from, size);
    return good;
}

bool user_fill(uint64_t to, uint8_t byte, uint64_t size)
{
    bool good = host_reaches(to, size);

    if (good && size)
        memset((void *)to, byte, size);
    return good;
}

int64_t user_text(char *to, uint64_t from, uint64_t room)
{
    uint64_t length;

    if (!host_reaches(from, 1))
        return -14; /* EFAULT */
    length = strnlen((const char *)from, room);
    memcpy(to, (const void *)from, length < room ? length + 1 : room);
    return length < room ? (int64_t)length : -36; /* ENAMETOOLONG */
}

uint64_t clock_monotonic(void)
{
    return host.now += 1000;
}

uint64_t clock_realtime(void)
{
    return clock_monotonic();
}

void clock_timer_set(struct clock_timer *timer, uint64_t deadline)
{
    timer->deadline = deadline;
}

void clock_timer_cancel(struct clock_timer *timer)
{
    timer->deadline = 0;
}

enum wait_result wait_on(struct wait_queue *queue, uint64_t deadline)
{
    (void)queue;
    host.waited++;
    if (host.waits)
        host.waits();
    if (host.wait == WAIT_TIMEOUT && deadline != WAIT_FOREVER && host.now < deadline)
        host.now = deadline;
    return host.wait;
}

void wait_wake(struct wait_queue *queue, uint32_t count)
{
    (void)queue, (void)count;
}

bool signal_raise(struct thread *thread, int number, const struct siginfo *info)
{
    (void)thread, (void)info;
    host.raised = (uint32_t)number;
    return true;
}

void signal_block_for_now(uint64_t mask)
{
    current->signals.blocked = mask;
}

void space_forget_pages(struct inode *file, uint64_t first, uint64_t count)
{
    (void)file, (void)first, (void)count;
}

void space_cut_pages(struct inode *file, uint64_t first)
{
    (void)file, (void)first;
}

#endif
