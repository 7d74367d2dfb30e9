/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fixed cases on descriptors: a pipe that is full, odd polls, edges of epoll, each as on Linux; waits that end as the
 * test says; timers that come.
 */
#include "unix_host.h"

#include "tap.h"
#include "unix_pair.h"
#include "unix/file.h"
#include "unix/syscalls.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#define EAGAIN_NUMBER 11
#define EFAULT_NUMBER 14
#define ERESTART_NUMBER 512

/* A pipe that is full, on both sides. */
static void test_full(void)
{
    static uint8_t page[4096];
    int one[2], other[2];
    int64_t result = 0, last = 0, count;

    wrong = false;
    same("pipe2", host_call(SYS_pipe2, ARGUMENTS(A(one), O_NONBLOCK)), sys_pipe2(ARGUMENTS(A(other), O_NONBLOCK)));
    for (count = 0; result >= 0 && count < 100; count++) {
        last = result;
        result = same("write", host_call(SYS_write, ARGUMENTS(A(one[1]), A(page), sizeof page)),
                      sys_write(ARGUMENTS(A(other[1]), A(page), sizeof page)));
    }
    tap_ok(!wrong && result == -EAGAIN_NUMBER && last == 4096, "a pipe takes %" PRId64 " pages and no more", count - 1);
    same("read", host_call(SYS_read, ARGUMENTS(A(one[0]), A(page), 100)),
         sys_read(ARGUMENTS(A(other[0]), A(page), 100)));
    result = same("write", host_call(SYS_write, ARGUMENTS(A(one[1]), A(page), 200)),
                  sys_write(ARGUMENTS(A(other[1]), A(page), 200)));
    tap_ok(!wrong && result == -EAGAIN_NUMBER, "what is no longer than a page goes in one piece or not at all");
    sys_close(ARGUMENTS(A(other[0])));
    host.raised = 0;
    tap_ok(sys_write(ARGUMENTS(A(other[1]), A(page), 1)) == -32 && host.raised == SIGPIPE,
           "without a reader there is EPIPE, and the signal");
    close(one[0]);
    close(one[1]);
    files_end();
}

/* What poll says of the writing ends, one of Linux's and one of ours. */
static int64_t poll_writers(int one, int other)
{
    struct pollfd theirs = { one, POLLOUT, 0 }, ours = { other, POLLOUT, 0 };

    same("poll", host_call(SYS_poll, ARGUMENTS(A(&theirs), 1, 0)), sys_poll(ARGUMENTS(A(&ours), 1, 0)));
    return same("its answer", theirs.revents, ours.revents);
}

static void read_both(int one, int other, uint64_t to, uint64_t size, int64_t want)
{
    int64_t result = same("read", host_call(SYS_read, ARGUMENTS(A(one), to, size)),
                          sys_read(ARGUMENTS(A(other), to, size)));

    if (result != want)
        differ("read, as the test wants it", want, result);
}

/* A pipe with less room than a page, on both sides; and one whose bytes a read cannot put anywhere. */
static void test_room(void)
{
    static uint8_t page[4096];
    int one[2], other[2];

    wrong = false;
    same("pipe2", host_call(SYS_pipe2, ARGUMENTS(A(one), O_NONBLOCK)), sys_pipe2(ARGUMENTS(A(other), O_NONBLOCK)));
    while (same("write", host_call(SYS_write, ARGUMENTS(A(one[1]), A(page), sizeof page)),
                sys_write(ARGUMENTS(A(other[1]), A(page), sizeof page))) > 0)
        ;
    tap_ok(!poll_writers(one[1], other[1]) && !wrong, "a full pipe cannot be written");
    read_both(one[0], other[0], A(page), 100, 100);
    tap_ok(!poll_writers(one[1], other[1]) && !wrong, "nor one with room for less than a page");
    read_both(one[0], other[0], A(page), sizeof page - 100, sizeof page - 100);
    tap_ok(poll_writers(one[1], other[1]) == POLLOUT && !wrong, "but one with room for a page");
    read_both(one[0], other[0], 8, sizeof page, -EFAULT_NUMBER);
    memset(page, 1, sizeof page);
    for (int i = 0; i < 15; i++)
        read_both(one[0], other[0], A(page), sizeof page, sizeof page);
    read_both(one[0], other[0], A(page), sizeof page, -EAGAIN_NUMBER);
    tap_ok(!wrong && !page[0], "what a read could put nowhere is still there");
    close(one[0]);
    close(one[1]);
    files_end();
}

/* A descriptor that is closed, one that is none, and an open one between them. */
static void test_odd_polls(void)
{
    int one[2], other[2];
    struct pollfd theirs[3] = { { 900, POLLIN, 7 }, { -1, POLLIN, 7 } }, ours[3];
    int64_t count;

    wrong = false;
    same("pipe2", host_call(SYS_pipe2, ARGUMENTS(A(one), 0)), sys_pipe2(ARGUMENTS(A(other), 0)));
    memcpy(ours, theirs, sizeof ours);
    theirs[2] = (struct pollfd){ one[1], POLLOUT, 0 };
    ours[2] = (struct pollfd){ other[1], POLLOUT, 0 };
    count = same("poll", host_call(SYS_poll, ARGUMENTS(A(theirs), 3, 0)), sys_poll(ARGUMENTS(A(ours), 3, 0)));
    for (int i = 0; i < 3; i++)
        same("its answer", theirs[i].revents, ours[i].revents);
    tap_ok(!wrong && count == 2 && ours[0].revents == POLLNVAL && !ours[1].revents,
           "poll names what is closed and passes over what is none");
    close(one[0]);
    close(one[1]);
    files_end();
}

/* Two sets on each side that watch one pipe. */
static int pipes[2][2], sets[2][2]; /* [0] Linux's, [1] ours */

static void watch(int set, int how, uint32_t events)
{
    struct epoll_event event = { .events = events, .data.u64 = 5 };

    same("epoll_ctl", host_call(SYS_epoll_ctl, ARGUMENTS(A(sets[0][set]), A(how), A(pipes[0][0]), A(&event))),
         sys_epoll_ctl(ARGUMENTS(A(sets[1][set]), A(how), A(pipes[1][0]), A(&event))));
}

static int64_t wait_for(int set)
{
    struct epoll_event theirs[2], ours[2];

    return same("epoll_wait", host_call(SYS_epoll_wait, ARGUMENTS(A(sets[0][set]), A(theirs), 2, 0)),
                sys_epoll_wait(ARGUMENTS(A(sets[1][set]), A(ours), 2, 0)));
}

static void write_byte(void)
{
    same("write", host_call(SYS_write, ARGUMENTS(A(pipes[0][1]), A("x"), 1)),
         sys_write(ARGUMENTS(A(pipes[1][1]), A("x"), 1)));
}

static void open_sets(void)
{
    wrong = false;
    same("pipe2", host_call(SYS_pipe2, ARGUMENTS(A(pipes[0]), 0)), sys_pipe2(ARGUMENTS(A(pipes[1]), 0)));
    for (int i = 0; i < 2; i++) {
        sets[0][i] = (int)host_call(SYS_epoll_create1, ARGUMENTS(0));
        sets[1][i] = (int)sys_epoll_create1(ARGUMENTS(0));
    }
}

static void close_sets(void)
{
    for (int i = 0; i < 2; i++) {
        close(sets[0][i]);
        close(pipes[0][i]);
    }
    files_end();
}

static void test_epoll(void)
{
    open_sets();
    watch(0, EPOLL_CTL_ADD, EPOLLIN | EPOLLET);
    watch(1, EPOLL_CTL_ADD, EPOLLIN | EPOLLONESHOT);
    tap_ok(!wait_for(0) && !wait_for(1) && !wrong, "epoll: nothing has come");
    write_byte();
    tap_ok(wait_for(0) == 1 && !wait_for(0) && !wrong, "EPOLLET tells once what has come");
    write_byte();
    tap_ok(wait_for(0) == 1 && !wait_for(0) && !wrong, "and again when more comes");
    tap_ok(wait_for(1) == 1 && !wait_for(1) && !wrong, "EPOLLONESHOT tells once");
    write_byte();
    tap_ok(!wait_for(1) && !wrong, "whatever comes");
    watch(1, EPOLL_CTL_MOD, EPOLLIN);
    for (int i = 1; i >= 0; i--) /* the next reading end lies where this one lay */
        same("close", host_call(SYS_close, ARGUMENTS(A(pipes[0][i]))), sys_close(ARGUMENTS(A(pipes[1][i]))));
    same("pipe2", host_call(SYS_pipe2, ARGUMENTS(A(pipes[0]), 0)), sys_pipe2(ARGUMENTS(A(pipes[1]), 0)));
    write_byte();
    tap_ok(!wait_for(0) && !wait_for(1) && !wrong, "what is closed is watched by neither set, nor what comes after it");
    close_sets();
}

static int waiting_fds[2];

static void write_meanwhile(void)
{
    host.wait = WAIT_WOKEN;
    host.waits = NULL;
    sys_write(ARGUMENTS(A(waiting_fds[1]), A("now"), 3));
}

static void close_meanwhile(void)
{
    host.wait = WAIT_WOKEN;
    host.waits = NULL;
    sys_close(ARGUMENTS(A(waiting_fds[0])));
    sys_write(ARGUMENTS(A(waiting_fds[1]), A("now"), 3));
}

static void test_waits(void)
{
    struct pollfd poll;
    char bytes[8];

    sys_pipe2(ARGUMENTS(A(waiting_fds), 0));
    host.wait = WAIT_INTERRUPTED;
    tap_ok(sys_read(ARGUMENTS(A(waiting_fds[0]), A(bytes), 8)) == -ERESTART_NUMBER, "a read that a signal interrupts");
    host.waits = write_meanwhile;
    tap_ok(sys_read(ARGUMENTS(A(waiting_fds[0]), A(bytes), 8)) == 3,
           "a read that waits gets what is written meanwhile");
    poll = (struct pollfd){ waiting_fds[0], POLLIN, 0 };
    host.wait = WAIT_TIMEOUT;
    tap_ok(!sys_poll(ARGUMENTS(A(&poll), 1, 1000)) && !poll.revents, "poll whose time passes");
    host.wait = WAIT_INTERRUPTED;
    tap_ok(sys_poll(ARGUMENTS(A(&poll), 1, 1000)) == -4, "poll that a signal interrupts: EINTR");
    host.waits = write_meanwhile;
    tap_ok(sys_poll(ARGUMENTS(A(&poll), 1, 1000)) == 1 && poll.revents == POLLIN, "poll that waits and sees");
    sys_read(ARGUMENTS(A(waiting_fds[0]), A(bytes), 8));
    host.waits = close_meanwhile;
    tap_ok(sys_read(ARGUMENTS(A(waiting_fds[0]), A(bytes), 8)) == 3 &&
               sys_read(ARGUMENTS(A(waiting_fds[0]), A(bytes), 8)) == -9,
           "a read goes on although its descriptor is closed meanwhile");
    host.wait = WAIT_INTERRUPTED;
    files_end();
}

static void test_timer(void)
{
    uint64_t setting[4] = { 0, 0, 1, 500000000 }, old[4], count = 0; /* interval; value: 1.5 s */
    int64_t fd = sys_timerfd_create(ARGUMENTS(1, O_NONBLOCK));

    tap_ok(!sys_timerfd_settime(ARGUMENTS(A(fd), 0, A(setting), 0)) &&
               sys_read(ARGUMENTS(A(fd), A(&count), 8)) == -EAGAIN_NUMBER,
           "a timer that has not come");
    tap_ok(!sys_timerfd_gettime(ARGUMENTS(A(fd), A(old))) && old[2] == 1 && old[3] < 500000000 && old[3] > 400000000,
           "says what is left");
    host.now += 1500000000;
    tap_ok(sys_read(ARGUMENTS(A(fd), A(&count), 8)) == 8 && count == 1, "it comes once");
    setting[0] = 1;
    sys_timerfd_settime(ARGUMENTS(A(fd), 0, A(setting), 0));
    host.now += 4600000000;
    tap_ok(sys_read(ARGUMENTS(A(fd), A(&count), 8)) == 8 && count == 4, "or again each second: four times in 4.6 s");
    setting[3] = 1000000000;
    tap_ok(sys_timerfd_settime(ARGUMENTS(A(fd), 0, A(setting), 0)) == -22, "no time has 10^9 ns");
    files_end();
}

int main(void)
{
    uint64_t pipe_signal = SIGNAL_BIT(SIGPIPE);

    tap_plan(3 + 4 + 1 + 6 + 6 + 5 + 1);
    host_call(SYS_rt_sigprocmask, ARGUMENTS(0, A(&pipe_signal), 0, 8));
    test_full();
    test_room();
    test_odd_polls();
    test_epoll();
    test_waits();
    test_timer();
    tap_ok(!host.objects && !host.pages, "nothing is left: %" PRIu64 " objects, %" PRIu64 " pages", host.objects,
           host.pages);
    return tap_done();
}
