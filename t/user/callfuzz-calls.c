/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of Acre's lists of calls, read into a table. */
#include "callfuzz.h"

#include <string.h>

struct row {
    uint32_t number;
    const char *name, *arguments;
};

#define SYSCALL(number, name, arguments) {number, #name, arguments},
static const struct row rows[] = {
#include "unix/syscall_lists.h"
};
#undef SYSCALL

/* They would end the program, and nothing else: threads end by exit, main by exit_group. */
static const char *const ending[] = {"exit", "exit_group"};

/* On a kernel that is somebody's: what reaches nothing but this program's memory and descriptors. */
static const char *const reaching_nothing[] = {
    "read", "write", "close", "fstat", "poll", "lseek", "pread64", "pwrite64", "readv", "writev", "pipe",
    "select", "dup", "dup2", "dup3", "pipe2", "eventfd", "eventfd2", "timerfd_create", "timerfd_settime",
    "timerfd_gettime", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "memfd_create",
    "socketpair", "getsockname", "getpeername", "splice", "tee", "vmsplice", "sendfile", "preadv", "pwritev",
    "getcwd", "mmap", "mprotect", "munmap", "brk", "mremap", "mincore", "madvise", "uname", "getrlimit",
    "getpid", "getppid", "getuid", "sysinfo", "getgroups", "getresuid", "getrandom", "rt_sigaction",
    "rt_sigprocmask", "rt_sigpending", "sigaltstack", "rt_sigreturn", "sched_yield", "nanosleep",
    "gettimeofday", "getrusage", "times", "gettid", "time", "clock_gettime", "clock_getres",
    "sched_getaffinity", "getcpu", "get_robust_list",
};

static bool among(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void arguments_read(struct call *call, const char *text)
{
    while (*text && call->count < ARGUMENTS) {
        const char *colon = strchr(text, ':');

        call->arguments[call->count++] = (struct argument){text, colon[1]};
        text = colon[2] ? colon + 3 : colon + 2;
    }
}

uint32_t calls_read(struct call *calls)
{
    uint32_t count = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *name = rows[i].name;

        if (among(name, ending, sizeof(ending) / sizeof(*ending)) ||
            (tame && !among(name, reaching_nothing, sizeof(reaching_nothing) / sizeof(*reaching_nothing))))
            continue;
        calls[count] = (struct call){.name = name, .number = rows[i].number};
        arguments_read(&calls[count++], rows[i].arguments);
    }
    return count;
}
