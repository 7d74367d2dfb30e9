/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel says; formats are src/runtime/fmt.h's.  It says it on COM1, until a program has that for itself: then
 * on COM3, or, where there is none, on COM1 in lines of their own, so that only a program that ends no line is torn.
 */
#ifndef ACRE_SAY_H
#define ACRE_SAY_H

#include <stddef.h>
#include <stdint.h>

#include "runtime/fmt.h"

/* Who keeps what is said, the bytes as they go out; NULL: nobody. */
extern void (*say_kept)(const char *text, size_t size);

/* Prints as it stands. */
void say(const char *format, ...) FMT_PRINTF(1, 2);

#define SAY_MARKS_MAX 8u

/* The marks that were said, as they were said; those beyond SAY_MARKS_MAX are not kept. */
struct say_mark {
    const char *name;
    uint64_t tsc;
};

extern struct say_mark say_marks[SAY_MARKS_MAX];
extern uint32_t say_mark_count;

/* A PROTO_MARK line with the time-stamp counter as it is now. */
void mark(const char *name);

/* The PROTO_PROGRAM line: from now on COM1 is the program's. */
void say_program(const char *path);

/* The program has ended: one more line end and the PROTO_STATUS line (0..255).  Another one may follow. */
void say_program_status(uint32_t status);

/* The last program has ended: its PROTO_STATUS line, unless it was said, the exit line with the status, and the
 * machine's end. */
_Noreturn void say_program_end(uint32_t status);

#endif
