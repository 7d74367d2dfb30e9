/* SPDX-License-Identifier: Apache-2.0 */
/* execve: a file becomes the program. */
#ifndef ACRE_EXEC_H
#define ACRE_EXEC_H

#include "exec_args.h"
#include "inode.h"

struct exec_request {
    struct inode *from; /* where a path that is not absolute begins */
    const char *path;
    uint32_t path_flags; /* PATH_FOLLOW, PATH_EMPTY */
    const char *name; /* what the program is told that its path is */
};

/*
 * Looks for the program, its interpreters and its place, and reads nothing of the running program: `args` has the
 * arguments and the environment.  0: exec_commit may follow, and args belongs to it.  -ENAME: nothing has changed, and
 * args is still the caller's.
 */
int64_t exec_prepare(struct exec_args *args, const struct exec_request *request);

/* Puts it in the place of the running program, if any, and goes on with it. */
_Noreturn void exec_commit(void);

#endif
