/* SPDX-License-Identifier: Apache-2.0 */
/* execve beside threads that run, by them, of what is no program, and with arguments that do not end. */
#define _GNU_SOURCE
#include "hostile.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STRING_MOST 0x20000 /* bytes of one argument */
#define THREADS 4
#define STACK_SIZE 65536
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

static char *none[] = { "x", NULL };

static int is(long result, int number) { return result == -1 && errno == number; }

static int turns(void *kept)
{
    while (!kept)
        sched_yield();
    return 0;
}
static int execs(void *kept)
{
    char *arguments[] = { "hostile", "refused-others", NULL };

    (void)kept;
    execve("/proc/self/exe", arguments, none + 1);
    _exit(1);
}
static int start(int (*f)(void *))
{
    char *stack = hostile_map(STACK_SIZE, PROT_READ | PROT_WRITE);

    return clone(f, stack + STACK_SIZE, THREAD_FLAGS, NULL) > 0;
}
static int exec_with_threads(void)
{
    for (int i = 0; i < THREADS; i++)
        if (!start(turns))
            return 1;
    return execs(NULL);
}
static int exec_garbage(void) /* the threads go on, as does who asked */
{
    static const char *const garbage[] = { "\177ELF\2\1\1 and no more", "neither a program nor a script", "" };
    int held = is(execve("/", none, none), EACCES);
    char name[32];

    for (int i = 0; i < THREADS; i++)
        held &= start(turns);
    for (size_t i = 0; i < sizeof garbage / sizeof *garbage; i++) {
        int file = memfd_create("garbage", 0);

        held &= write(file, garbage[i], strlen(garbage[i])) == (ssize_t)strlen(garbage[i]);
        snprintf(name, sizeof name, "/proc/self/fd/%d", file);
        held &= is(execve(name, none, none), ENOEXEC) && is(execve(name, none, none), ENOEXEC);
    }
    return hostile_held(held, "garbage");
}
static int exec_by_thread(void)
{
    for (int i = 0; i < THREADS; i++)
        /* All but one at once: one of them is heard, and until then there is no new thread (copy_fs, Linux 6.1). */
        if (!start(i ? execs : turns) && errno != EAGAIN)
            return 1;
    for (;;)
        sched_yield();
}
static int exec_endless(void)
{
    static char text[STRING_MOST + 1];
    char **list = hostile_map(17 * PAGE, PROT_READ | PROT_WRITE);
    size_t count = 16 * PAGE / sizeof *list;
    char *one[] = { text, NULL };
    int held;

    memset(text, 'x', STRING_MOST);
    held = is(execve("/proc/self/exe", one, none), E2BIG) && is(execve("/proc/self/exe", none, one), E2BIG);
    text[STRING_MOST - 1] = 0;
    for (size_t i = 0; i < count; i++)
        list[i] = i < 100 ? text : "";
    held &= is(execve("/proc/self/exe", list, none), E2BIG) && is(execve("/proc/self/exe", none, list), E2BIG);
    munmap(list + count, PAGE);
    held &= execve("/proc/self/exe", list + count - 5, none) == -1 && errno == EFAULT;
    list[count - 1] = (char *)KERNEL_TEXT;
    return hostile_held(held && execve("/proc/self/exe", list + count - 1, none) == -1 && errno == EFAULT,
                        "arguments without an end");
}
const struct hostile hostile_exec[] = {
    { "exec-with-threads", HELD, ANY, exec_with_threads, 0 },
    { "exec-garbage", HELD, ANY, exec_garbage, 0 },
    { "exec-by-thread", HELD, ANY, exec_by_thread, 0 },
    { "exec-endless", HELD, ANY, exec_endless, 0 },
    { 0 },
};
