/* SPDX-License-Identifier: Apache-2.0 */
/* Calls on descriptors that wait, with waits that end as the test says; a pipe that is full; timers that come. */
#include "unix_host.h"

#include "tap.h"
#include "unix_pair.h"
#include "unix/file.h"
#include "unix/syscalls.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>

#define EAGAIN_NUMBER 11
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

    tap_plan(3 + 6 + 5 + 1);
    host_call(SYS_rt_sigprocmask, ARGUMENTS(0, A(&pipe_signal), 0, 8));
    test_full();
    test_waits();
    test_timer();
    tap_ok(!host.objects && !host.pages, "nothing is left: %" PRIu64 " objects, %" PRIu64 " pages", host.objects,
           host.pages);
    return tap_done();
}
