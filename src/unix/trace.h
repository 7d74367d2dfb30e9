/* SPDX-License-Identifier: Apache-2.0 */
/* The trace: one line a call on the log, as strace writes it. */
#ifndef ACRE_TRACE_H
#define ACRE_TRACE_H

#include <stdint.h>

struct trace_call {
    uint64_t number, arguments[6]; /* as they were before the call */
};

/* Before a call; one that does not come back is said here. */
void trace_begin(struct trace_call *call, uint64_t number, const uint64_t *a);

/* After it. */
void trace_end(const struct trace_call *call, int64_t result);

#endif
