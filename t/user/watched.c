/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that does what it is told, for who looks at it through the store: a line of input each, a line of output
 * each.
 *
 *   count TICKS   counts for so many ticks of the time-stamp counter: "counted N" (loops)
 *   calls N       getppid N times: "called N"
 *   map           memory that is writable and executable: "mapped 0" or "mapped ERRNO"
 *   size          the terminal's size: "size COLUMNS ROWS, told N": how often SIGWINCH has come
 *   eat           touches memory until there is none: "ate N" (MiB, rounded down; it keeps it)
 *   spit          gives it back: "spat"
 *   exec N        execve of itself, N times in a row, each with some memory and a file of its own: "ran N" at the end
 *   threads N     starts N threads that wait: "threads N"
 *   touch N       writes to N new pages, 4 KiB each, which it keeps: "touched N"
 *   show FILE     the file's lines, and "shown"
 *   quit STATUS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096ul
#define PIECE (64ul << 10)
#define LOOPS 1000
#define POPULATE_WRITE 23 /* MADV_POPULATE_WRITE */

static volatile sig_atomic_t told;
static char *eaten;
static size_t eaten_bytes;

static uint64_t ticks(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static uint64_t count(uint64_t duration)
{
    uint64_t begin = ticks(), loops = 0;

    while (ticks() - begin < duration) {
        for (int i = 0; i < LOOPS; i++)
            __asm__ volatile("" : : : "memory");
        loops++;
    }
    return loops;
}

static int map(void)
{
    void *p = mmap(NULL, PIECE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (p == MAP_FAILED)
        return errno;
    munmap(p, PIECE);
    return 0;
}

static void tell(int number)
{
    (void)number;
    told++;
}

static void size(void)
{
    struct winsize now = { 0 };

    ioctl(1, TIOCGWINSZ, &now);
    printf("size %u %u, told %d\n", now.ws_col, now.ws_row, (int)told);
}

/* No page is touched that is not populated first: who touches one when there is none is killed. */
static size_t eat(void)
{
    size_t room = 1ul << 40;

    eaten = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (eaten == MAP_FAILED)
        return 0;
    while (madvise(eaten + eaten_bytes, PIECE, POPULATE_WRITE) == 0)
        eaten_bytes += PIECE;
    return eaten_bytes >> 20;
}

static void *wait_forever(void *nothing)
{
    for (;;)
        pause();
    return nothing;
}

static void threads(int wanted)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PIECE);
    for (int i = 0; i < wanted; i++)
        if (pthread_create(&thread, &attributes, wait_forever, NULL))
            exit(9);
}

static void touch(uint64_t pages)
{
    char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    madvise(p, pages * PAGE, MADV_NOHUGEPAGE);
    for (uint64_t i = 0; i < pages; i++)
        *(volatile char *)(p + i * PAGE) = 1;
}

static void show(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[512];

    while (file && fgets(line, sizeof line, file))
        fputs(line, stdout);
    if (file)
        fclose(file);
    printf("shown\n");
}

static void again(char *self, int left)
{
    char word[16];

    if (left == 0)
        return;
    snprintf(word, sizeof word, "%d", left - 1);
    memset(malloc(PIECE), left, PIECE);
    (void)!open("/dev/null", O_RDONLY);
    execl(self, self, word, (char *)NULL);
    exit(8);
}

static void obey(char *self, char *line)
{
    uint64_t number = 0;
    char word[16] = "";

    sscanf(line, "%15s %lu", word, &number);
    if (!strcmp(word, "count")) {
        printf("counted %lu\n", count(number));
    } else if (!strcmp(word, "calls")) {
        for (uint64_t i = 0; i < number; i++)
            syscall(SYS_getppid);
        printf("called %lu\n", number);
    } else if (!strcmp(word, "map")) {
        printf("mapped %d\n", map());
    } else if (!strcmp(word, "size")) {
        size();
    } else if (!strcmp(word, "eat")) {
        printf("ate %zu\n", eat());
    } else if (!strcmp(word, "spit")) {
        munmap(eaten, 1ul << 40);
        printf("spat\n");
    } else if (!strcmp(word, "threads")) {
        threads((int)number);
        printf("threads %lu\n", number);
    } else if (!strcmp(word, "touch")) {
        touch(number);
        printf("touched %lu\n", number);
    } else if (!strcmp(word, "show")) {
        line[strcspn(line, "\n")] = 0;
        show(line + 5);
    } else if (!strcmp(word, "exec")) {
        again(self, (int)number);
    } else if (!strcmp(word, "quit")) {
        exit((int)number);
    }
}

int main(int argc, char **argv)
{
    static char line[128], out[256];

    setvbuf(stdout, out, _IOLBF, sizeof out);
    signal(SIGWINCH, tell);
    if (argc > 1) {
        again(argv[0], atoi(argv[1]));
        printf("ran\n");
    } else {
        printf("begun\n");
    }
    while (fgets(line, sizeof line, stdin) || errno == EINTR) {
        obey(argv[0], line);
        if (feof(stdin))
            return 0;
        clearerr(stdin);
        errno = 0;
    }
    return 0;
}
