/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs that take all there is of something: each is refused in the end, or killed where there is nobody to be told.
 * None gives anything back, so that the end of the program has to; the next program needs it.
 *
 * Limits are set so low that this host's Linux reaches them as well; memory to the last frame is taken in a guest only.
 */
#define _GNU_SOURCE
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 300
#define QUEUED 300
#define BLOCK (64 * 1024ul)
#define TIB (1ul << 40)
#define LARGE_PAGE (1ul << 21)
#define AREAS 70000ul /* more than there may be */
#define ARGUMENTS 15 /* of two blocks each */
#define EXEC_ROOM (3 << 20) /* the kernel's copy of them as it grows; the new stack has less than they need */
#define TRIES 1000000 /* of what ends long before */
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

static char block[BLOCK];

static void set_limit(int which, uint64_t limit)
{
    struct rlimit to = { limit, limit };

    if (setrlimit(which, &to) != 0)
        exit(1);
}

/* Memory. */
static int touch(int prot)
{
    for (;;) {
        char *at = hostile_map(LARGE_PAGE, PROT_READ | PROT_WRITE);

        if (at == MAP_FAILED)
            return 1;
        for (uint64_t i = 0; i < LARGE_PAGE; i += PAGE)
            at[i] = 1;
        mprotect(at, LARGE_PAGE, prot);
    }
}
static int all_memory(void) { return touch(PROT_READ | PROT_WRITE); }
static int all_memory_shut(void) { return touch(PROT_NONE); }
static int all_tables(void) /* a table of pages for each byte that is read */
{
    for (;;) {
        volatile char *at = mmap(NULL, TIB / 16, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (at == MAP_FAILED)
            return 1;
        for (uint64_t i = 0; i < TIB / 16; i += LARGE_PAGE)
            (void)at[i];
    }
}
static int all_heap(void)
{
    while (sbrk((intptr_t)BLOCK) != (void *)-1)
        memset((char *)sbrk(0) - BLOCK, 1, BLOCK);
    return HELD;
}
static int all_space(void)
{
    for (int i = 0; i < TRIES; i++)
        if (mmap(NULL, TIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) == MAP_FAILED)
            return hostile_held(errno == ENOMEM, "another error");
    return 1;
}
static int all_areas(void)
{
    char *at = hostile_map(2 * AREAS * PAGE, PROT_NONE);

    for (uint64_t i = 0; i < AREAS; i++)
        if (mprotect(at + 2 * i * PAGE, PAGE, PROT_READ) != 0)
            return hostile_held(errno == ENOMEM && i > 1000, "another error");
    return 1;
}

/* Files. */
static int fill(int file) /* 0 if it is full at last */
{
    memset(block, 1, sizeof block);
    for (;;) {
        ssize_t n = write(file, block, sizeof block);

        if (n < 0)
            return errno != ENOSPC;
    }
}
static int all_of_tmp(void) /* and when it is away again another fits */
{
    int file = open(P_tmpdir "/full", O_RDWR | O_CREAT | O_TRUNC, 0600), full = fill(file) == 0;

    full &= write(file, block, 1) < 0 && errno == ENOSPC;
    close(file);
    unlink(P_tmpdir "/full");
    file = open(P_tmpdir "/full", O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < 16; i++)
        full &= write(file, block, sizeof block) == (ssize_t)sizeof block;
    unlink(P_tmpdir "/full");
    return hostile_held(full, "it is not as full as it has to be");
}
static int all_of_memfd(void) { return hostile_held(fill(memfd_create("full", 0)) == 0, "another error"); }
static int full_and_touched(void) /* files left nothing: the next page is the end */
{
    return fill(memfd_create("full", 0)) == 0 ? all_memory() : 1;
}
static int full_and_exec(void) /* files leave room for the arguments' copy, and not for the new stack */
{
    static char text[2 * BLOCK], *list[ARGUMENTS + 1];
    int file = memfd_create("full", 0);

    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < ARGUMENTS; i++)
        list[i] = text;
    if (fill(file) != 0 || ftruncate(file, lseek(file, 0, SEEK_END) - EXEC_ROOM) != 0)
        return 1;
    execv("/proc/self/exe", list);
    return hostile_held(0, "it was refused in time");
}
static int full_and_mapped(void) /* holes of a file, written through a mapping */
{
    int file = memfd_create("holes", 0);
    char *at;

    if (ftruncate(file, (off_t)(TIB / 16)) != 0)
        return 1;
    at = mmap(NULL, TIB / 16, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file, 0);
    for (uint64_t i = 0; at != MAP_FAILED && i < TIB / 16; i += PAGE)
        at[i] = 1;
    return 1;
}

/* Descriptors: each kind until there are no more. */
static int open_until(int (*open_one)(void))
{
    set_limit(RLIMIT_NOFILE, DESCRIPTORS);
    for (int i = 0; i < TRIES; i++)
        if (open_one() < 0)
            return hostile_held(errno == EMFILE && i > DESCRIPTORS / 3, "another error");
    return 1;
}
static int one_file(void) { return open("/proc/self/maps", O_RDONLY); }
static int one_copy(void) { return dup(0); }
static int one_pipe(void)
{
    int ends[2], result = pipe2(ends, O_NONBLOCK);

    return result < 0 || write(ends[1], block, sizeof block) == -2 ? -1 : result; /* as much as it takes */
}
static int one_memfd(void)
{
    int file = memfd_create("x", 0);

    return file >= 0 && write(file, block, sizeof block) < 0 ? -1 : file;
}
static int one_eventfd(void) { return eventfd(1, 0); }
static int one_timerfd(void)
{
    struct itimerspec soon = { { 0, 1000000 }, { 0, 1000000 } };
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

    return timer >= 0 && timerfd_settime(timer, 0, &soon, NULL) != 0 ? -1 : timer;
}
static int one_epoll(void) /* each watches the one before, as far as that goes */
{
    static int last = -1;
    struct epoll_event event = { .events = EPOLLIN };
    int new = epoll_create1(0);

    if (new >= 0 && last >= 0)
        epoll_ctl(new, EPOLL_CTL_ADD, last, &event);
    return last = new;
}
static int all_files(void) { return open_until(one_file); }
static int all_copies(void) { return open_until(one_copy); }
static int all_pipes(void) { return open_until(one_pipe); }
static int all_memfds(void) { return open_until(one_memfd); }
static int all_eventfds(void) { return open_until(one_eventfd); }
static int all_timerfds(void) { return open_until(one_timerfd); }
static int all_epolls(void) { return open_until(one_epoll); }

static int epoll_circle(void)
{
    struct epoll_event event = { .events = EPOLLIN };
    int a = epoll_create1(0), b = epoll_create1(0);

    return hostile_held(epoll_ctl(a, EPOLL_CTL_ADD, a, &event) < 0 && errno == EINVAL &&
                            epoll_ctl(a, EPOLL_CTL_ADD, b, &event) == 0 &&
                            epoll_ctl(b, EPOLL_CTL_ADD, a, &event) < 0 && errno == ELOOP,
                        "a circle");
}

/* Signals, timers, threads. */
static int all_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    set_limit(RLIMIT_SIGPENDING, QUEUED);
    for (int i = 0; i <= QUEUED; i++)
        if (sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = i }) != 0)
            return hostile_held(errno == EAGAIN, "another error");
    return 1;
}
static int all_timers(void)
{
    struct sigevent none = { .sigev_notify = SIGEV_NONE };
    timer_t timer;

    set_limit(RLIMIT_SIGPENDING, QUEUED);
    for (int i = 0; i <= QUEUED; i++)
        if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &none, &timer) != 0)
            return hostile_held(errno == EAGAIN, "another error");
    return 1;
}
static int timer_blocked(void) /* a timer has one signal under way, which tells how often more it was over */
{
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
    struct itimerspec often = { { 0, 10000000 }, { 0, 1000000 } };
    struct timespec now = { 0, 0 };
    siginfo_t info;
    sigset_t set;
    timer_t timer;
    int count = 0, first;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 || timer_settime(timer, 0, &often, NULL) != 0)
        return 1;
    usleep(200000);
    first = sigtimedwait(&set, &info, &now) == SIGRTMIN ? info.si_overrun : 0;
    for (int i = 0; i < 5; i++)
        count += sigtimedwait(&set, &info, &now) == SIGRTMIN;
    return hostile_held(first >= 8 && count <= 2, "each time it was over was queued");
}
static int all_threads(void) /* that wait and never touch the stack, which is this one */
{
    long result;

    for (int i = 0; i < TRIES; i++) {
        __asm__ volatile("syscall\n\ttest %%rax, %%rax\n\tjnz 2f\n1:\tmovl %3, %%eax\n\tsyscall\n\tjmp 1b\n2:"
                         : "=a"(result)
                         : "a"(SYS_clone), "D"((long)THREAD_FLAGS), "i"(SYS_pause), "S"(0L), "d"(0L)
                         : "rcx", "r11", "memory");
        if (result < 0)
            return hostile_held(result == -EAGAIN && i > 1000, "another error");
    }
    return 1;
}

#define NO_FRAME "*out of memory*ledger *ledger total *"

const struct hostile hostile_ends[] = {
    { "all-memory", BY_KILL, NO_FRAME, all_memory, APART_LINUX | LONG },
    { "all-memory-shut", BY_KILL, NO_FRAME, all_memory_shut, APART_LINUX | LONG },
    { "all-tables", BY_KILL, NO_FRAME, all_tables, APART_LINUX | LONG },
    { "all-heap", BY_KILL, NO_FRAME, all_heap, APART_LINUX | LONG },
    { "all-space", HELD, ANY, all_space, 0 },
    { "all-areas", HELD, ANY, all_areas, LONG },
    { "all-of-tmp", HELD, ANY, all_of_tmp, APART_LINUX | LONG },
    { "all-of-memfd", HELD, ANY, all_of_memfd, APART_LINUX | LONG },
    { "full-and-touched", BY_KILL, NO_FRAME, full_and_touched, APART_LINUX | LONG },
    { "full-and-exec", BY_KILL, NO_FRAME, full_and_exec, APART_LINUX | LONG },
    { "full-and-mapped", BY_KILL, NO_FRAME, full_and_mapped, APART_LINUX | LONG },
    { "all-files", HELD, ANY, all_files, 0 },
    { "all-copies", HELD, ANY, all_copies, 0 },
    { "all-pipes", HELD, ANY, all_pipes, 0 },
    { "all-memfds", HELD, ANY, all_memfds, LONG },
    { "all-eventfds", HELD, ANY, all_eventfds, 0 },
    { "all-timerfds", HELD, ANY, all_timerfds, 0 },
    { "all-epolls", HELD, ANY, all_epolls, 0 },
    { "epoll-circle", HELD, ANY, epoll_circle, 0 },
    { "all-signals", HELD, ANY, all_signals, 0 },
    { "all-timers", HELD, ANY, all_timers, 0 },
    { "timer-blocked", HELD, ANY, timer_blocked, 0 },
    { "all-threads", HELD, ANY, all_threads, APART_LINUX | LONG },
    { 0 },
};
