/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random file calls, each made twice with the same arguments: on Linux in a temporary directory, and on the tree of
 * src/unix.  Results, error numbers, what stat says and what is read must be the same; at the end of a round the two
 * trees are compared by getdents64, stat and contents; then everything is closed and removed, and nothing may be left
 * allocated.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#include "unix_host.h"
#include "unix_tree.h"

#include "tap.h"
#include "temporary.h"
#include "unix_pair.h"
#include "unix_compare.h"
#include "unix/directory.h"
#include "unix/file.h"
#include "unix/path.h"
#include "unix/syscalls.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define OPS 400000u
#define ROUND_OPS 4000u
#define FDS 8u
#define BUFFER 20000u

static char top[TEMPORARY_ROOM];
static int host_fds[FDS], our_fds[FDS]; /* pairs of descriptors; -1: none */
static uint8_t host_bytes[BUFFER], our_bytes[BUFFER], given[BUFFER];
static char last_path[1024]; /* the first one of the step */
static int last_flags; /* of the last open */

static bool chance(uint32_t one_in)
{
    return !random_below(one_in);
}

/* A path of one to three names out of few, so that operations meet; sometimes odd. */
static void random_path(char *path)
{
    static const char *const names[] = { "a", "b", "c", "d", "e", "long-name-of-a-file" };
    uint32_t parts = 1 + random_below(3);

    strcpy(path, chance(10) ? "/" : "");
    for (uint32_t i = 0; i < parts; i++) {
        if (i)
            strcat(path, chance(20) ? "//" : "/");
        strcat(path, chance(30) ? "." : chance(40) ? ".." : names[random_below(6)]);
    }
    if (chance(12))
        strcat(path, "/");
    if (chance(300))
        *path = 0;
    if (chance(300)) {
        memset(path, 'x', 300);
        path[300] = 0;
    }
}

/* One call on both sides; `host_a` differs from `a` in descriptors and buffers. */
static int64_t both(const char *what, long number, int64_t (*ours)(const uint64_t *), const uint64_t *host_a,
                    const uint64_t *a)
{
    int64_t host_result = host_call(number, host_a);

    return same(what, host_result, ours(a));
}

static int64_t on_path(const char *what, long number, int64_t (*ours)(const uint64_t *), const char *path, uint64_t b,
                       uint64_t c)
{
    uint64_t a[6] = { A(AT_FDCWD), A(path), b, c };

    return both(what, number, ours, a, a);
}

static void do_open(const char *path)
{
    static const int ways[] = { O_RDONLY, O_WRONLY, O_RDWR };
    int flags = ways[random_below(3)], slot = (int)random_below(FDS);
    uint64_t a[6] = { A(AT_FDCWD), A(path), 0, 0666 };
    int64_t host_fd, our_fd;

    flags |= (chance(2) ? O_CREAT : 0) | (chance(4) ? O_TRUNC : 0) | (chance(6) ? O_EXCL : 0) |
             (chance(6) ? O_APPEND : 0) | (chance(8) ? O_DIRECTORY : 0) | (chance(8) ? O_NOFOLLOW : 0);
    if ((flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
        flags &= ~O_DIRECTORY; /* Linux changed its mind about these between versions */
    if (!(flags & O_CREAT))
        flags &= ~O_EXCL;
    a[2] = (uint64_t)flags;
    last_flags = flags;
    host_fd = host_call(SYS_openat, a);
    our_fd = sys_openat(a);
    if ((host_fd < 0 || our_fd < 0) && host_fd != our_fd)
        differ("openat", host_fd, our_fd);
    if (host_fd < 0 || our_fd < 0)
        return;
    if (host_fds[slot] >= 0) {
        close(host_fds[slot]);
        fd_close((uint64_t)our_fds[slot]);
    }
    host_fds[slot] = (int)host_fd;
    our_fds[slot] = (int)our_fd;
}

static bool pick_fd(uint64_t *host_a, uint64_t *a)
{
    uint32_t slot = random_below(FDS);

    *host_a = A(host_fds[slot]);
    *a = A(our_fds[slot]);
    return host_fds[slot] >= 0;
}

static uint32_t random_place(void)
{
    return random_below(4) ? random_below(3 * 4096) : random_below(16) * 4096;
}

static void compare_bytes(const char *what, int64_t size)
{
    if (size > 0 && memcmp(host_bytes, our_bytes, (size_t)size))
        differ(what, 0, 1);
}

static void do_read(void)
{
    uint64_t host_a[6] = { 0, A(host_bytes), random_below(BUFFER), random_place() };
    uint64_t a[6] = { 0, A(our_bytes), host_a[2], host_a[3] };

    if (!pick_fd(host_a, a))
        return;
    if (chance(2))
        compare_bytes("bytes of read", both("read", SYS_read, sys_read, host_a, a));
    else
        compare_bytes("bytes of pread64", both("pread64", SYS_pread64, sys_pread64, host_a, a));
}

static void do_write(void)
{
    uint64_t host_a[6] = { 0, A(given), random_below(chance(3) ? BUFFER : 100), random_place() };
    uint64_t a[6] = { 0, A(given), host_a[2], host_a[3] };

    for (uint32_t i = 0; i < 64; i++)
        given[random_below(BUFFER)] = (uint8_t)random_below(256);
    if (!pick_fd(host_a, a))
        return;
    if (chance(2))
        both("write", SYS_write, sys_write, host_a, a);
    else
        both("pwrite64", SYS_pwrite64, sys_pwrite64, host_a, a);
}

static void do_pieces(void)
{
    struct iovec host_pieces[5], pieces[5];
    uint64_t host_a[6] = { 0, A(host_pieces), random_below(6) }, a[6] = { 0, A(pieces), host_a[2] };
    bool writes = chance(2);
    uint32_t at = 0;

    memset(host_bytes, 0, sizeof host_bytes);
    memset(our_bytes, 0, sizeof our_bytes);
    for (uint32_t i = 0; i < 5; i++) {
        uint32_t size = chance(4) ? 0 : random_below(BUFFER / 5);

        host_pieces[i] = (struct iovec){ (writes ? given : host_bytes) + at, size };
        pieces[i] = (struct iovec){ (writes ? given : our_bytes) + at, size };
        at += size;
    }
    if (!pick_fd(host_a, a))
        return;
    if (writes)
        both("writev", SYS_writev, sys_writev, host_a, a);
    else if (both("readv", SYS_readv, sys_readv, host_a, a) > 0)
        compare_bytes("bytes of readv", BUFFER);
}

static void do_place(void)
{
    static const uint32_t whences[] = { SEEK_SET, SEEK_CUR, SEEK_END, 9 };
    uint64_t by = random_place() - (chance(3) ? 5000u : 0u);
    uint64_t host_a[6] = { 0, (uint64_t)(int64_t)(int32_t)by, whences[random_below(4)] };
    uint64_t a[6] = { 0, host_a[1], host_a[2] };
    struct stat stat;

    if (!pick_fd(host_a, a))
        return;
    /* Offsets and sizes of directories are each file system's own affair. */
    if (!fstat((int)host_a[0], &stat) && S_ISDIR(stat.st_mode))
        return;
    if (chance(2))
        both("lseek", SYS_lseek, sys_lseek, host_a, a);
    else if (chance(2))
        both("ftruncate", SYS_ftruncate, sys_ftruncate, host_a, a);
    else
        both("fsync", SYS_fsync, sys_fsync, host_a, a);
}

static void do_close(void)
{
    uint32_t slot = random_below(FDS);

    if (host_fds[slot] < 0)
        return;
    close(host_fds[slot]);
    if (fd_close((uint64_t)our_fds[slot]))
        differ("close", 0, 1);
    host_fds[slot] = our_fds[slot] = -1;
}

static void compare_stats(const struct stat *one, const struct stat *other)
{
    if (one->st_mode != other->st_mode)
        differ("mode", one->st_mode, other->st_mode);
    if (!S_ISDIR(one->st_mode) && one->st_size != other->st_size)
        differ("size", one->st_size, other->st_size);
    if (one->st_nlink != other->st_nlink && !S_ISDIR(one->st_mode)) /* not all file systems count directories' */
        differ("links", (int64_t)one->st_nlink, (int64_t)other->st_nlink);
}

static void do_stat(const char *path)
{
    uint64_t flags = chance(2) ? AT_SYMLINK_NOFOLLOW : 0;
    struct stat one, other;
    uint64_t host_a[6] = { A(AT_FDCWD), A(path), A(&one), flags }, a[6] = { A(AT_FDCWD), A(path), A(&other), flags };

    if (!both("newfstatat", SYS_newfstatat, sys_newfstatat, host_a, a))
        compare_stats(&one, &other);
    on_path("faccessat", SYS_faccessat, sys_faccessat, path, random_below(9), 0);
}

static void do_two(const char *path)
{
    char other[1024];
    uint64_t a[6] = { A(AT_FDCWD), A(path), A(AT_FDCWD), A(other), 0 };

    random_path(other);
    if (strlen(path) >= 300 || strlen(other) >= 300) /* which of two faults is found first is of no use to anybody */
        return;
    if (chance(3)) {
        a[4] = random_below(4); /* RENAME_NOREPLACE, RENAME_EXCHANGE */
        both("renameat2", SYS_renameat2, sys_renameat2, a, a);
    } else if (chance(2)) {
        both("renameat", SYS_renameat, sys_renameat, a, a);
    } else {
        a[4] = chance(3) ? AT_SYMLINK_FOLLOW : 0;
        both("linkat", SYS_linkat, sys_linkat, a, a);
    }
}

static void do_symlink(const char *path)
{
    char target[1024];
    uint64_t a[6] = { A(target), A(AT_FDCWD), A(path) };

    random_path(target);
    both("symlinkat", SYS_symlinkat, sys_symlinkat, a, a);
}

static void do_readlink(const char *path)
{
    uint64_t size = random_below(30);
    uint64_t host_a[6] = { A(AT_FDCWD), A(path), A(host_bytes), size };
    uint64_t a[6] = { A(AT_FDCWD), A(path), A(our_bytes), size };

    compare_bytes("bytes of readlinkat", both("readlinkat", SYS_readlinkat, sys_readlinkat, host_a, a));
}

static void do_truncate(const char *path)
{
    uint64_t a[6] = { A(path), random_place() };

    both("truncate", SYS_truncate, sys_truncate, a, a);
}

static void do_copy(void)
{
    uint64_t host_a[6] = { 0, 0, 0, 0, random_below(BUFFER) }, a[6] = { 0, 0, 0, 0, host_a[4] };
    uint64_t host_in = random_place(), host_out = random_place(), in = host_in, out = host_out;

    if (!pick_fd(&host_a[0], &a[0]) || !pick_fd(&host_a[2], &a[2]))
        return;
    host_a[1] = A(&host_in), a[1] = A(&in);
    host_a[3] = A(&host_out), a[3] = A(&out);
    both("copy_file_range", SYS_copy_file_range, sys_copy_file_range, host_a, a);
    if (host_in != in || host_out != out)
        differ("offsets of copy_file_range", (int64_t)host_in, (int64_t)in);
}

static void one_step(void)
{
    char *path = last_path;
    uint64_t mode = 0700 | random_below(0100);

    random_path(path);
    switch (random_below(20)) {
    case 0:
    case 1:
    case 2:
        do_open(path);
        break;
    case 3:
        on_path("mkdirat", SYS_mkdirat, sys_mkdirat, path, mode, 0);
        break;
    case 4:
        on_path("unlinkat", SYS_unlinkat, sys_unlinkat, path, chance(2) ? AT_REMOVEDIR : 0, 0);
        break;
    case 5:
    case 6:
    case 7:
        do_two(path);
        break;
    case 8:
        do_symlink(path);
        break;
    case 9:
        do_readlink(path);
        break;
    case 10:
    case 11:
        do_write();
        break;
    case 12:
        do_read();
        break;
    case 13:
        do_place();
        break;
    case 14:
        do_close();
        break;
    case 15:
        do_pieces();
        break;
    case 16:
        do_truncate(path);
        break;
    case 17:
        on_path("fchmodat", SYS_fchmodat, sys_fchmodat, path, mode, 0);
        break;
    case 18:
        do_copy();
        break;
    default:
        do_stat(path);
    }
}

static void one_round(uint32_t seed, uint32_t ops)
{
    struct inode *root = directory_new(NULL, 0700, FILESYSTEM_ROOT);

    state = seed;
    path_root = path_cwd = root;
    for (uint32_t i = 0; i < FDS; i++)
        host_fds[i] = our_fds[i] = -1;
    for (step = 0; step < ops && !wrong; step++)
        one_step();
    compare_trees(root, ".");
    for (uint32_t i = 0; i < FDS; i++)
        if (host_fds[i] >= 0)
            close(host_fds[i]);
    files_end();
    unix_tree_empty(root);
    inode_release(root);
    clear(".");
    if (chmod(".", 0700))
        differ("chmod", 0, 1);
}

int main(void)
{
    uint32_t seed = (uint32_t)tap_number("ACRE_SEED", 1), ops = (uint32_t)tap_number("ACRE_OPS", OPS), done = 0;
    int outside;

    umask(022);
    outside = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (geteuid() || !mkdtemp(temporary_name(top)) || chroot(top) || chdir("/"))
        tap_skip_all("needs root, whom no mode stops, and a temporary directory as its root");
    tap_plan(2);
    for (; done < ops && !wrong; done += ROUND_OPS, seed++)
        one_round(seed, ROUND_OPS);
    if (fchdir(outside) || chroot(".") || rmdir(top))
        tap_note("%s could not be removed", top);
    if (wrong)
        tap_note("with %s, flags 0%o", last_path, (unsigned)last_flags);
    tap_ok(!wrong, "%u random calls do as they do on Linux (the last seed is %u)", done, seed - 1);
    tap_ok(!host.objects && !host.pages, "nothing is left: %" PRIu64 " objects, %" PRIu64 " pages", host.objects,
           host.pages);
    return tap_done();
}
