/* SPDX-License-Identifier: Apache-2.0 */
/* A program that replaces itself many times, each time with memory, files and threads left behind. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *wait_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void leave_things(void)
{
    size_t size = 1 << 20;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_t thread;

    if (memory != MAP_FAILED)
        memset(memory, 1, size);
    memset(malloc(100000), 1, 100000);
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0 || pthread_create(&thread, NULL, wait_for_ever, NULL))
        printf("something could not be made\n");
}

int main(int argc, char **argv)
{
    int number = argc > 1 ? atoi(argv[1]) : 0, last = argc > 2 ? atoi(argv[2]) : 0;
    char next[20], *arguments[] = { argv[0], next, argc > 2 ? argv[2] : NULL, NULL };

    if (number % 100 == 0)
        printf("program %d\n", number);
    if (number == last)
        return 7;
    leave_things();
    snprintf(next, sizeof next, "%d", number + 1);
    fflush(stdout);
    execve("/proc/self/exe", arguments, (char *[]){ NULL });
    perror("execve");
    return 1;
}
