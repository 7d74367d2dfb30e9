/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From file to file within the kernel: sendfile, copy_file_range, splice, tee, vmsplice; and signals that are read from
 * a descriptor.  Every line is the same on Linux.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define BYTES 100000

static unsigned char data[BYTES], seen[2 * BYTES];

static void say(const char *what, long result)
{
    printf("%s: %ld%s%s\n", what, result, result < 0 ? " " : "", result < 0 ? strerror(errno) : "");
}

static int file_with(const void *bytes, size_t size)
{
    int fd = memfd_create("between", 0);

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
        perror("a file");
    return fd;
}

/* What stands at `offset` of the file is what stands at `from` of the data. */
static void compare(const char *what, int fd, off_t offset, long from, long size)
{
    long got = pread(fd, seen, (size_t)size, offset);

    printf("%s: %ld bytes, %s\n", what, got,
           got == size && !memcmp(seen, data + from, (size_t)size) ? "the same" : "other");
}

static void drain(const char *what, int fd, long from)
{
    long got = read(fd, seen, sizeof seen);

    printf("%s: %ld bytes, %s\n", what, got, got > 0 && !memcmp(seen, data + from, (size_t)got) ? "the same" : "other");
}

static void sending(void)
{
    int from = file_with(data, BYTES), to = file_with("", 0), ends[2];
    off_t at = 1000;

    say("sendfile", sendfile(to, from, NULL, 5000));
    compare("it", to, 0, 0, 5000);
    printf("offsets: %ld %ld\n", (long)lseek(from, 0, SEEK_CUR), (long)lseek(to, 0, SEEK_CUR));
    say("sendfile from an offset", sendfile(to, from, &at, 7000));
    printf("offsets: %ld %ld %ld\n", (long)at, (long)lseek(from, 0, SEEK_CUR), (long)lseek(to, 0, SEEK_CUR));
    compare("it", to, 5000, 1000, 7000);
    say("sendfile of all that is left", sendfile(to, from, NULL, 1 << 30));
    say("and of nothing", sendfile(to, from, NULL, 10));
    if (pipe2(ends, O_NONBLOCK) != 0)
        perror("pipe");
    at = 0;
    say("sendfile into a pipe", sendfile(ends[1], from, &at, 1 << 30));
    drain("it", ends[0], 0);
    say("sendfile from a pipe", sendfile(to, ends[0], NULL, 10));
    say("sendfile to what is read", sendfile(ends[0], from, NULL, 10));
    at = -5;
    say("sendfile from before the file", sendfile(to, from, &at, 10));
    close(from), close(to), close(ends[0]), close(ends[1]);
}

static void copying(void)
{
    int from = file_with(data, BYTES), to = file_with("", 0), ends[2];
    off64_t in = 50000, out = 10, past = BYTES + 5;

    say("copy_file_range", copy_file_range(from, NULL, to, NULL, 40000, 0));
    say("copy_file_range at offsets", copy_file_range(from, &in, to, &out, 1 << 20, 0));
    printf("offsets: %ld %ld\n", (long)in, (long)out);
    compare("it", to, 10, 50000, 50000);
    say("past the end", copy_file_range(from, &past, to, NULL, 10, 0));
    say("with flags", copy_file_range(from, NULL, to, NULL, 10, 1));
    in = 0, out = 5;
    say("onto itself", copy_file_range(from, &in, from, &out, 10, 0));
    out = 20;
    say("beside itself", copy_file_range(from, &in, from, &out, 10, 0));
    if (pipe(ends) != 0)
        perror("pipe");
    say("from a pipe", copy_file_range(ends[0], NULL, to, NULL, 10, 0));
    say("from no descriptor", copy_file_range(99, NULL, to, NULL, 10, 0));
    close(from), close(to), close(ends[0]), close(ends[1]);
}

static void splicing(void)
{
    int from = file_with(data, BYTES), to = file_with("", 0), ends[2], others[2], append;
    off64_t in = 4096, out = 100, odd = -1;

    if (pipe2(ends, O_NONBLOCK) != 0 || pipe2(others, O_NONBLOCK) != 0)
        perror("pipe");
    say("splice from an empty pipe", splice(ends[0], NULL, to, NULL, 10, 0));
    say("splice into a pipe", splice(from, &in, ends[1], NULL, 1 << 20, 0));
    printf("offset: %ld\n", (long)in);
    say("into a full one", splice(from, &in, ends[1], NULL, 1, 0));
    say("out of it", splice(ends[0], NULL, to, &out, 10000, SPLICE_F_MOVE));
    printf("offset: %ld\n", (long)out);
    compare("it", to, 100, 4096, 10000);
    say("from pipe to pipe", splice(ends[0], NULL, others[1], NULL, 8192, 0));
    drain("it", others[0], 14096);
    say("tee", tee(ends[0], others[1], 8192, 0));
    drain("it", others[0], 4096 + 18192);
    drain("what was left", ends[0], 4096 + 18192);
    say("tee of nothing", tee(ends[0], others[1], 8192, 0));
    say("splice of nothing", splice(ends[0], NULL, to, NULL, 0, 99));
    say("with flags", splice(ends[0], NULL, to, NULL, 1, 99));
    say("no pipe", splice(from, NULL, to, NULL, 1, 0));
    say("an offset of a pipe", splice(from, NULL, ends[1], &out, 1, 0));
    say("the wrong end", splice(from, NULL, ends[0], NULL, 1, 0));
    say("a pipe and itself", splice(ends[0], NULL, ends[1], NULL, 1, 0));
    say("tee of a pipe and itself", tee(ends[0], ends[1], 1, 0));
    say("tee of a file", tee(from, ends[1], 1, 0));
    say("a bad offset", splice(from, &odd, ends[1], NULL, 1, 0));
    say("no descriptor", splice(99, NULL, ends[1], NULL, 1, 0));
    append = open("/proc/self/fd/1", O_PATH);
    say("one of O_PATH", splice(append, NULL, ends[1], NULL, 1, 0));
    close(append);
    close(ends[1]);
    say("nobody writes", splice(ends[0], NULL, to, NULL, 10, 0));
    close(others[0]);
    signal(SIGPIPE, SIG_IGN);
    say("nobody reads", splice(from, NULL, others[1], NULL, 10, 0));
    close(from), close(to), close(ends[0]), close(others[1]);
}

static void *splice_later(void *fd)
{
    struct timespec pause = { 0, 20000000 };

    nanosleep(&pause, NULL);
    if (write(*(int *)fd, data, 3000) != 3000)
        perror("write");
    return NULL;
}

static void vectors(void)
{
    struct iovec pieces[3] = { { data, 100 }, { data + 100, 0 }, { data + 100, 5000 } };
    struct iovec back[2] = { { seen, 50 }, { seen + 50, 4000 } };
    int ends[2], to = file_with("", 0);
    pthread_t thread;

    if (pipe(ends) != 0)
        perror("pipe");
    say("vmsplice", vmsplice(ends[1], pieces, 3, 0));
    say("vmsplice back", vmsplice(ends[0], back, 2, 0));
    printf("it: %s\n", memcmp(seen, data, 4050) ? "other" : "the same");
    drain("what was left", ends[0], 4050);
    say("vmsplice of nothing", vmsplice(ends[1], pieces, 0, 0));
    say("vmsplice with flags", vmsplice(ends[1], pieces, 1, 99));
    say("vmsplice to a file", vmsplice(to, pieces, 1, 0));
    say("vmsplice from nowhere", syscall(SYS_vmsplice, ends[1], 8, 1, 0));
    pthread_create(&thread, NULL, splice_later, &ends[1]);
    say("splice waits", splice(ends[0], NULL, to, NULL, 1 << 20, 0));
    pthread_join(thread, NULL);
    compare("it", to, 0, 0, 3000);
    fflush(stdout);
    if (write(ends[1], "to the console\n", 15) != 15)
        perror("write");
    say("splice to the console", splice(ends[0], NULL, 1, NULL, 100, 0));
    say("splice does not wait", splice(ends[0], NULL, to, NULL, 10, SPLICE_F_NONBLOCK));
    close(ends[0]), close(ends[1]), close(to);
}

static void say_records(const char *what, int fd, size_t size)
{
    struct signalfd_siginfo records[4];
    long got = read(fd, records, size);

    say(what, got);
    for (long i = 0; i < got / (long)sizeof records[0]; i++)
        printf("  signal %u code %d value %d mine %d\n", records[i].ssi_signo, records[i].ssi_code,
               records[i].ssi_code == SI_QUEUE ? records[i].ssi_int : 0, records[i].ssi_pid == (uint32_t)getpid());
}

static void *raise_later(void *pid)
{
    struct timespec pause = { 0, 20000000 };

    nanosleep(&pause, NULL);
    kill(*(pid_t *)pid, SIGUSR2);
    return NULL;
}

static void signals(void)
{
    struct pollfd poll_one = { .events = POLLIN };
    union sigval value = { .sival_int = 77 };
    pid_t pid = getpid();
    pthread_t thread;
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN + 2);
    say("signalfd with flags", syscall(SYS_signalfd4, -1, &set, 8, 5));
    say("signalfd of another size", syscall(SYS_signalfd4, -1, &set, 16, 0));
    say("signalfd of no descriptor", signalfd(99, &set, 0));
    say("signalfd of another file", signalfd(1, &set, 0));
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigdelset(&set, SIGUSR2);
    fd = poll_one.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    say_records("nothing", fd, 512);
    printf("poll: %d\n", poll(&poll_one, 1, 0));
    raise(SIGUSR1);
    raise(SIGUSR2);
    sigqueue(pid, SIGRTMIN + 2, value);
    printf("poll: %d %x\n", poll(&poll_one, 1, 0), (unsigned)poll_one.revents);
    say_records("too small", fd, 127);
    say_records("one", fd, 130);
    say_records("the rest", fd, 512);
    sigaddset(&set, SIGUSR2);
    printf("another set: %d\n", signalfd(fd, &set, 0) == fd);
    say_records("it", fd, 512);
    fcntl(fd, F_SETFL, 0);
    pthread_create(&thread, NULL, raise_later, &pid);
    say_records("one that comes", fd, 512);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, raise_later, &pid);
    printf("poll: %d\n", poll(&poll_one, 1, -1));
    pthread_join(thread, NULL);
    say_records("it", fd, 512);
    close(fd);
}

int main(void)
{
    for (int i = 0; i < BYTES; i++)
        data[i] = (unsigned char)(i * 7 + i / 251);
    setvbuf(stdout, NULL, _IOLBF, 0);
    sending();
    copying();
    splicing();
    vectors();
    signals();
    return 0;
}
