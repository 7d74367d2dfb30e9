/* SPDX-License-Identifier: Apache-2.0 */
/* The first line of a script, `#! INTERPRETER [ARGUMENT]`, read as Linux reads it (execve(2), fs/binfmt_script). */
#ifndef ACRE_SCRIPT_H
#define ACRE_SCRIPT_H

#include <stdbool.h>

#include "runtime/status.h"

#define SCRIPT_HEAD_SIZE 256u /* bytes of the file that are looked at */
#define SCRIPT_DEPTH_MAX 5u /* scripts one after the other; one more is ELOOP */

struct script {
    char name[SCRIPT_HEAD_SIZE]; /* of the interpreter */
    char argument[SCRIPT_HEAD_SIZE]; /* the rest of the line, blanks at its ends cut off */
    bool has_argument;
};

/*
 * Reads the head of a file: SCRIPT_HEAD_SIZE bytes, zeros where it is shorter.  STATUS_NOT_FOUND: it does not begin
 * with #!.  STATUS_INVALID: it does, but names no interpreter, or one that may be longer than the head: ENOEXEC.
 */
MUST_USE enum status script_read(struct script *script, const char *head);

#endif
