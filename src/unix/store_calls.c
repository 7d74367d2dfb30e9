/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The CPU is pointed to store_entry.asm, whose way of a call has one instruction more than entry.asm's: it counts.
 *
 * Times are taken in the way of the odd calls, to which all are sent while store_calls_bound is 0: so nothing is tested
 * for them while they are not wanted.  A call's time is the processor's ticks in its thread from here to its end: time
 * in which it waits is not its own.  A call that does not come back (exit, execve) is counted and has no time.
 *
 * What the vDSO answers is no call.
 */
#include "store_calls.h"

#include "syscalls.h"
#include "thread.h"
#include "x86_64/cpu.h"
#include "x86_64/trap.h"

uint64_t store_calls_counts[SYSCALL_NUMBERS];
uint64_t store_calls_bound; /* numbers below it are called directly; 0: none, all are odd */

static uint64_t ticks[SYSCALL_NUMBERS];
static bool timed;

static const struct row {
    uint32_t number;
    const char *name;
} rows[] = {
#define SYSCALL(number, name, arguments) { number, #name },
#include "syscall_lists.h"
#undef SYSCALL
};

#define ROWS (sizeof rows / sizeof *rows)

void store_entry(void);
int64_t store_calls_odd(const uint64_t *a);

static uint64_t thread_ticks(void)
{
    return current->ticks + cpu_tsc() - current->since_tick;
}

int64_t store_calls_odd(const uint64_t *a)
{
    uint64_t number = syscall_frame(a)->error, begin;
    int64_t result;

    if (number >= SYSCALL_NUMBERS)
        return syscall_odd(a);
    store_calls_counts[number]++;
    begin = thread_ticks();
    result = syscall_odd(a);
    if (timed)
        ticks[number] += thread_ticks() - begin;
    return result;
}

static void set_bound(void)
{
    store_calls_bound = timed ? 0 : entry_calls;
}

void store_calls_begin(void)
{
    set_bound();
    cpu_msr_set(MSR_LSTAR, (uint64_t)store_entry);
}

void store_calls_build(struct store *store, struct tuple_value *parent)
{
    struct tuple_value *calls = store_group(store, parent, "calls"), *times = store_group(store, parent, "call-ticks");

    for (size_t i = 0; i < ROWS; i++) {
        store_number_at(store, calls, rows[i].name, &store_calls_counts[rows[i].number]);
        store_number_at(store, times, rows[i].name, &ticks[rows[i].number]);
    }
    store_number_at(store, parent, "absent-calls", &syscalls_absent);
}

const char *store_calls_name(uint64_t number)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].number == number)
            return rows[i].name;
    return NULL;
}

bool store_calls_timed(void)
{
    return timed;
}

void store_calls_time(bool on)
{
    timed = on;
    set_bound();
}

void store_calls_trace(bool on)
{
    syscalls_trace(on);
    set_bound();
}
