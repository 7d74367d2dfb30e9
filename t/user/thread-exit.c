/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that end early, by pthread_exit and by being cancelled: glibc loads a library by name for both. */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void say(void *what)
{
    printf("cleanup of the %s thread\n", (const char *)what);
}

static void *leave(void *what)
{
    pthread_cleanup_push(say, what);
    pthread_exit(what);
    pthread_cleanup_pop(0);
}

static void *sleep_on(void *what)
{
    pthread_cleanup_push(say, what);
    for (;;)
        pause();
    pthread_cleanup_pop(0);
    return NULL;
}

int main(void)
{
    pthread_t thread;
    void *result;

    pthread_create(&thread, NULL, leave, "leaving");
    pthread_join(thread, &result);
    printf("result %s\n", (const char *)result);
    pthread_create(&thread, NULL, sleep_on, "sleeping");
    pthread_cancel(thread);
    pthread_join(thread, &result);
    printf("cancelled: %s\n", result == PTHREAD_CANCELED ? "yes" : "no");
    fflush(stdout);
    pthread_exit(NULL);
}
