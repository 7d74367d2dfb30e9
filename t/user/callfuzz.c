/* SPDX-License-Identifier: Apache-2.0 */
/*
 * callfuzz SEED COUNT: makes COUNT random system calls and prints how many it has made.  The same SEED makes the same
 * calls.  Seeds divisible by 4 have a second thread that maps, unmaps, copies and yields meanwhile; odd seeds make a
 * few calls on mappings outside the arena, which may end the program by a signal.
 *
 * On a kernel that is not Acre only calls that can harm nothing else are made: no paths, no signals, no clocks.
 *
 * A bad access is caught by a handler, which goes on with the next call.  An interval timer ends what waits.  Calls may
 * change all of that, even the thread pointer, so it is put right after them; nothing here uses what the C library
 * keeps in the thread, and errno least of all.
 */
#define _GNU_SOURCE
#include "callfuzz.h"

#include <asm/prctl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>

#define ARENA 0x300000000ul /* where neither kernel puts anything by itself so soon; the same in every run */
#define ALARM_US 4000
#define REPAIR_EVERY 64 /* calls */
#define REOPEN_EVERY 512
#define REPORT_EVERY 1000
#define ALARMS_MAX 1000 /* without a call between: the program is lost in a loop */
#define STACK_BYTES 65536
#define MAPS_MAX 64
#define RESTORER 0x04000000 /* SA_RESTORER */
#define SIGNALS_ALL (~0ull)
#define THREAD_FLAGS 0x50f00 /* CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM */

struct action { /* as the kernel has it */
    uint64_t handler, flags, restorer, mask;
};

static struct call calls[CALLS_MAX];
static uint32_t calls_count;
static uint8_t fault_stack[STACK_BYTES], thread_stack[STACK_BYTES] __attribute__((aligned(16)));
static uint64_t fs_base, maps[MAPS_MAX][2], maps_count;
static volatile uint64_t last; /* the number of the call that was made */
static void *back[5]; /* of the next call */
static volatile uint64_t alarms, faults, made;

/* The number of the call is kept in rbx: what a thread begins with.  It is the first to see 0. */
__asm__(".text\n"
        ".globl call_raw\n"
        "call_raw:\n"
        "    push %rbx\n    push %rbp\n    push %r12\n    push %r13\n    push %r14\n    push %r15\n"
        "    mov %rdi, %rbx\n    mov %rdi, %rax\n    mov %rsi, %r11\n    mov %rsp, %rbp\n"
        "    mov (%r11), %rdi\n    mov 8(%r11), %rsi\n    mov 16(%r11), %rdx\n"
        "    mov 24(%r11), %r10\n    mov 32(%r11), %r8\n    mov 40(%r11), %r9\n"
        "    cmp $15, %rbx\n    cmove %rdi, %rsp\n" /* rt_sigreturn: its argument is the stack */
        "    syscall\n"
        "    test %rax, %rax\n    jnz 2f\n"
        "    cmp $56, %rbx\n    je 1f\n    cmp $435, %rbx\n    jne 2f\n" /* clone, clone3 */
        "1:  mov $24, %eax\n    syscall\n    mov $24, %eax\n    syscall\n    mov $24, %eax\n    syscall\n"
        "    xor %edi, %edi\n    mov $60, %eax\n    syscall\n    ud2\n"
        "2:  mov %rbp, %rsp\n"
        "    pop %r15\n    pop %r14\n    pop %r13\n    pop %r12\n    pop %rbp\n    pop %rbx\n    ret\n"
        "restore_rt:\n    mov $15, %eax\n    syscall\n");
void restore_rt(void);

static int64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e)
{
    return call_raw(number, (const uint64_t[ARGUMENTS]){a, b, c, d, e, 0});
}

static void say(const char *text)
{
    call(SYS_write, REPORT_FD, (uint64_t)text, strlen(text), 0, 0);
}

static void say_made(void)
{
    char line[80];
    char *at = line + sizeof(line) - 1;
    uint64_t n = made;

    *at = 0;
    *--at = '\n';
    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    at -= 6;
    memcpy(at, "calls ", 6);
    say(at);
}

static void on_fault(int number)
{
    (void)number;
    __asm__ volatile("pushq $2\n popfq" ::: "memory", "cc"); /* a frame of rt_sigreturn may have set AC */
    faults++;
    __builtin_longjmp(back, 1);
}

static void on_alarm(int number)
{
    (void)number;
    if (++alarms == ALARMS_MAX) {
        say("lost in a loop\n");
        last = SYS_rt_sigprocmask; /* the handler's mask stays */
        __builtin_longjmp(back, 1);
    }
}

/* Signals, their stack, the timer, the thread pointer: as they must be before a call. */
static void repair_signals(void)
{
    static const uint64_t none;
    static const int faulting[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
    struct action action = {.restorer = (uint64_t)restore_rt};
    struct itimerval timer = {{0, ALARM_US}, {0, ALARM_US}};
    stack_t stack = {.ss_sp = fault_stack, .ss_size = sizeof(fault_stack)};

    call(SYS_arch_prctl, ARCH_SET_FS, fs_base, 0, 0, 0);
    call(SYS_sigaltstack, (uint64_t)&stack, 0, 0, 0, 0);
    for (int number = 1; number <= 64; number++) {
        bool fault = false;

        for (size_t i = 0; i < sizeof(faulting) / sizeof(*faulting); i++)
            fault |= faulting[i] == number;
        action.handler = (uint64_t)(fault ? on_fault : on_alarm);
        action.flags = RESTORER | SA_ONSTACK | (fault ? SA_NODEFER : 0);
        call(SYS_rt_sigaction, (uint64_t)number, (uint64_t)&action, 0, 8, 0);
    }
    call(SYS_rt_sigprocmask, SIG_SETMASK, (uint64_t)&none, 0, 8, 0);
    call(SYS_setitimer, ITIMER_REAL, (uint64_t)&timer, 0, 0, 0);
}

static void map_at(uint64_t address, uint64_t bytes)
{
    call_raw(SYS_mmap, (const uint64_t[ARGUMENTS]){address, bytes, PROT_READ | PROT_WRITE,
                                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1ull, 0});
}

static void repair_memory(struct dice *d)
{
    while (maps_count) {
        maps_count--;
        call(SYS_munmap, maps[maps_count][0], maps[maps_count][1], 0, 0, 0);
    }
    call(SYS_munlockall, 0, 0, 0, 0, 0);
    map_at(ARENA, ARENA_BYTES);
    map_at(SHAPES_END - PAGE, PAGE);
    arena = (uint8_t *)ARENA;
    if (!__builtin_setjmp(back))
        arena_fill(d);
}

static void open_at(const char *path, int flags)
{
    call(SYS_open, (uint64_t)path, (uint64_t)flags, 0600, 0, 0);
}

/* One of each kind, in the lowest numbers. */
static void repair_files(void)
{
    static int pair[2];

    call(SYS_close_range, 0, REPORT_FD - 1, 0, 0, 0);
    call(SYS_close_range, REPORT_FD + 1, ~0u, 0, 0, 0);
    open_at("/dev/null", O_RDWR);
    open_at("/dev/zero", O_RDWR);
    open_at("/dev/urandom", O_RDONLY);
    call(SYS_pipe2, (uint64_t)pair, 0, 0, 0, 0);
    call(SYS_pipe2, (uint64_t)pair, O_NONBLOCK, 0, 0, 0);
    call(SYS_eventfd2, 1, 0, 0, 0, 0);
    call(SYS_epoll_create1, 0, 0, 0, 0, 0);
    call(SYS_timerfd_create, CLOCK_MONOTONIC, 0, 0, 0, 0);
    call(SYS_memfd_create, (uint64_t)"fuzz", 2, 0, 0, 0);
    call(SYS_ftruncate, 10, 5 * PAGE + 100, 0, 0, 0);
    if (tame)
        return;
    call(SYS_mkdir, (uint64_t)"/fuzz", 0777, 0, 0, 0); /* the programs to come lie elsewhere: they must be found */
    call(SYS_chdir, (uint64_t)"/fuzz", 0, 0, 0, 0);
    open_at("/fuzz/a", O_RDWR | O_CREAT | O_TRUNC);
    open_at("/fuzz/b", O_RDWR | O_CREAT | O_TRUNC | O_APPEND);
    open_at("/fuzz", O_RDONLY | O_DIRECTORY);
    open_at("/proc/self/maps", O_RDONLY);
    open_at("/dev/full", O_RDWR);
    open_at("/proc/self", O_RDONLY);
    call(SYS_ftruncate, 11, 3 * PAGE + 1, 0, 0, 0);
}

/* Calls after which something that must be right may be wrong. */
static bool disturbs(uint64_t number)
{
    switch (number) {
    case SYS_rt_sigaction:
    case SYS_rt_sigprocmask:
    case SYS_rt_sigreturn:
    case SYS_sigaltstack:
    case SYS_arch_prctl:
    case SYS_setitimer:
    case SYS_alarm:
    case SYS_clone:
    case SYS_clone3:
        return true;
    }
    return false;
}

/* Handlers would run where no stack may be: that of a thread, or the one that is set. */
static bool unhandled(uint64_t number)
{
    return number == SYS_clone || number == SYS_clone3 || number == SYS_sigaltstack;
}

/* A frame that the kernel must refuse, or that leads where nothing may run; blocks nothing. */
static void sigreturn_make(struct dice *d, uint64_t *a)
{
    static uint64_t frame[128]; /* struct ucontext */
    static const uint64_t to[] = {0, 0xfff, 0x8000000000000000, 0xffffffff80000000, 0x800000000000, 0x7fffffffffff};

    if (dice_below(d, 8) == 0)
        return;
    for (uint32_t i = 0; i < 128; i++)
        frame[i] = dice_next(d);
    /* From word 2 on the stack of handlers, from 5 on the registers, the mask in word 37. */
    frame[5 + 16] = to[dice_below(d, sizeof(to) / sizeof(*to))];
    frame[5 + 23] = dice_below(d, 2) ? 0 : (uint64_t)ARENA; /* the state of the FPU */
    if (dice_below(d, 16)) { /* else the stack of handlers is lost, and the program with it */
        frame[2] = (uint64_t)fault_stack;
        frame[3] = 0;
        frame[4] = sizeof(fault_stack);
    }
    frame[37] = 0;
    a[0] = (uint64_t)frame;
}

static void one_call(struct dice *d, bool wild)
{
    static const uint64_t all = SIGNALS_ALL;
    const struct call *c = &calls[dice_below(d, calls_count)];
    uint64_t number = c->number, a[ARGUMENTS];
    int64_t result;

    arguments_make(d, c, wild, a);
    if (!tame && dice_below(d, 256) == 0)
        number = dice_below(d, 2) ? 335 + dice_below(d, 80) : 453 + dice_below(d, 59); /* nobody's */
    if (number == SYS_rt_sigreturn)
        sigreturn_make(d, a);
    if (unhandled(number))
        call(SYS_rt_sigprocmask, SIG_SETMASK, (uint64_t)&all, 0, 8, 0);
    made++;
    last = number;
    result = call_raw(number, a);
    if (number == SYS_mmap && result > 0 && (uint64_t)result - ARENA >= ARENA_BYTES && maps_count < MAPS_MAX) {
        maps[maps_count][0] = (uint64_t)result;
        maps[maps_count++][1] = a[1];
    }
}

/* The other thread: never in a handler, and it touches memory by the kernel's hand only. */
static void thread_run(void)
{
    static struct dice d;
    static const struct timespec moment = {0, 50000};

    d.state = 1;
    for (;;) {
        uint64_t at = ARENA + dice_below(&d, ARENA_PAGES) * PAGE, size = (1 + dice_below(&d, 4)) * PAGE;

        switch (dice_below(&d, 6)) {
        case 0:
            call(SYS_read, 1, at, size, 0, 0);
            break;
        case 1:
            call(SYS_write, 0, at, size, 0, 0);
            break;
        case 2:
            call(SYS_madvise, at, size, MADV_DONTNEED, 0, 0);
            break;
        case 3:
            call(SYS_mprotect, at, size, PROT_READ | PROT_WRITE, 0, 0);
            break;
        case 4:
            call(SYS_nanosleep, (uint64_t)&moment, 0, 0, 0, 0);
            break;
        default:
            call(SYS_sched_yield, 0, 0, 0, 0, 0);
        }
    }
}

static void thread_start(void)
{
    static const uint64_t all = SIGNALS_ALL;

    call(SYS_rt_sigprocmask, SIG_SETMASK, (uint64_t)&all, 0, 8, 0);
    __asm__ volatile("syscall\n"
                     "test %%rax, %%rax\n"
                     "jnz 1f\n"
                     "xor %%ebp, %%ebp\n"
                     "call *%[run]\n"
                     "ud2\n"
                     "1:\n"
                     :
                     : "a"(SYS_clone), "D"(THREAD_FLAGS), "S"(thread_stack + sizeof(thread_stack)), "d"(0),
                       [run] "r"(thread_run)
                     : "rcx", "r11", "memory");
}

/* From here on: no C library. */
static void run(struct dice *d, bool wild, uint64_t count)
{
    for (volatile uint64_t turn = 0; made < count && turn < 2 * count; turn++) {
        if (turn % REPAIR_EVERY == 0 || disturbs(last))
            repair_signals();
        if (turn % REPAIR_EVERY == 0)
            repair_memory(d);
        if (turn % REOPEN_EVERY == 0)
            repair_files();
        alarms = 0;
        if (!__builtin_setjmp(back))
            one_call(d, wild);
        if (turn % REPORT_EVERY == REPORT_EVERY - 1)
            say_made();
    }
}

static bool is_acre(void)
{
    struct utsname name;

    return uname(&name) == 0 && strstr(name.release, "-acre") && strncmp(name.version, "#1 Acre ", 8) == 0;
}

int main(int argc, char **argv)
{
    static struct dice d;
    struct rlimit data = {1ul << 30, 1ul << 30};
    uint64_t seed, count;

    if (argc != 3) {
        fputs("usage: callfuzz SEED COUNT\n", stderr);
        return 2;
    }
    seed = strtoull(argv[1], NULL, 0);
    count = strtoull(argv[2], NULL, 0);
    d.state = seed;
    tame = !is_acre();
    if (tame && setrlimit(RLIMIT_AS, &data) != 0)
        return 2;
    printf("seed %lu\n", seed);
    fflush(stdout);
    calls_count = calls_read(calls);
    if (dup2(1, REPORT_FD) < 0 || call(SYS_arch_prctl, ARCH_GET_FS, (uint64_t)&fs_base, 0, 0, 0) != 0)
        return 2;
    if (seed % 4 == 0)
        thread_start();
    run(&d, seed % 2, count);
    say_made();
    call(SYS_exit_group, 0, 0, 0, 0, 0);
}
