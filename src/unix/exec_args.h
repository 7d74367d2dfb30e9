/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strings of a program that is about to start: arguments and environment, kept in kernel memory while the old
 * program's is given up.  Everything may be larger than memory: results are 0 or -ENAME, and exec_args_end gives back
 * what there is.
 */
#ifndef ACRE_EXEC_ARGS_H
#define ACRE_EXEC_ARGS_H

#include <stdint.h>

#include "userstack.h"

struct exec_args {
    struct userstack_strings strings;
    char *bytes; /* the same memory, to write */
    uint64_t room; /* bytes that it has */
    uint64_t most; /* bytes of strings and pointers that are accepted: else -E2BIG */
};

/* Nothing yet.  stack_limit: RLIMIT_STACK; a quarter of it is the most, 128 KiB to 6 MiB (execve(2)). */
void exec_args_init(struct exec_args *args, uint64_t stack_limit);
void exec_args_end(struct exec_args *args);

/* Arguments first, then the environment, then the path: from vectors of the program (0: none), or text by text. */
int64_t exec_args_read(struct exec_args *args, uint64_t argv, uint64_t envp);
int64_t exec_args_add(struct exec_args *args, const char *text, uint64_t *count);

/* Instead of the first argument (if there is one): name, argument (NULL: none), path. */
int64_t exec_args_script(struct exec_args *args, const char *name, const char *argument, const char *path);

#endif
