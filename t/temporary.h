/* SPDX-License-Identifier: Apache-2.0 */
/* Names for the files and directories of tests in C. */
#ifndef ACRE_TEMPORARY_H
#define ACRE_TEMPORARY_H

#include <stdio.h>
#include <string.h>

#define TEMPORARY_ROOM sizeof P_tmpdir "/acre-test-000000"

/* Makes `name`, of TEMPORARY_ROOM bytes, what mkstemp and mkdtemp complete (their last six bytes have to be this), in
 * the system's directory for such files; returns it. */
static inline char *temporary_name(char *name)
{
    strcpy(name, P_tmpdir "/acre-test-000000");
    memset(name + strlen(name) - 6, 'X', 6);
    return name;
}

#endif
