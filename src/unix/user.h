/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's memory, touched by the kernel.  Every address is the program's word and may be anything: a range that
 * does not lie below LAYOUT_USER_LIMIT, or a fault there that space_fault does not resolve, gives false (-EFAULT).
 * What was copied before the fault stays copied.  Nothing else of the kernel may touch an address of the user half.
 */
#ifndef ACRE_USER_H
#define ACRE_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/status.h"

/* Copies size bytes from the program, to the program; fills size bytes there.  false: not all could be touched. */
MUST_USE bool user_read(void *to, uint64_t from, uint64_t size);
MUST_USE bool user_write(uint64_t to, const void *from, uint64_t size);
MUST_USE bool user_fill(uint64_t to, uint8_t byte, uint64_t size);

/*
 * Copies a NUL-ended text of the program to `to`, which has `room` bytes.  Its length without the NUL; -EFAULT;
 * -ENAMETOOLONG if there is no NUL within room.
 */
int64_t user_text(char *to, uint64_t from, uint64_t room);

/* One object: its size is that of the lvalue. */
#define user_get(lvalue, from) user_read(&(lvalue), from, sizeof(lvalue))
#define user_put(to, lvalue) user_write(to, &(lvalue), sizeof(lvalue))

/*
 * Replaces the 32-bit word at `at`, which is aligned to 4, by `wanted` if it is *expected; *expected gets what was
 * there.  One instruction.  false: it could not be touched.
 */
MUST_USE bool user_exchange(uint64_t at, uint32_t *expected, uint32_t wanted);

/* Whether all of [from, from + size) lies in the user half; says nothing about what is mapped there. */
bool user_range(uint64_t from, uint64_t size);

#endif
