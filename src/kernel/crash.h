/* SPDX-License-Identifier: Apache-2.0 */
/* Ends on purpose (option crash=KIND), to see that each has a name.  KIND is a row of crash.c's or crash_heap.c's. */
#ifndef ACRE_CRASH_H
#define ACRE_CRASH_H

#include <stddef.h>

struct crash {
    const char *kind;
    void (*run)(void);
};

extern const struct crash crashes[], heap_crashes[];
extern const size_t crash_count, heap_crash_count;

#endif
