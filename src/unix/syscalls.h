/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system calls: the rows of list_*.h,
 *
 *   SYSCALL(0, read, "fd:d buf:p count:u")
 *
 * are number, name, and the arguments for the trace: name:kind with the kinds d (signed 32 bit), u (unsigned), x (hex,
 * flags), p (address), s (path or text), o (octal), l (signed 64 bit).  A row NAME is served by sys_NAME, whose a[0] to
 * a[5] are the arguments as the program gave them, 64 bits each; the result is >= 0 or -ENAME (errno.h), or any 64 bits
 * where Linux says so.  A number without a row is answered ENOSYS, with one line on the log.
 */
#ifndef ACRE_SYSCALLS_H
#define ACRE_SYSCALLS_H

#include <stdbool.h>
#include <stdint.h>

#define SYSCALL(number, name, arguments) int64_t sys_##name(const uint64_t *a);
#include "syscall_lists.h"
#undef SYSCALL

#define SYSCALL_NUMBERS 512 /* numbers below this one have a place in entry_table */

typedef int64_t syscall_handler(const uint64_t *a);

/* What serves each number; and what serves those that are not below the bound of the way that they came (entry.inc). */
extern syscall_handler *const entry_table[SYSCALL_NUMBERS];
int64_t syscall_odd(const uint64_t *a);

/* The bound of entry_syscall: SYSCALL_NUMBERS, or 0 while calls are traced. */
extern uint64_t entry_calls;

/* Calls of numbers without a row so far. */
extern uint64_t syscalls_absent;

/* The frame that holds these arguments. */
struct trap_frame *syscall_frame(const uint64_t *a);

/* From now on (or no more) every call is said on the log with its arguments and its result. */
void syscalls_trace(bool on);

#endif
