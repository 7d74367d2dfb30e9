/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads what t/benches/record/record wrote: the allocations and frees of a real program, in its order.
 *
 * Lines that start with # are for people.  In the others stands a number for each step, without anything between: 2 *
 * size for an allocation, 2 * place + 1 for a free.  An object's place is the one that was freed last, else the next
 * that never was used.  Digits have the base 32, the highest first; the last digit of each number is of another set.
 */
#ifndef ACRE_TRACE_H
#define ACRE_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* 32 that go on, then 32 last ones. */
#define TRACE_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
#define TRACE_PLACES 65536u

struct trace {
    FILE *file;
    uint32_t places, free_count;
    uint32_t free[TRACE_PLACES];
};

struct trace_step {
    uint64_t size; /* of an allocation; 0: a free */
    uint32_t place;
};

static bool trace_open(struct trace *trace, const char *path)
{
    *trace = (struct trace){.file = fopen(path, "r")};
    return trace->file;
}

/* The next digit, 0..63; -1 at the end. */
static int trace_digit(struct trace *trace)
{
    static const char digits[] = TRACE_DIGITS;
    int c = getc(trace->file);

    while (c == '\n' || c == '#') {
        bool comment = c == '#';

        c = getc(trace->file);
        while (comment && c != '\n' && c != EOF)
            c = getc(trace->file);
    }
    return c == EOF || !strchr(digits, c) ? -1 : (int)(strchr(digits, c) - digits);
}

/* The next step; false at the end, or where the file is not a trace. */
static bool trace_next(struct trace *trace, struct trace_step *step)
{
    uint64_t number = 0;
    int digit = trace_digit(trace);

    for (; digit >= 0 && digit < 32; digit = trace_digit(trace))
        number = number << 5 | (uint32_t)digit;
    if (digit < 0)
        return false;
    number = number << 5 | (uint32_t)(digit - 32);
    if (number & 1) {
        *step = (struct trace_step){0, (uint32_t)(number >> 1)};
        if (step->place >= trace->places)
            return false;
        trace->free[trace->free_count++] = step->place;
        return true;
    }
    if (!trace->free_count && trace->places == TRACE_PLACES)
        return false;
    *step = (struct trace_step){number >> 1, trace->free_count ? trace->free[--trace->free_count] : trace->places++};
    return step->size;
}

/* Whether the end of the file was reached. */
static bool trace_close(struct trace *trace)
{
    bool whole = feof(trace->file);

    fclose(trace->file);
    return whole;
}

#endif
