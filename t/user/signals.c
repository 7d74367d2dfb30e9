/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals: masks, queues, handlers and what they find in their frame, alternate stacks, calls that are interrupted and
 * calls that are made again, timers.  Every line is the same on Linux.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int calls, last, code, value, depth, deepest, raises;
static volatile uintptr_t handler_stack;
static char alternate[65536] __attribute__((aligned(16)));

static void note(int number, siginfo_t *info, void *context)
{
    (void)context;
    calls++;
    last = number;
    code = info->si_code;
    value = info->si_value.sival_int;
    handler_stack = (uintptr_t)__builtin_frame_address(0);
}

static void act(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

    sigaction(number, &action, NULL);
}

static void say(const char *what, long result)
{
    printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerror(errno) : "");
}

static sigset_t set_of(int number)
{
    sigset_t set;

    sigemptyset(&set);
    if (number)
        sigaddset(&set, number);
    return set;
}

static void seen(const char *what)
{
    printf("%s: %d calls, signal %d, code %d\n", what, calls, last, code);
    calls = last = code = 0;
}

static void sending(void)
{
    union sigval v = { .sival_int = 42 };

    act(SIGUSR1, note, 0);
    kill(getpid(), SIGUSR1);
    seen("kill");
    raise(SIGUSR1);
    seen("raise");
    sigqueue(getpid(), SIGUSR1, v);
    printf("value %d\n", value);
    seen("sigqueue");
    say("kill nobody", kill(999999, SIGUSR1));
    say("kill with no signal", kill(getpid(), 0));
    say("kill with signal 65", kill(getpid(), 65));
    say("tgkill of no thread", syscall(SYS_tgkill, getpid(), 0, SIGUSR1));
    say("tgkill of nobody", syscall(SYS_tgkill, getpid(), 999999, SIGUSR1));
    say("sigaction of SIGKILL", syscall(SYS_rt_sigaction, SIGKILL, (void *)alternate, NULL, 8));
    say("sigaction with another size", syscall(SYS_rt_sigaction, SIGUSR1, NULL, NULL, 4));
}

static void blocking(void)
{
    sigset_t set = set_of(SIGUSR1), pending;
    union sigval v;

    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    raise(SIGUSR1);
    sigpending(&pending);
    printf("pending: %d\n", sigismember(&pending, SIGUSR1));
    seen("blocked");
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    seen("unblocked: once");
    act(SIGRTMIN + 1, note, 0);
    set = set_of(SIGRTMIN + 1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (v.sival_int = 1; v.sival_int <= 3; v.sival_int++)
        sigqueue(getpid(), SIGRTMIN + 1, v);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("the last of three had %d\n", value);
    seen("queued");
    signal(SIGUSR2, SIG_IGN);
    say("an ignored one", raise(SIGUSR2));
    say("sigprocmask how", syscall(SYS_rt_sigprocmask, 7, &set, NULL, 8));
}

static void waiting(void)
{
    sigset_t set = set_of(SIGUSR1), none = set_of(0);
    struct timespec nothing = { 0, 0 }, soon = { 0, 2000000 };
    siginfo_t info;

    sigprocmask(SIG_BLOCK, &set, NULL);
    say("sigtimedwait, nothing there", sigtimedwait(&set, &info, &nothing));
    say("sigtimedwait, nothing comes", sigtimedwait(&set, &info, &soon));
    raise(SIGUSR1);
    say("sigtimedwait", sigtimedwait(&set, &info, &nothing));
    printf("code %d\n", info.si_code);
    raise(SIGUSR1);
    say("sigsuspend", sigsuspend(&none));
    seen("and its handler");
    sigprocmask(SIG_SETMASK, NULL, &none);
    printf("the mask is back: %d\n", sigismember(&none, SIGUSR1));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void nested(int number, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    depth++;
    if (depth > deepest)
        deepest = depth;
    if (raises-- > 0)
        raise(number);
    depth--;
}

static void masks(void)
{
    sigset_t now;

    raises = 2;
    act(SIGUSR1, nested, 0);
    raise(SIGUSR1);
    printf("without SA_NODEFER: depth %d\n", deepest);
    deepest = 0;
    raises = 2;
    act(SIGUSR1, nested, SA_NODEFER);
    raise(SIGUSR1);
    printf("with it: depth %d\n", deepest);
    act(SIGUSR1, note, SA_RESETHAND);
    raise(SIGUSR1);
    seen("SA_RESETHAND");
    {
        struct sigaction old;

        sigaction(SIGUSR1, NULL, &old);
        printf("default again: %d\n", old.sa_handler == SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, NULL, &now);
    printf("nothing is left blocked: %d\n", sigisemptyset(&now));
}

static void stacks(void)
{
    stack_t stack = { .ss_sp = alternate, .ss_size = sizeof alternate }, old;
    stack_t small = { .ss_sp = alternate, .ss_size = 100 }, bad = { .ss_sp = alternate, .ss_flags = 77 };

    say("sigaltstack too small", sigaltstack(&small, NULL));
    say("sigaltstack with flags", sigaltstack(&bad, NULL));
    say("sigaltstack", sigaltstack(&stack, NULL));
    act(SIGUSR1, note, SA_ONSTACK);
    raise(SIGUSR1);
    printf("on it: %d\n", handler_stack - (uintptr_t)alternate < sizeof alternate);
    act(SIGUSR1, note, 0);
    raise(SIGUSR1);
    printf("not asked: %d\n", handler_stack - (uintptr_t)alternate < sizeof alternate);
    sigaltstack(NULL, &old);
    printf("as it was set: %d %zu %d\n", old.ss_sp == alternate, old.ss_size, old.ss_flags);
    calls = 0;
}

static void change(int number, siginfo_t *info, void *context)
{
    ucontext_t *u = context;

    (void)number;
    (void)info;
    u->uc_mcontext.gregs[REG_RBX] += 5;
    u->uc_mcontext.gregs[REG_R15] *= 2;
    u->uc_mcontext.fpregs->_xmm[7].element[0] += 1;
    sigaddset(&u->uc_sigmask, SIGUSR2);
    __asm__ volatile("pxor %%xmm8, %%xmm8" : : : "xmm8");
}

/* What a handler changes in its frame the program finds; what it does to its own registers not. */
static void frames(void)
{
    register uint64_t rbx __asm__("rbx") = 10;
    register uint64_t r15 __asm__("r15") = 21;
    uint64_t number = SYS_kill, pid = (uint64_t)getpid(), signal = SIGUSR1, xmm7 = 100, xmm8 = 200;
    sigset_t mask;

    act(SIGUSR1, change, 0);
    __asm__ volatile("movq %2, %%xmm7\n\tmovq %3, %%xmm8\n\tsyscall\n\tmovq %%xmm7, %2\n\tmovq %%xmm8, %3"
                     : "+r"(rbx), "+r"(r15), "+r"(xmm7), "+r"(xmm8), "+a"(number)
                     : "D"(pid), "S"(signal)
                     : "rcx", "r11", "xmm7", "xmm8", "memory");
    printf("rbx %lu r15 %lu xmm7 %lu xmm8 %lu result %lu\n", rbx, r15, xmm7, xmm8, number);
    sigprocmask(SIG_SETMASK, NULL, &mask);
    printf("blocked by the frame: %d\n", sigismember(&mask, SIGUSR2));
    mask = set_of(SIGUSR2);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

static void interrupting(void)
{
    struct itimerval soon = { .it_value = { 0, 20000 } }, none = { 0 }, left;
    struct timespec second = { 10, 0 }, rest = { 0, 0 };
    int ends[2];
    char byte;

    act(SIGALRM, note, SA_RESTART);
    setitimer(ITIMER_REAL, &soon, NULL);
    say("nanosleep", nanosleep(&second, &rest));
    printf("most of it is left: %d\n", rest.tv_sec == 9);
    seen("by the timer");
    act(SIGALRM, note, 0);
    if (pipe(ends) != 0)
        perror("pipe");
    soon.it_interval.tv_usec = 20000; /* again: the first may come before the call waits */
    setitimer(ITIMER_REAL, &soon, NULL);
    say("read without SA_RESTART", read(ends[0], &byte, 1));
    say("pause", pause());
    setitimer(ITIMER_REAL, &none, NULL);
    printf("called: %d\n", calls > 0);
    calls = 0;
    soon.it_interval.tv_usec = 2000;
    setitimer(ITIMER_REAL, &soon, NULL);
    while (calls < 5)
        pause();
    setitimer(ITIMER_REAL, &none, &left);
    printf("again and again, interval %ld\n", left.it_interval.tv_usec);
    calls = 0;
    alarm(100);
    printf("alarm: %u\n", alarm(0));
}

static int pipe_ends[2];

static void *write_later(void *target)
{
    struct timespec pause = { 0, 20000000 };

    nanosleep(&pause, NULL);
    pthread_kill(*(pthread_t *)target, SIGUSR1);
    nanosleep(&pause, NULL);
    if (write(pipe_ends[1], "x", 1) != 1)
        perror("write");
    return NULL;
}

/* The call goes on after the handler; another thread sees to both. */
static void restarting(void)
{
    pthread_t self = pthread_self(), thread;
    char byte = 0;

    act(SIGUSR1, note, SA_RESTART);
    if (pipe(pipe_ends) != 0)
        perror("pipe");
    pthread_create(&thread, NULL, write_later, &self);
    say("read with SA_RESTART", read(pipe_ends[0], &byte, 1));
    printf("byte %c\n", byte);
    pthread_join(thread, NULL);
    seen("meanwhile");
}

static void timers(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1, .sigev_value.sival_int = 9 };
    struct itimerspec soon = { .it_value = { 0, 50000000 } }, now;
    struct timespec second = { 1, 0 };
    timer_t timer;

    say("timer_create", timer_create(CLOCK_MONOTONIC, &event, &timer));
    say("timer_settime", timer_settime(timer, 0, &soon, NULL));
    say("nanosleep", nanosleep(&second, NULL));
    printf("value %d\n", value);
    seen("the timer");
    timer_gettime(timer, &now);
    printf("is over: %ld\n", now.it_value.tv_nsec);
    say("overruns", timer_getoverrun(timer));
    say("timer_delete", timer_delete(timer));
    say("again", syscall(SYS_timer_delete, 12345));
    event.sigev_signo = 99;
    say("timer_create with signal 99", timer_create(CLOCK_MONOTONIC, &event, &timer));
}

static void pending(const char *what)
{
    sigset_t set;

    sigpending(&set);
    printf("%s: TSTP %d TTIN %d CONT %d\n", what, sigismember(&set, SIGTSTP), sigismember(&set, SIGTTIN),
           sigismember(&set, SIGCONT));
}

/* Job control without a shell: in an orphaned process group what stops does nothing, but for SIGSTOP. */
static void stopping(void)
{
    static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
    sigset_t set = set_of(SIGTSTP);

    setsid(); /* the program's group may have been a shell's job; where there is one process, this is an error */
    for (int i = 0; i < 3; i++)
        say("a stop by default", raise(stops[i]));
    say("nothing to go on with", raise(SIGCONT));
    say("sigaction of SIGSTOP", syscall(SYS_rt_sigaction, SIGSTOP, (void *)alternate, NULL, 8));
    sigaddset(&set, SIGTTIN);
    sigaddset(&set, SIGCONT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGTSTP);
    raise(SIGTTIN);
    pending("two stops");
    kill(getpid(), SIGCONT);
    pending("SIGCONT takes their place");
    raise(SIGTTIN);
    pending("and a stop takes its");
    act(SIGTTIN, note, 0);
    act(SIGCONT, note, 0);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    seen("a stop's handler");
    raise(SIGCONT);
    seen("SIGCONT's handler");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    sending();
    blocking();
    waiting();
    masks();
    stacks();
    frames();
    interrupting();
    restarting();
    timers();
    stopping();
    fflush(stdout);
    raise(SIGTERM);
    return 0;
}
