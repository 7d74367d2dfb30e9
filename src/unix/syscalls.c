/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table that entry.asm calls through.  While calls are traced, entry_calls is 0: then every call is an odd one and
 * comes to syscall_odd, and tracing costs nothing while it is off.
 */
#include "syscalls.h"

#include <stddef.h>

#include "errno.h"
#include "log.h"
#include "thread.h"
#include "trace.h"
#include "x86_64/trap.h"

static int64_t absent(const uint64_t *a);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#define SYSCALL(number, name, arguments) [number] = sys_##name,
syscall_handler *const entry_table[SYSCALL_NUMBERS] = {
    [0 ... SYSCALL_NUMBERS - 1] = absent,
#include "syscall_lists.h"
};
#undef SYSCALL
#pragma GCC diagnostic pop

uint64_t entry_calls = SYSCALL_NUMBERS, syscalls_absent;

static uint64_t said[SYSCALL_NUMBERS / 64]; /* numbers whose absence was said */

struct trap_frame *syscall_frame(const uint64_t *a)
{
    return (struct trap_frame *)((uint64_t)a - offsetof(struct trap_frame, rdi));
}

static int64_t absent(const uint64_t *a)
{
    uint64_t number = syscall_frame(a)->error;

    syscalls_absent++;
    if (number >= SYSCALL_NUMBERS || !(said[number / 64] >> number % 64 & 1))
        log_line("call %lu is not there: ENOSYS", number);
    if (number < SYSCALL_NUMBERS)
        said[number / 64] |= 1ull << number % 64;
    return -ENOSYS;
}

int64_t syscall_odd(const uint64_t *a)
{
    uint64_t number = syscall_frame(a)->error;
    syscall_handler *call = number < SYSCALL_NUMBERS ? entry_table[number] : absent;
    struct trace_call said_later;
    int64_t result;

    if (entry_calls)
        return call(a);
    trace_begin(&said_later, number, a);
    result = call(a);
    trace_end(&said_later, result);
    return result;
}

void syscalls_trace(bool on)
{
    entry_calls = on ? 0 : SYSCALL_NUMBERS;
}
