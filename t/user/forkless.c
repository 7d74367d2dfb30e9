/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fork for a program in a world without it, to be preloaded (LD_PRELOAD): the child runs first, in its parent's place,
 * and when it ends the parent goes on from its fork with the memory, descriptors and signal actions it had.  So a
 * program whose children need not run beside it (stress-ng with one instance of most of its stressors) does all it does
 * in one process.
 *
 *   fork()   keeps what the parent has: copies of all writable private memory, a duplicate of each descriptor, signal
 *            actions and mask, the break; returns 0
 *   _exit()  of a child unmaps what came, maps again what went, copies all back, on a stack of its own, and jumps into
 *            the fork, which returns the child's number
 *
 * What keeps it lies in shared memory, which is not copied.  Only for the thread that main runs in.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../farm/program/raw_call.h"

#define DEPTH 8 /* children of children */
#define AREAS 512 /* mappings of a program */
#define DESCRIPTORS 64 /* of a program; duplicates lie above */
#define ENDED 256 /* children that nobody has waited for */
#define FIRST_PID 1000
#define MAPS_SIZE (1 << 18)
#define STACK_SIZE (1 << 16)

struct area {
    uintptr_t base, limit;
    int prot;
    void *copy; /* NULL: none is needed */
};

struct parent {
    jmp_buf back;
    struct area areas[AREAS];
    int count;
    uintptr_t heap_end;
    struct sigaction actions[65];
    sigset_t mask;
    pid_t pid;
};

struct state {
    struct parent parents[DEPTH];
    struct area now[AREAS];
    char maps[MAPS_SIZE];
    char stack[STACK_SIZE];
    int depth, next;
    struct {
        pid_t pid, of;
        int status;
    } ended[ENDED];
    int ended_count;
    int end_status;
};

static struct state *s;

/* Without the C library, whose memory may be half copied. */
#define RAW(number, ...) RAW_(number, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define RAW_(number, a, b, c, d, e, f, ...) \
    raw_call(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

static void copy(void *to, const void *from, size_t size)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

static _Noreturn void give_up(const char *why)
{
    size_t size = 0;

    while (why[size])
        size++;
    RAW(SYS_write, 2, why, size);
    RAW(SYS_exit_group, 125);
    __builtin_unreachable();
}

static uintptr_t read_hex(const char **text)
{
    uintptr_t value = 0;

    for (;; ++*text) {
        char c = **text;

        if (c >= '0' && c <= '9')
            value = value << 4 | (uintptr_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uintptr_t)(c - 'a' + 10);
        else
            return value;
    }
}

static bool is_stack(const char *line)
{
    while (*line != '\n' && *line != '[')
        line++;
    return line[0] == '[' && line[1] == 's';
}

/* The private mappings that can be read and written, and all others with prot 0; the stack as far as it is in use. */
static int read_areas(struct area *areas, uintptr_t stack_from)
{
    long fd = RAW(SYS_open, "/proc/self/maps", O_RDONLY), got, size = 0;
    const char *at = s->maps;
    int count = 0;

    while ((got = RAW(SYS_read, fd, s->maps + size, MAPS_SIZE - 1 - size)) > 0)
        size += got;
    RAW(SYS_close, fd);
    s->maps[size] = 0;
    while (*at) {
        struct area *area = &areas[count];

        area->base = read_hex(&at);
        at++;
        area->limit = read_hex(&at);
        at++;
        area->prot = at[0] == 'r' && at[1] == 'w' && at[3] == 'p' ? PROT_READ | PROT_WRITE : 0;
        area->copy = NULL;
        if (is_stack(at) && area->base < stack_from)
            area->base = stack_from;
        while (*at++ != '\n')
            ;
        if (++count == AREAS || size == MAPS_SIZE - 1)
            give_up("forkless: too many mappings\n");
    }
    return count;
}

/* Its frame lies below fork's, which so is kept whole. */
__attribute__((noinline)) static void keep_memory(struct parent *parent)
{
    parent->count = read_areas(parent->areas, (uintptr_t)__builtin_frame_address(0) & -16l);
    for (int i = 0; i < parent->count; i++) {
        struct area *area = &parent->areas[i];

        if (!area->prot)
            continue;
        area->copy = (void *)RAW(SYS_mmap, 0, area->limit - area->base, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if ((intptr_t)area->copy < 0 && (intptr_t)area->copy > -4096)
            give_up("forkless: no memory\n");
        copy(area->copy, (void *)area->base, area->limit - area->base);
    }
    parent->heap_end = (uintptr_t)RAW(SYS_brk, 0);
}

static void keep_rest(struct parent *parent)
{
    sigprocmask(SIG_SETMASK, NULL, &parent->mask);
    for (int i = 1; i <= 64; i++)
        sigaction(i, NULL, &parent->actions[i]);
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        RAW(SYS_dup3, fd, DESCRIPTORS * (s->depth + 1) + fd, O_CLOEXEC);
}

/* Whether the parent had something at an address, or has its copies there. */
static bool is_kept(const struct parent *parent, uintptr_t address)
{
    for (int i = 0; i < parent->count; i++)
        if (address >= parent->areas[i].base && address < parent->areas[i].limit)
            return true;
    for (int depth = 0; depth < s->depth; depth++)
        for (int i = 0; i < s->parents[depth].count; i++) {
            const struct area *area = &s->parents[depth].areas[i];
            uintptr_t at = (uintptr_t)area->copy;

            if (at && address >= at && address < at + (area->limit - area->base))
                return true;
        }
    return false;
}

/* Unmaps what the child has mapped and left. */
static void drop_new(const struct parent *parent)
{
    int count = read_areas(s->now, 0);

    for (int i = 0; i < count; i++)
        for (uintptr_t at = s->now[i].base; at < s->now[i].limit && at >> 47 == 0; at += 4096)
            if (!is_kept(parent, at) && !is_kept(parent, at + 4095))
                RAW(SYS_munmap, at, 4096);
}

static void restore_memory(struct parent *parent)
{
    RAW(SYS_brk, parent->heap_end);
    for (int i = 0; i < parent->count; i++) {
        struct area *area = &parent->areas[i];
        size_t size = area->limit - area->base;

        if (!area->copy)
            continue;
        if (RAW(SYS_mprotect, area->base & -4096l, (area->limit - (area->base & -4096l)), area->prot))
            RAW(SYS_mmap, area->base & -4096l, area->limit - (area->base & -4096l), area->prot,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        copy((void *)area->base, area->copy, size);
        RAW(SYS_munmap, area->copy, size);
    }
}

static void restore_rest(const struct parent *parent)
{
    struct sigaction ignored;

    alarm(0);
    for (int i = 1; i <= 64; i++)
        if (sigaction(i, NULL, &ignored) == 0)
            sigaction(i, &parent->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &parent->mask, NULL);
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        int kept = DESCRIPTORS * (s->depth + 1) + fd;

        RAW(SYS_close, fd);
        if (RAW(SYS_dup2, kept, fd) >= 0)
            RAW(SYS_close, kept);
    }
}

/* On the stack in s: the child is over. */
__attribute__((used)) static _Noreturn void go_back(void)
{
    struct parent *parent = &s->parents[s->depth - 1];

    drop_new(parent);
    s->depth--;
    restore_memory(parent);
    restore_rest(parent);
    s->ended[s->ended_count].pid = parent->pid;
    s->ended[s->ended_count].of = s->depth ? s->parents[s->depth - 1].pid : 0;
    s->ended[s->ended_count++].status = s->end_status;
    longjmp(parent->back, 1);
}

static _Noreturn void end(int status)
{
    if (!s || !s->depth) {
        syscall(SYS_exit_group, status);
        __builtin_unreachable();
    }
    s->end_status = (status & 0xff) << 8;
    __asm__ volatile("mov %0, %%rsp; call go_back" : : "r"(s->stack + STACK_SIZE) : "memory");
    __builtin_unreachable();
}

/* Room for one more parent; false: there is none. */
__attribute__((noinline)) static bool make_room(void)
{
    struct rlimit files = {DESCRIPTORS * (DEPTH + 1), DESCRIPTORS * (DEPTH + 1)};
    void *memory;

    if (s)
        return s->depth < DEPTH && s->ended_count + DEPTH < ENDED;
    memory = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    s = memory;
    setrlimit(RLIMIT_NOFILE, &files);
    return true;
}

pid_t fork(void)
{
    struct parent *parent;

    if (!make_room()) {
        errno = EAGAIN;
        return -1;
    }
    parent = &s->parents[s->depth];
    parent->pid = FIRST_PID + s->next++;
    fflush(NULL);
    if (setjmp(parent->back))
        return parent->pid;
    keep_rest(parent);
    keep_memory(parent);
    s->depth++;
    return 0;
}

void _exit(int status)
{
    end(status);
}

void exit(int status)
{
    fflush(NULL);
    end(status);
}

pid_t getpid(void)
{
    return s && s->depth ? s->parents[s->depth - 1].pid : (pid_t)syscall(SYS_getpid);
}

pid_t getppid(void)
{
    return s && s->depth > 1 ? s->parents[s->depth - 2].pid : (pid_t)syscall(s && s->depth ? SYS_getpid : SYS_getppid);
}

/* A child of this process that has ended: all have. */
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    pid_t of = s && s->depth ? s->parents[s->depth - 1].pid : 0;

    (void)options;
    if (usage)
        memset(usage, 0, sizeof *usage);
    for (int i = 0; s && i < s->ended_count; i++)
        if (s->ended[i].of == of && (pid <= 0 || pid == s->ended[i].pid)) {
            pid = s->ended[i].pid;
            if (status)
                *status = s->ended[i].status;
            s->ended[i] = s->ended[--s->ended_count];
            return pid;
        }
    errno = ECHILD;
    return -1;
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    return wait4(pid, status, options, NULL);
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
    return wait4(-1, status, options, usage);
}

pid_t wait(int *status)
{
    return wait4(-1, status, 0, NULL);
}

/* A signal to a child that has ended is nothing; one to oneself is one. */
int kill(pid_t pid, int number)
{
    if (s && pid >= FIRST_PID) {
        if (pid != getpid())
            return 0;
        pid = (pid_t)syscall(SYS_getpid);
    }
    return (int)syscall(SYS_kill, pid, number);
}

/* One's own capabilities are those of the process. */
int capget(void *header, void *data)
{
    int *words = header; /* version, pid */

    if (words[1] >= FIRST_PID)
        words[1] = 0;
    return (int)syscall(SYS_capget, header, data);
}
