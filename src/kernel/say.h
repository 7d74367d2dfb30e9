/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says on COM1: formats are src/runtime/fmt.h's. */
#ifndef ACRE_SAY_H
#define ACRE_SAY_H

#include "runtime/fmt.h"

/* Prints as it stands. */
void say(const char *format, ...) FMT_PRINTF(1, 2);

/* A PROTO_MARK line with the time-stamp counter as it is now. */
void mark(const char *name);

#endif
