/* SPDX-License-Identifier: Apache-2.0 */
/* futex(2) and its neighbours as system calls: results and errors of every operation that is there. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static uint32_t word, other;
static volatile int waiting, woken;

static long futex(void *at, int operation, uint32_t value, const void *timeout, void *at2, uint32_t value3)
{
    return syscall(SYS_futex, at, operation, value, timeout, at2, value3);
}

static void say(const char *what, long result)
{
    printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerror(errno) : "");
}

static void *wait_bits(void *mask)
{
    __atomic_add_fetch(&waiting, 1, __ATOMIC_SEQ_CST);
    futex(&word, FUTEX_WAIT_BITSET_PRIVATE, 0, NULL, NULL, (uint32_t)(uintptr_t)mask);
    __atomic_add_fetch(&woken, 1, __ATOMIC_SEQ_CST);
    return NULL;
}

/* Four threads that wait at `word`, with the masks 1, 2, 4 and 8. */
static void begin(pthread_t threads[4])
{
    struct timespec pause = { 0, 20000000 };

    waiting = woken = 0;
    for (uintptr_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, wait_bits, (void *)(1ul << i));
    while (waiting < 4)
        nanosleep(&pause, NULL);
    nanosleep(&pause, NULL);
}

static void end(pthread_t threads[4])
{
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("woken: %d\n", woken);
}

static void errors(void)
{
    struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 }, past = { 0, 1 }, short_time = { 0, 2000000 };

    word = 0;
    say("wait for another value", futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0));
    say("wait, not aligned", futex((char *)&word + 1, FUTEX_WAIT, 0, NULL, NULL, 0));
    say("wait, address of the kernel", futex((void *)0xffff800000000000, FUTEX_WAIT, 0, NULL, NULL, 0));
    say("wait, nothing mapped", futex((void *)16, FUTEX_WAIT, 0, NULL, NULL, 0));
    say("wait, nanoseconds of a second", futex(&word, FUTEX_WAIT, 0, &bad, NULL, 0));
    say("wait, negative", futex(&word, FUTEX_WAIT, 0, &negative, NULL, 0));
    say("wait, bad address of the time", futex(&word, FUTEX_WAIT, 0, (void *)8, NULL, 0));
    say("wait, a time that passes", futex(&word, FUTEX_WAIT, 0, &short_time, NULL, 0));
    say("wait until a time that is past", futex(&word, FUTEX_WAIT_BITSET, 0, &past, NULL, 1));
    say("the same by the other clock",
        futex(&word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &past, NULL, 1));
    say("wait for no bit", futex(&word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 0));
    say("wake nobody", futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
    say("wake, not aligned", futex((char *)&word + 2, FUTEX_WAKE, 1, NULL, NULL, 0));
    say("wake for no bit", futex(&word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0));
    say("requeue a negative count", futex(&word, FUTEX_REQUEUE, (uint32_t)-1, NULL, &other, 0));
    say("requeue if another value", futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &other, 5));
    say("an operation that is not there", futex(&word, 99, 0, NULL, NULL, 0));
}

static void waking(void)
{
    pthread_t threads[4];

    begin(threads);
    say("wake bit 1", futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, NULL, NULL, 1));
    say("wake bits 2 and 4", futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, NULL, NULL, 6));
    say("wake bits that nobody has", futex(&word, FUTEX_WAKE_BITSET_PRIVATE, 10, NULL, NULL, 0xf0));
    say("wake the rest", futex(&word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
    end(threads);
}

static void requeuing(void)
{
    pthread_t threads[4];

    begin(threads);
    say("wake 1, move 2", futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)2, &other, 0));
    say("wake at the other", futex(&other, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
    say("wake at the first", futex(&word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
    end(threads);
    begin(threads);
    say("wake 1, move the rest", futex(&word, FUTEX_REQUEUE_PRIVATE, 1, (void *)10, &other, 0));
    say("wake at the first", futex(&word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
    say("wake at the other", futex(&other, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
    end(threads);
}

static void operations(void)
{
    pthread_t threads[4];

    other = 5;
    begin(threads);
    say("add 3, wake 1 here, 1 there if it was 9",
        futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)1, &other, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 9)));
    printf("other: %u\n", other);
    say("or 1 << 4, wake 1 here and 10 at the same if it was > 7",
        futex(&word, FUTEX_WAKE_OP_PRIVATE, 1, (void *)10, &other,
              FUTEX_OP((FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT), 4, FUTEX_OP_CMP_GT, 7)));
    printf("other: %u\n", other);
    say("andn 8, wake all", futex(&word, FUTEX_WAKE_OP_PRIVATE, 10, NULL, &other,
                                  FUTEX_OP(FUTEX_OP_ANDN, 8, FUTEX_OP_CMP_LT, 0)));
    printf("other: %u\n", other);
    end(threads);
}

static uint32_t *mapped[2];
static long waited;

static void *wait_mapped(void *unused)
{
    (void)unused;
    *mapped[0] = 1;
    waited = futex(mapped[0], FUTEX_WAIT, 1, NULL, NULL, 0);
    return NULL;
}

/* Wakes until one was woken; how many that were. */
static long wake_one(uint32_t *at, int operation, void *moved, uint32_t *to)
{
    struct timespec pause = { 0, 1000000 };
    long woken = 0;

    for (int i = 0; i < 5000 && woken == 0; i++) {
        nanosleep(&pause, NULL);
        woken = futex(at, operation, moved ? 0 : 1, moved, to, 0);
    }
    return woken;
}

/* A page of a file that is mapped twice: its words are one futex, where the call does not say that they are private. */
static void sharing(void)
{
    int fd = memfd_create("shared", 0);
    pthread_t thread;

    if (fd < 0 || ftruncate(fd, 8192) != 0)
        perror("memfd");
    for (int i = 0; i < 2; i++)
        mapped[i] = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    pthread_create(&thread, NULL, wait_mapped, NULL);
    say("a wake where it is mapped next", wake_one(mapped[1], FUTEX_WAKE, NULL, NULL));
    pthread_join(thread, NULL);
    say("the wait where it is mapped first", waited);
    pthread_create(&thread, NULL, wait_mapped, NULL);
    say("moved to its second page", wake_one(mapped[1], FUTEX_REQUEUE, (void *)1, mapped[1] + 1024));
    say("a wake where it was", futex(mapped[1], FUTEX_WAKE, 1, NULL, NULL, 0));
    say("a private wake where it is", futex(mapped[0] + 1024, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
    say("a wake where it is", futex(mapped[0] + 1024, FUTEX_WAKE, 1, NULL, NULL, 0));
    pthread_join(thread, NULL);
    say("the wait", waited);
    munmap(mapped[0], 8192);
    munmap(mapped[1], 8192);
    close(fd);
}

static void neighbours(void)
{
    struct robust_list_head *head;
    size_t size;

    say("set_robust_list, another size", syscall(SYS_set_robust_list, &word, 23));
    say("get_robust_list", syscall(SYS_get_robust_list, 0, &head, &size));
    printf("size: %zu\n", size);
    say("get_robust_list of nobody", syscall(SYS_get_robust_list, 999999, &head, &size));
    printf("set_tid_address gives the tid: %d\n", syscall(SYS_set_tid_address, &word) == syscall(SYS_gettid));
    say("membarrier of nonsense", syscall(SYS_membarrier, -1, 0, 0));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    errors();
    waking();
    requeuing();
    operations();
    sharing();
    neighbours();
    return 0;
}
