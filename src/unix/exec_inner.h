/* SPDX-License-Identifier: Apache-2.0 */
/* Between the two halves of execve: exec.c fills it in, exec_commit.c makes it the program. */
#ifndef ACRE_EXEC_INNER_H
#define ACRE_EXEC_INNER_H

#include "exec_args.h"
#include "load.h"
#include "unix/aslr.h"

struct exec_next {
    struct exec_args args;
    struct load_file program, interpreter; /* the latter's inode is NULL where the file wants none */
    struct layout layout;
    const char *path; /* the last one of the strings: as the program is told it */
};

extern struct exec_next exec_next;

#endif
