/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where CPU time goes: getrusage, times and the clocks agree on what a program does for itself and what is done for it.
 * The lines are the same on Linux; the times themselves are not printed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

/* Seconds of CPU time for each kind of work: a Linux that looks only at its ticks who runs needs many of them. */
#define WORK 0.45

static char buffer[1 << 20];
static int zero;

static double clock_of(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void compute(void)
{
    volatile uint64_t sum = 0;

    for (int i = 0; i < 100000; i++)
        sum += (uint64_t)i * 3;
}

static void ask(void)
{
    if (read(zero, buffer, sizeof buffer) != sizeof buffer)
        perror("read");
}

/* What share of the CPU time of such work is the program's own. */
static double share(void (*work)(void), int who, clockid_t id)
{
    struct rusage before, after;
    double begin = clock_of(id), user, system;

    getrusage(who, &before);
    while (clock_of(id) - begin < WORK)
        work();
    getrusage(who, &after);
    user = seconds(after.ru_utime) - seconds(before.ru_utime);
    system = seconds(after.ru_stime) - seconds(before.ru_stime);
    printf("together as much as the clock: %d\n", user + system > WORK / 2 && user + system < WORK * 3);
    return user / (user + system);
}

static void *thread(void *unused)
{
    (void)unused;
    printf("a thread that computes: %d\n", share(compute, RUSAGE_THREAD, CLOCK_THREAD_CPUTIME_ID) > 0.7);
    printf("a thread that reads: %d\n", share(ask, RUSAGE_THREAD, CLOCK_THREAD_CPUTIME_ID) < 0.3);
    return NULL;
}

int main(void)
{
    struct timespec pause = { 0, 300000000 };
    struct rusage usage;
    struct tms ticks;
    double before;
    pthread_t id;

    setvbuf(stdout, NULL, _IOLBF, 0);
    zero = open("/dev/zero", O_RDONLY);
    printf("computing: %d\n", share(compute, RUSAGE_SELF, CLOCK_PROCESS_CPUTIME_ID) > 0.7);
    printf("reading: %d\n", share(ask, RUSAGE_SELF, CLOCK_PROCESS_CPUTIME_ID) < 0.3);
    pthread_create(&id, NULL, thread, NULL);
    pthread_join(id, NULL);
    getrusage(RUSAGE_SELF, &usage);
    times(&ticks);
    printf("the thread's is counted after its end: %d %d\n", seconds(usage.ru_utime) > 1.5 * WORK,
           seconds(usage.ru_stime) > 1.5 * WORK);
    printf("times says the same: %d %d\n", ticks.tms_utime >= 1.5 * WORK * 100 - 2,
           ticks.tms_stime >= 1.5 * WORK * 100 - 2);
    before = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    nanosleep(&pause, NULL);
    printf("sleeping costs little: %d\n", clock_of(CLOCK_PROCESS_CPUTIME_ID) - before < 0.1);
    return 0;
}
