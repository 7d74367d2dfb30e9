/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To be preloaded into a program of one thread with the GNU C library: writes "a ADDRESS SIZE" and "f ADDRESS" for
 * every allocation and free to the file that TRACE_MALLOC names, up to TRACE_STEPS of them.  A realloc is an allocation
 * and a free.  t/benches/record/record makes a trace of it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

static char buffer[1 << 16];
static size_t used;
static long left = -1; /* steps to write; -1: not known yet */
static int file = -1;

static void flush(void)
{
    if (used && write(file, buffer, used) != (ssize_t)used)
        _exit(125);
    used = 0;
}

static void start(void)
{
    const char *path = getenv("TRACE_MALLOC"), *steps = getenv("TRACE_STEPS");

    left = 0;
    if (!path || !steps)
        return;
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    left = file < 0 ? 0 : atol(steps);
    unsetenv("TRACE_MALLOC"); /* what it starts is not traced into the same file */
}

static void put_hex(uint64_t number)
{
    int shift = 60;

    while (shift && !(number >> shift))
        shift -= 4;
    buffer[used++] = ' ';
    for (; shift >= 0; shift -= 4)
        buffer[used++] = "0123456789abcdef"[number >> shift & 15];
}

static void note(char what, const void *p, size_t size)
{
    if (left < 0)
        start();
    if (!left || !p)
        return;
    left--;
    if (used > sizeof buffer - 64)
        flush();
    buffer[used++] = what;
    put_hex((uintptr_t)p);
    if (what == 'a')
        put_hex(size ? size : 1);
    buffer[used++] = '\n';
    if (!left)
        flush();
}

__attribute__((destructor)) static void finish(void)
{
    flush();
    left = 0;
}

void *malloc(size_t size)
{
    void *p = __libc_malloc(size);

    note('a', p, size);
    return p;
}

void *calloc(size_t count, size_t size)
{
    void *p = __libc_calloc(count, size);

    note('a', p, count * size);
    return p;
}

void free(void *p)
{
    note('f', p, 0);
    __libc_free(p);
}

void *realloc(void *p, size_t size)
{
    void *other = __libc_realloc(p, size);

    note('f', p, 0);
    note('a', other, size);
    return other;
}
