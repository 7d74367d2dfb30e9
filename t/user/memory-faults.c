/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a bad access to memory says: signal, si_code and the address, to a handler, and on an alternate stack where
 * there is no other.  Every line is the same on Linux.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../temporary.h"
#include "map.h"

#define PAGE 4096

static sigjmp_buf back;
static volatile siginfo_t seen;
static char alternate[65536];

static void handler(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    seen = *info;
    siglongjmp(back, 1);
}

enum access { READ, WRITE, EXECUTE };

static const char *const access_names[] = { "read", "write", "execute" };

/*
 * Where the CPU has protection keys, Linux gives what may only be executed a key of its own, with which it cannot be
 * read (pkeys(7)); Acre uses none.  So all keys are open at each access: a signal's handler, too, is left with Linux's.
 */
static void open_keys(void)
{
    unsigned a, b, c, d;

    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && (c & bit_OSPKE))
        __asm__ volatile("wrpkru" : : "a"(0), "c"(0), "d"(0));
}

/* Touches an address; says what came of it, the address by its distance from `from`. */
static void try(const char *what, enum access access, volatile char *at, const void *from)
{
    printf("%s: %s: ", what, access_names[access]);
    if (sigsetjmp(back, 1) == 0) {
        open_keys();
        if (access == READ)
            (void)*at;
        else if (access == WRITE)
            *at = 1;
        else
            ((void (*)(void))(uintptr_t)at)();
        printf("fine\n");
        return;
    }
    printf("signal %d code %d at %s%ld\n", seen.si_signo, seen.si_code,
           seen.si_addr == (void *)at ? "it, " : "another, ", (long)((uintptr_t)seen.si_addr - (uintptr_t)from));
}

static void rights(void)
{
    static const int prots[] = { PROT_NONE, PROT_READ, PROT_WRITE, PROT_EXEC, PROT_READ | PROT_WRITE,
                                 PROT_READ | PROT_EXEC };

    for (size_t i = 0; i < sizeof prots / sizeof *prots; i++) {
        char *p = map(3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1), name[32];

        memset(p, 0xc3, PAGE); /* ret */
        for (int touched = 1; touched >= 0; touched--) {
            char *at = p + (touched ? 0 : PAGE);

            snprintf(name, sizeof name, "prot %d, %s", prots[i], touched ? "touched" : "new");
            mprotect(p, 3 * PAGE, prots[i]);
            try(name, READ, at, p);
            try(name, WRITE, at + 8, p);
            if (touched)
                try(name, EXECUTE, at + 16, p);
        }
        munmap(p, 3 * PAGE);
        try("unmapped", READ, p + 1, p);
        try("unmapped", EXECUTE, p + 1, p);
    }
}

static void places(void)
{
    try("null", READ, NULL, NULL);
    try("null", WRITE, (char *)8, NULL);
    try("null", EXECUTE, NULL, NULL);
    try("page 0", READ, (char *)0xfff, NULL);
    try("kernel", READ, (char *)0xffffffff80000000, NULL);
    try("kernel", WRITE, (char *)0xffff800000000000, NULL);
    try("top of the user half", READ, (char *)0x7ffffffff000, NULL);
}

static void files(void)
{
    char path[TEMPORARY_ROOM];
    int fd = mkstemp(temporary_name(path));
    char *private, *shared;

    unlink(path);
    if (ftruncate(fd, 2 * PAGE + 100) != 0)
        perror("ftruncate");
    private = map(5 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);
    shared = map(5 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    try("file, last page", READ, shared + 2 * PAGE + 4095, shared);
    try("file, beyond", READ, shared + 3 * PAGE, shared);
    try("file, beyond", WRITE, shared + 4 * PAGE, shared);
    try("private file, beyond", READ, private + 3 * PAGE, private);
    try("private file, beyond", WRITE, private + 3 * PAGE + 5, private);
    shared[PAGE] = 'a';
    private[PAGE] = 'b';
    printf("shared %c, private %c\n", shared[PAGE], private[PAGE]);
    if (ftruncate(fd, PAGE) != 0)
        perror("ftruncate");
    try("file made shorter", READ, shared + PAGE, shared);
    try("file made shorter", WRITE, shared + 2 * PAGE, shared);
    try("its private copies", READ, private + PAGE, private);
    if (ftruncate(fd, 5 * PAGE) != 0)
        perror("ftruncate");
    printf("longer again: %d %d %d\n", shared[PAGE], shared[4 * PAGE], private[PAGE]);
    munmap(shared, 5 * PAGE);
    mprotect(private, PAGE, PROT_READ);
    try("private file, read-only", WRITE, private, private);
    munmap(private, 5 * PAGE);
    close(fd);
}

static volatile int depth;

static int dive(int n)
{
    volatile char frame[512];

    frame[0] = (char)n;
    depth = n;
    return n > 1000000 ? frame[0] : dive(n + 1) + frame[0];
}

/* Down until the stack ends; the handler needs another one. */
static void stack(void)
{
    stack_t alt = { .ss_sp = alternate, .ss_size = sizeof alternate };
    struct rlimit limit;

    sigaltstack(&alt, NULL);
    getrlimit(RLIMIT_STACK, &limit);
    if (sigsetjmp(back, 1) == 0)
        printf("dive returned %d\n", dive(0));
    else
        printf("stack: signal %d code %d, depth below 1 MiB: %d, above 32 MiB: %d\n", seen.si_signo, seen.si_code,
               depth * 512 < 1 << 20, (long)depth * 512 > 32l << 20);
}

static void grows(void)
{
    char *room = map(64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1), *p;

    munmap(room, 64 * PAGE);
    p = mmap(room + 62 * PAGE, PAGE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);
    printf("grows down: %d\n", p == room + 62 * PAGE);
    p[0] = 1;
    munmap(p, PAGE);
    try("gone", WRITE, p, p);
}

int main(void)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK };

    setvbuf(stdout, NULL, _IONBF, 0);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    rights();
    places();
    files();
    stack();
    grows();
    return 0;
}
