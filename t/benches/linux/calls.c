/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program pays for its system calls: a mix of those that programs make most, each as often as the others, and
 * the one that does least.  Lines "figure NAME TICKS", the least of ROUNDS rounds, then "figures end".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 7
#define CALLS 200

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* Fourteen calls. */
static void mix(void)
{
    static char bytes[512];
    struct stat status;
    struct timespec now;
    int file = open("/tmp/calls", O_RDWR | O_CREAT, 0600), null = open("/dev/null", O_WRONLY);
    void *page;

    syscall(SYS_getppid);
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    (void)!write(file, bytes, sizeof bytes);
    lseek(file, 0, SEEK_SET);
    (void)!read(file, bytes, sizeof bytes);
    (void)!pread(file, bytes, 64, 64);
    fstat(file, &status);
    stat("/tmp/calls", &status);
    (void)!write(null, bytes, 64);
    page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(page, 4096);
    close(null);
    close(file);
}

static void null_call(void)
{
    syscall(SYS_getppid);
}

static void figure(const char *name, void (*call)(void))
{
    uint64_t least = UINT64_MAX;

    for (int round = 0; round < ROUNDS; round++) {
        uint64_t begin = ticks(), spent;

        for (int i = 0; i < CALLS; i++)
            call();
        spent = ticks() - begin;
        least = spent < least ? spent : least;
    }
    printf("figure %s %lu\n", name, least);
}

int main(void)
{
    mkdir("/tmp", 0777);
    figure("mix", mix);
    figure("null", null_call);
    printf("figures end\n");
    return 0;
}
