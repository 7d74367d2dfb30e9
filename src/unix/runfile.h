/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file RUNFILE_PATH of an image: what is to be started.  Texts, each ended by a NUL: the number of arguments, the
 * arguments, the number of variables of the environment, these, the working directory, the program's path.  Numbers are
 * decimal.  The same again for each further program.
 */
#ifndef ACRE_RUNFILE_H
#define ACRE_RUNFILE_H

#include <stdint.h>

#include "runtime/status.h"

#define RUNFILE_PATH "/.acre/run"

struct runfile {
    uint64_t arg_count, env_count;
    const char *args, *envs; /* texts one behind the other */
    const char *cwd, *path;
};

/* Reads one program from the bytes, which must stay; *used are its.  STATUS_CORRUPT: not of this form. */
MUST_USE enum status runfile_read(struct runfile *run, const char *bytes, uint64_t size, uint64_t *used);

#endif
