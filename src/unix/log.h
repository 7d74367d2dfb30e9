/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel says while a program runs: not part of the program's output. */
#ifndef ACRE_LOG_H
#define ACRE_LOG_H

#include "runtime/fmt.h"

/* One line, without its end. */
void log_line(const char *format, ...) FMT_PRINTF(1, 2);

#endif
