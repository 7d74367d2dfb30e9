/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's tagged values: the struct tagged whose heaps are those of tagheap.h. */
#ifndef ACRE_VALUES_H
#define ACRE_VALUES_H

#include "runtime/tagged.h"

extern struct tagged values;

/* A value fault is a panic from now on, and %v prints values. */
void values_init(void);

#endif
