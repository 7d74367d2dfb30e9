/* SPDX-License-Identifier: Apache-2.0 */
/* execve, the end of the program, and processes that there are none of. */
#include "abi_file.h"
#include "at.h"
#include "errno.h"
#include "elfuser.h"
#include "exec.h"
#include "file.h"
#include "program.h"
#include "runtime/fmt.h"
#include "syscalls.h"
#include "user.h"

static char path_text[ELFUSER_PATH_MAX]; /* nothing waits between reading it and its last use */

static int64_t start(const struct exec_request *request, uint64_t argv, uint64_t envp)
{
    struct exec_args args;
    int64_t error;

    exec_args_init(&args, program.limits[LIMIT_STACK].now);
    error = exec_args_read(&args, argv, envp);
    if (!error)
        error = exec_prepare(&args, request);
    if (!error)
        exec_commit();
    exec_args_end(&args);
    return error;
}

int64_t sys_execve(const uint64_t *a)
{
    const struct exec_request request = { path_cwd, path_text, PATH_FOLLOW, path_text };
    int64_t length = user_text(path_text, a[0], sizeof path_text);

    if (length < 0)
        return length;
    return length == 0 ? -ENOENT : start(&request, a[1], a[2]);
}

/* The path that the program is told it has (execveat(2)): /dev/fd/N, or below it. */
static int64_t name_at(char *name, uint64_t room, uint64_t fd, const char *path)
{
    uint64_t length = fmt_text(name, room, *path ? "/dev/fd/%d/%s" : "/dev/fd/%d%s", (int)fd, path);

    return length < room ? 0 : -ENAMETOOLONG;
}

int64_t sys_execveat(const uint64_t *a)
{
    static char name[ELFUSER_PATH_MAX];
    struct exec_request request = { path_cwd, path_text, at_flags(a[4]), path_text };
    struct file *file;
    int64_t error = user_text(path_text, a[1], sizeof path_text);

    if (a[4] & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    if (error < 0)
        return error;
    if (error == 0 && !(a[4] & AT_EMPTY_PATH))
        return -ENOENT;
    if (path_text[0] == '/' || (int)a[0] == AT_FDCWD)
        return start(&request, a[2], a[3]);
    file = file_get_any(a[0]);
    if (!file)
        return -EBADF;
    request.from = file->inode;
    request.name = name;
    error = name_at(name, sizeof name, a[0], path_text);
    return error ? error : start(&request, a[2], a[3]);
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
