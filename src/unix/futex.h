/* SPDX-License-Identifier: Apache-2.0 */
/* Futexes: waiting for a word of the program's memory to change. */
#ifndef ACRE_FUTEX_H
#define ACRE_FUTEX_H

#include <stdint.h>

/* Wakes at most `count` that wait at this address; how many there were. */
int64_t futex_wake(uint64_t address, uint32_t count);

/* The current thread is about to end: its robust futexes and clear_child_tid (set_robust_list(2), futex(2)). */
void futex_thread_ends(void);

#endif
