/* SPDX-License-Identifier: Apache-2.0 */
/* Names that lead nowhere, in circles or too far, files that are cut or gone while in use, and scripts in circles. */
#define _GNU_SOURCE
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../temporary.h"

#define LONGEST 4096 /* bytes of a path, its NUL included */
#define LINKS 40 /* that are followed */

static char directory[TEMPORARY_ROOM]; /* the working directory of each */
static char *none[] = { "x", NULL };

static void enter(void)
{
    if (!mkdtemp(temporary_name(directory)) || chdir(directory) != 0)
        exit(1);
}
static int leave(int held, const char *what)
{
    if (chdir("/") != 0 || rmdir(directory) != 0)
        return hostile_held(0, "it cannot be cleared away");
    return hostile_held(held, what);
}
static int is(long result, int number) { return result == -1 && errno == number; }

static void make(const char *name, const char *text, int mode)
{
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);

    if (file < 0 || write(file, text, strlen(text)) != (ssize_t)strlen(text) || close(file) != 0)
        exit(1);
}

/* Symbolic links. */
static int link_circle(void)
{
    struct stat s;
    int held;

    enter();
    held = symlink("b", "a") == 0 && symlink("a", "b") == 0 && symlink("self/x", "self") == 0;
    held &= is(open("a", O_RDONLY), ELOOP) && is(open("b", O_WRONLY | O_CREAT, 0600), ELOOP);
    held &= is(stat("a", &s), ELOOP);
    held &= is(chdir("self"), ELOOP) && is(execve("a", none, none), ELOOP) && is(truncate("self", 0), ELOOP);
    held &= is(mkdir("a/x", 0700), ELOOP) && is(rename("a/x", "y"), ELOOP) && lstat("a", &s) == 0;
    unlink("a");
    unlink("b");
    unlink("self");
    return leave(held, "a circle of links");
}
static int link_chain(void) /* the last that is followed, and one more */
{
    char name[16], to[16];
    struct stat s;
    int held;

    enter();
    make("0", "x", 0600);
    for (int i = 1; i <= LINKS + 1; i++) {
        snprintf(name, sizeof name, "%d", i);
        snprintf(to, sizeof to, "%d", i - 1);
        if (symlink(to, name) != 0)
            exit(1);
    }
    held = stat("40", &s) == 0 && is(stat("41", &s), ELOOP);
    for (int i = 0; i <= LINKS + 1; i++) {
        snprintf(name, sizeof name, "%d", i);
        unlink(name);
    }
    return leave(held, "a chain of links");
}

/* Paths. */
static int path_long(void)
{
    static char path[2 * LONGEST];
    struct stat s;
    int held;

    enter();
    memset(path, '/', sizeof path);
    path[LONGEST - 1] = 0;
    held = stat(path, &s) == 0;
    path[LONGEST - 1] = '/';
    path[LONGEST] = 0;
    held &= is(stat(path, &s), ENAMETOOLONG) && is(mkdir(path, 0700), ENAMETOOLONG) &&
            is(symlink(path, "x"), ENAMETOOLONG) && is(execve(path, none, none), ENAMETOOLONG) &&
            is(rename(path, "x"), ENAMETOOLONG);
    memset(path, 'n', sizeof path);
    path[255] = 0;
    held &= is(stat(path, &s), ENOENT) && mkdir(path, 0700) == 0 && rmdir(path) == 0;
    path[255] = 'n';
    path[256] = 0;
    held &= is(stat(path, &s), ENAMETOOLONG) && is(mkdir(path, 0700), ENAMETOOLONG);
    return leave(held, "a path that is too long");
}
static int path_endless(void) /* to the end of its mapping without a NUL */
{
    char *at = (char *)hostile_map(2 * PAGE, PROT_READ | PROT_WRITE) + PAGE - 100;

    memset(at, 'a', 100);
    munmap(at + 100, PAGE);
    return hostile_held(is(open(at, O_RDONLY), EFAULT) && is(chdir(at), EFAULT) && is(mkdir(at, 0700), EFAULT) &&
                            is(symlink("x", at), EFAULT) && is(symlink(at, "x"), EFAULT) &&
                            is(execve(at, none, none), EFAULT) && is(memfd_create(at + 90, 0), EFAULT),
                        "a path without an end");
}
static int rename_into_itself(void)
{
    int held;

    enter();
    held = mkdir("a", 0700) == 0 && mkdir("a/b", 0700) == 0 && mkdir("a/b/c", 0700) == 0;
    held &= is(rename("a", "a/x"), EINVAL) && is(rename("a", "a/b/c/x"), EINVAL) && is(rename("a", "a/b/c"), EINVAL);
    held &= is(rename("a/b/c", "a"), ENOTEMPTY);
    held &= is(renameat2(AT_FDCWD, "a", AT_FDCWD, "a/b", RENAME_EXCHANGE), EINVAL);
    held &= rename("a", "a") == 0 && rename(".", "x") != 0 && rename("a/.", "x") != 0 && rename("a", "..") != 0;
    held &= rename("/", "x") != 0 && rename("a", "/") != 0 && is(link("a", "x"), EPERM) && is(unlink("a"), EISDIR);
    held &= is(rmdir("a/."), EINVAL) && is(rmdir("a/.."), ENOTEMPTY) && is(rmdir("a"), ENOTEMPTY);
    held &= rmdir("a/b/c") == 0 && rmdir("a/b") == 0 && rmdir("a") == 0;
    return leave(held, "a directory in itself");
}
static int cwd_gone(void)
{
    char name[100];
    int held, up;

    enter();
    up = open(".", O_RDONLY | O_DIRECTORY);
    held = mkdir("d", 0700) == 0 && mkdir("d/e", 0700) == 0 && chdir("d/e") == 0;
    held &= rmdir("../e") == 0 && rmdir("../../d") == 0; /* the way up goes on from what is gone */
    held &= is((long)getcwd(name, sizeof name) ? 0 : -1, ENOENT) && is(open("x", O_CREAT | O_RDWR, 0600), ENOENT);
    held &= is(mkdir("x", 0700), ENOENT) && is(symlink("x", "y"), ENOENT) && open(".", O_RDONLY) >= 0;
    held &= is(execve("x", none, none), ENOENT) && is(rename("../e", "x"), ENOENT);
    held &= fchdir(up) == 0;
    return leave(held, "a working directory that is gone");
}

/* A file that the kernel writes as it is read: in parts, far off, and by who would change it. */
static int proc_odd(void)
{
    char whole[64], part[64];
    int maps = open("/proc/self/maps", O_RDONLY), writable = open("/proc/self/maps", O_WRONLY), held;

    held = pread(maps, whole, sizeof whole, 0) == (ssize_t)sizeof whole;
    for (size_t i = 0; i < sizeof whole; i++)
        held &= pread(maps, part + i, 1, (off_t)i) == 1;
    held &= !memcmp(whole, part, sizeof whole) && pread(maps, part, 1, 1ll << 40) == 0;
    held &= is(pread(maps, part, 1, -1), EINVAL) && is(lseek(maps, -1, SEEK_SET), EINVAL);
    held &= is(read(maps, (void *)KERNEL_HEAP, 64), EFAULT) && is(write(maps, "x", 1), EBADF);
    held &= (writable < 0 || write(writable, "x", 1) < 0) && unlink("/proc/self/maps") < 0;
    held &= mkdir("/proc/self/x", 0700) < 0 && rename("/proc/self/maps", "/proc/self/x") < 0;
    held &= link("/proc/self/maps", P_tmpdir "/x") < 0 && ftruncate(maps, 0) < 0;
    return hostile_held(held && is(open("/proc/self/exe", O_WRONLY), ETXTBSY), "a file of /proc");
}

/* Files that are mapped. */
static int cut_mapping(void)
{
    char *at;
    int file, ends[2];

    enter();
    file = open("f", O_RDWR | O_CREAT, 0600);
    if (unlink("f") != 0 || pipe2(ends, O_NONBLOCK) != 0 || ftruncate(file, 3 * PAGE) != 0)
        return 1;
    at = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    memset(at, 'x', 3 * PAGE);
    if (ftruncate(file, PAGE + 1) != 0 || at[PAGE] != 'x' || at[PAGE + 1] != 0)
        return leave(0, "what is behind the end");
    if (!is(write(ends[1], at + 2 * PAGE, 1), EFAULT) || !is(pread(file, at + 2 * PAGE, 1, 0), EFAULT))
        return leave(0, "a call with what is cut");
    if (ftruncate(file, 3 * PAGE) != 0 || at[2 * PAGE] != 0)
        return leave(0, "what was cut came back");
    if (ftruncate(file, 0) != 0 || leave(1, "") != HELD)
        return 1;
    return at[0];
}
static int code_cut(void) /* the code that runs, from a file that is cut */
{
    int file = memfd_create("code", 0);
    char *at;

    if (write(file, "\x0f\x05\xc3", 3) != 3) /* syscall; ret */
        return 1;
    at = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, file, 0);
    __asm__ volatile("call *%1" : : "a"(SYS_ftruncate), "r"(at), "D"((long)file), "S"(0L) : "rcx", "r11", "memory");
    return hostile_held(0, "it went on");
}

/* execve. */
static int script_circle(void)
{
    int held;

    enter();
    make("self", "#!self\n", 0700);
    make("a", "#!b x\n", 0700);
    make("b", "#!a y\n", 0700);
    make("directory", "#!/\n", 0700);
    held = is(execve("self", none, none), ELOOP) && is(execve("a", none, none), ELOOP) &&
           is(execve("directory", none, none), EACCES);
    unlink("self");
    unlink("a");
    unlink("b");
    unlink("directory");
    return leave(held, "scripts in a circle");
}

const struct hostile hostile_files[] = {
    { "link-circle", HELD, ANY, link_circle, 0 },
    { "link-chain", HELD, ANY, link_chain, 0 },
    { "path-long", HELD, ANY, path_long, 0 },
    { "path-endless", HELD, ANY, path_endless, 0 },
    { "rename-into-itself", HELD, ANY, rename_into_itself, 0 },
    { "cwd-gone", HELD, ANY, cwd_gone, 0 },
    { "proc-odd", HELD, ANY, proc_odd, 0 },
    { "cut-mapping", BY_BUS, "*beyond the end of the file*", cut_mapping, 0 },
    { "code-cut", BY_BUS, "*beyond the end of the file*", code_cut, 0 },
    { "script-circle", HELD, ANY, script_circle, 0 },
    { 0 },
};
