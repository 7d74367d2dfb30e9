/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program of the farm's program cases: chain NUMBER LAST STATUS PAGES.  It uses PAGES pages, 1..MOST, of memory of
 * every kind (bss, stack, heap, mmap) and a private page of its own file, each of which must be zero or as the file has
 * it, leaves all of it behind, and replaces itself by chain NUMBER+1 ...; the last one ends with STATUS.  The first and
 * the last say so.
 * What is wrong is said, and ends it with status 99.  No libc: it has to fit where hardly more than the kernel fits.
 */
#include <stdint.h>

#include "raw_call.h"

enum { SYS_WRITE = 1, SYS_OPEN = 2, SYS_MMAP = 9, SYS_BRK = 12, SYS_EXECVE = 59, SYS_EXIT = 60 };
enum { PAGE = 4096, MOST = 8, WRONG = 99 };
enum { READ_WRITE = 3, PRIVATE = 2, PRIVATE_ANONYMOUS = 0x22 };

static volatile uint8_t bss[MOST * PAGE];
static volatile uint64_t initialised = 0x0123456789abcdef;

static _Noreturn void end(long status)
{
    for (;;)
        raw_call(SYS_EXIT, status, 0, 0, 0, 0, 0);
}

static long length(const char *text)
{
    long count = 0;

    while (text[count])
        count++;
    return count;
}

static void say(const char *text)
{
    raw_call(SYS_WRITE, 1, (long)text, length(text), 0, 0, 0);
}

static _Noreturn void wrong(const char *what)
{
    say("wrong: ");
    say(what);
    say("\n");
    end(WRONG);
}

static long number_read(const char *text)
{
    long number = 0;

    while (*text)
        number = number * 10 + *text++ - '0';
    return number;
}

/* The decimal digits of NUMBER at the end of TEXT, which has room for 20. */
static char *number_write(long number, char text[21])
{
    char *at = text + 20;

    *at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    return at;
}

/* Every page must be zero, and takes what is written. */
static void touch(volatile uint8_t *pages, long count, const char *what)
{
    for (long i = 0; i < count; i++) {
        for (long byte = 0; byte < PAGE; byte += 64) {
            if (pages[i * PAGE + byte])
                wrong(what);
        }
        pages[i * PAGE] = (uint8_t)(i + 1);
    }
    for (long i = 0; i < count; i++) {
        if (pages[i * PAGE] != i + 1)
            wrong(what);
    }
}

/* The stack below: what lies there is a fresh program's, so it is only written and read again. */
static void stack_use(long pages)
{
    volatile uint8_t room[MOST * PAGE];

    for (long i = MOST - pages; i < MOST; i++)
        room[i * PAGE] = (uint8_t)(i + 1);
    for (long i = MOST - pages; i < MOST; i++) {
        if (room[i * PAGE] != i + 1)
            wrong("stack");
    }
}

static void file_use(void)
{
    long file = raw_call(SYS_OPEN, (long)"/proc/self/exe", 0, 0, 0, 0, 0);
    long at = raw_call(SYS_MMAP, 0, PAGE, READ_WRITE, PRIVATE, file, 0);

    if (file < 0 || at < 0 || *(volatile uint32_t *)at != 0x464c457f)
        wrong("the page of a file");
    *(volatile uint32_t *)at = 0;
    if (initialised != 0x0123456789abcdef)
        wrong("data");
    initialised = 0;
}

static void memory_use(long pages)
{
    long heap = raw_call(SYS_BRK, 0, 0, 0, 0, 0, 0);
    long map = raw_call(SYS_MMAP, 0, pages * PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);

    heap = (heap + PAGE - 1) / PAGE * PAGE;
    if (raw_call(SYS_BRK, heap + pages * PAGE, 0, 0, 0, 0, 0) != heap + pages * PAGE)
        wrong("brk");
    if (map < 0)
        wrong("mmap");
    touch(bss, pages, "bss");
    touch((volatile uint8_t *)heap, pages, "heap");
    touch((volatile uint8_t *)map, pages, "mapping");
    stack_use(pages);
    file_use();
}

__attribute__((used)) static _Noreturn void start(long *stack)
{
    char **arguments = (char **)(stack + 1), digits[21];
    long number, last, pages;

    if (stack[0] != 5)
        wrong("the number of arguments");
    pages = number_read(arguments[4]);
    if (pages < 1 || pages > MOST)
        wrong("the number of pages");
    number = number_read(arguments[1]);
    last = number_read(arguments[2]);
    memory_use(pages);
    if (number == 0 || number == last) {
        say("chain ");
        say(arguments[1]);
        say("\n");
    }
    if (number == last)
        end(number_read(arguments[3]));
    arguments[1] = number_write(number + 1, digits);
    raw_call(SYS_EXECVE, (long)"/proc/self/exe", (long)arguments, (long)(arguments + 5), 0, 0, 0);
    wrong("execve");
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
