/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads as the C library makes them: mutexes, conditions, barriers, semaphores, locks for readers and writers, robust
 * mutexes, cancelling, thread-local variables, FPU state, preemption.  Every line is the same on Linux.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define COUNT 8
#define ROUNDS 5000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t semaphore;
static __thread long own;
static long sum, queue[16], queued;
static volatile int spin;

static pthread_t start(void *(*run)(void *), long argument)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run, (void *)argument);

    if (error) {
        printf("pthread_create: %s\n", strerror(error));
        exit(1);
    }
    return thread;
}

static long join(pthread_t thread)
{
    void *result;

    pthread_join(thread, &result);
    return (long)result;
}

static void *count(void *argument)
{
    own = (long)argument;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        sum++;
        pthread_mutex_unlock(&mutex);
        if (i % 50 == 0)
            sched_yield();
    }
    pthread_barrier_wait(&barrier);
    return (void *)(own * 2);
}

static void many(void)
{
    pthread_t threads[COUNT];
    long results = 0;

    pthread_barrier_init(&barrier, NULL, COUNT);
    for (long i = 0; i < COUNT; i++)
        threads[i] = start(count, i);
    for (int i = 0; i < COUNT; i++)
        results += join(threads[i]);
    printf("counted %ld, results %ld\n", sum, results);
}

static void *produce(void *argument)
{
    for (long i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        while (queued == 16)
            pthread_cond_wait(&changed, &mutex);
        queue[queued++] = i;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
    }
    return argument;
}

static void *consume(void *argument)
{
    long total = 0;

    for (long i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&mutex);
        while (!queued)
            pthread_cond_wait(&changed, &mutex);
        total += queue[--queued];
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&mutex);
    }
    (void)argument;
    return (void *)total;
}

static void conditions(void)
{
    pthread_t producer = start(produce, 0), consumer = start(consume, 0);
    struct timespec soon;
    int error;

    join(producer);
    printf("consumed %ld\n", join(consumer));
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 3000000;
    soon.tv_sec += soon.tv_nsec / 1000000000;
    soon.tv_nsec %= 1000000000;
    pthread_mutex_lock(&mutex);
    error = pthread_cond_timedwait(&changed, &mutex, &soon);
    pthread_mutex_unlock(&mutex);
    printf("a wait for nothing: %s\n", strerror(error));
}

static void *take(void *argument)
{
    for (int i = 0; i < 100; i++)
        sem_wait(&semaphore);
    return argument;
}

static void *read_locked(void *argument)
{
    for (int i = 0; i < 300; i++) {
        pthread_rwlock_rdlock(&rwlock);
        sched_yield();
        pthread_rwlock_unlock(&rwlock);
    }
    return argument;
}

static void locks(void)
{
    pthread_t taker, readers[3];

    sem_init(&semaphore, 0, 0);
    taker = start(take, 7);
    for (int i = 0; i < 100; i++)
        sem_post(&semaphore);
    printf("semaphore: %ld\n", join(taker));
    for (int i = 0; i < 3; i++)
        readers[i] = start(read_locked, i);
    for (int i = 0; i < 100; i++) {
        pthread_rwlock_wrlock(&rwlock);
        pthread_rwlock_unlock(&rwlock);
    }
    printf("readers: %ld\n", join(readers[0]) + join(readers[1]) + join(readers[2]));
}

static void *die_locked(void *argument)
{
    pthread_mutex_lock(argument);
    return NULL;
}

static void robust(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t lock;
    int error;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&lock, &attributes);
    join(start(die_locked, (long)&lock));
    error = pthread_mutex_lock(&lock);
    printf("a dead owner's mutex: %s\n", strerror(error));
    pthread_mutex_consistent(&lock);
    pthread_mutex_unlock(&lock);
    printf("and then: %s\n", strerror(pthread_mutex_lock(&lock)));
}

/* One CPU must go round although nobody gives it up. */
static void *wait_spinning(void *argument)
{
    while (!spin)
        ;
    return argument;
}

static void *set_spin(void *argument)
{
    spin = 1;
    return argument;
}

static void preemption(void)
{
    pthread_t a = start(wait_spinning, 1), b = start(wait_spinning, 2), c = start(set_spin, 3);

    wait_spinning(NULL);
    printf("spun: %ld\n", join(a) + join(b) + join(c));
}

/* Long enough to be preempted many times with values in every kind of register. */
static void *iterate(void *argument)
{
    double x = (double)(long)argument, y = 1, z = 0.5;

    for (long i = 0; i < 1000000; i++) {
        x = x * 1.0000001 + z;
        y = y * 0.9999999 + x * 1e-9;
    }
    return (void *)(long)(x * 1000 + y);
}

static void registers(void)
{
    pthread_t threads[4];
    int same = 0;

    for (long i = 0; i < 4; i++)
        threads[i] = start(iterate, i);
    for (long i = 0; i < 4; i++)
        same += join(threads[i]) == (long)iterate((void *)i);
    printf("floating point kept: %d of 4\n", same);
}

static void *nothing(void *argument)
{
    return argument;
}

static void detached(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int made = 0;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    while (made < 500)
        if (pthread_create(&thread, &attributes, nothing, NULL) == 0)
            made++;
        else
            usleep(100);
    printf("detached: %d\n", made);
}

static void *sleep_long(void *argument)
{
    for (;;)
        sleep(100);
    return argument;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    many();
    conditions();
    locks();
    robust();
    preemption();
    registers();
    detached();
    start(sleep_long, 0); /* the program ends although it sleeps */
    (void)argv;
    return argc > 1 ? 3 : 0;
}
