/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For programs t/benches/NAME.c, which t/benchhost.tcl runs under callgrind.
 *
 * A program makes its heap as the figure wants it and then does the operations of the figure, each through a function
 * made with MEASURED: what these functions cost, with all they call, is collected; nothing else is.  Each has an empty
 * twin, to be called at least once, whose cost is the wrapper's own and is subtracted.
 *
 *   MEASURED(alloc, enum status, (struct idheap *heap, uint64_t *id), idheap_alloc(heap, id), STATUS_OK)
 *   ...
 *   make_heap(&heap);                          not instrumented
 *   bench_start();
 *   measured_alloc_empty(&heap, &id);
 *   for (...)
 *       measured_alloc(&heap, &id);
 *   bench_end();
 *   BENCH_REPORT(alloc);
 */
#ifndef ACRE_BENCH_H
#define ACRE_BENCH_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <valgrind/callgrind.h>

#pragma GCC diagnostic ignored "-Wunused-parameter" /* the empty twins' */

/* Defines measured_NAME, whose value is `call`, and measured_NAME_empty, whose value is `nothing`. */
#define MEASURED(name, type, parameters, call, nothing)                                                                \
    BENCH_WRAPPER(measured_##name, type, parameters, call)                                                             \
    BENCH_WRAPPER(measured_##name##_empty, type, parameters, nothing)

#define BENCH_WRAPPER(name, type, parameters, value)                                                                   \
    static uint64_t name##_calls;                                                                                      \
    __attribute__((noinline, noclone)) static type name parameters                                                     \
    {                                                                                                                  \
        type result = value;                                                                                           \
                                                                                                                       \
        name##_calls++;                                                                                                \
        __asm__ volatile("" : "+r"(result));                                                                           \
        return result;                                                                                                 \
    }

/* How often both were called, a line each: "calls FUNCTION N". */
#define BENCH_REPORT(name)                                                                                             \
    printf("calls measured_" #name " %" PRIu64 "\ncalls measured_" #name "_empty %" PRIu64 "\n",                       \
           measured_##name##_calls, measured_##name##_empty_calls)

/* A figure that the program knows itself, such as bytes: "value NAME N". */
static inline void bench_value(const char *name, uint64_t value)
{
    printf("value %s %" PRIu64 "\n", name, value);
}

/* What is before runs as fast as valgrind can. */
static inline void bench_start(void)
{
    CALLGRIND_START_INSTRUMENTATION;
}

static inline void bench_end(void)
{
    CALLGRIND_STOP_INSTRUMENTATION;
}

/* What is collected between the two is a part of its own; the dearest of all parts is the figure "most". */
static inline void bench_part_start(void)
{
    CALLGRIND_ZERO_STATS;
}

static inline void bench_part_end(void)
{
    CALLGRIND_DUMP_STATS;
}

/* A program that cannot do what it is to measure measures nothing. */
#define BENCH_MUST(condition)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* Splitmix64: the same trace on every machine. */
static uint64_t bench_seed = 1;

static inline uint64_t bench_random(void)
{
    uint64_t z = bench_seed += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* 0..limit-1; limit below 2^32. */
static inline uint64_t bench_below(uint64_t limit)
{
    return (bench_random() >> 32) * limit >> 32;
}

#endif
