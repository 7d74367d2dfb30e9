/* SPDX-License-Identifier: Apache-2.0 */
/* execve, the end of the program, and processes that there are none of. */
#include "abi_file.h"
#include "at.h"
#include "errno.h"
#include "elfuser.h"
#include "exec.h"
#include "file.h"
#include "kernel/kheap.h"
#include "kernel/panic.h"
#include "program.h"
#include "runtime/fmt.h"
#include "syscalls.h"
#include "user.h"

/* Paths on their way: too much for a stack. */
struct paths {
    char text[ELFUSER_PATH_MAX]; /* as the call gives it */
    char name[ELFUSER_PATH_MAX]; /* as the program is told it */
};

/* The arguments of the call, in memory of the kernel's, with all that can be known before the old program goes. */
static int64_t prepare(const struct exec_request *request, uint64_t argv, uint64_t envp)
{
    struct exec_args args;
    int64_t error;

    exec_args_init(&args, program.limits[LIMIT_STACK].now);
    error = exec_args_read(&args, argv, envp);
    if (!error)
        error = exec_prepare(&args, request);
    if (error)
        exec_args_end(&args);
    return error;
}

/* The path that the program is told it has (execveat(2)): /dev/fd/N, or below it. */
static int64_t name_at(struct paths *paths, uint64_t fd)
{
    uint64_t length = fmt_text(paths->name, sizeof paths->name, *paths->text ? "/dev/fd/%d/%s" : "/dev/fd/%d%s",
                               (int)fd, paths->text);

    return length < sizeof paths->name ? 0 : -ENAMETOOLONG;
}

/* execveat, of which execve is a case. */
static int64_t prepare_at(struct paths *paths, const uint64_t *a)
{
    struct exec_request request = { path_cwd, paths->text, at_flags(a[4]), paths->text };
    int64_t error = user_text(paths->text, a[1], sizeof paths->text);
    struct file *file;

    if (error < 0)
        return error;
    if (error == 0 && !(a[4] & AT_EMPTY_PATH))
        return -ENOENT;
    if (*paths->text == '/' || (int)a[0] == AT_FDCWD)
        return prepare(&request, a[2], a[3]);
    file = file_get_any(a[0]);
    if (!file)
        return -EBADF;
    request.from = file->inode;
    request.name = paths->name;
    error = name_at(paths, a[0]);
    return error ? error : prepare(&request, a[2], a[3]);
}

int64_t sys_execveat(const uint64_t *a)
{
    struct paths *paths;
    int64_t error;

    if (a[4] & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    paths = kheap_new(sizeof *paths);
    if (!paths)
        return -ENOMEM;
    error = prepare_at(paths, a);
    if (kheap_delete(paths, sizeof *paths) != STATUS_OK)
        panic("execve: its paths at %p cannot be freed", (void *)paths);
    if (!error)
        exec_commit();
    return error;
}

int64_t sys_execve(const uint64_t *a)
{
    const uint64_t at[] = { (uint64_t)AT_FDCWD, a[0], a[1], a[2], 0 };

    return sys_execveat(at);
}

int64_t sys_exit_group(const uint64_t *a)
{
    program_exit((int)(a[0] & 0xff));
}

/* There is one process, and it has no children. */
int64_t sys_wait4(const uint64_t *a)
{
    (void)a;
    return -ECHILD;
}

int64_t sys_waitid(const uint64_t *a)
{
    (void)a;
    return -ECHILD;
}

int64_t sys_fork(const uint64_t *a)
{
    (void)a;
    return -ENOSYS;
}

int64_t sys_vfork(const uint64_t *a)
{
    (void)a;
    return -ENOSYS;
}
