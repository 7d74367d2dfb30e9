/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image's options (acre image --set NAME=VALUE): words NAME=VALUE, separated by spaces.
 *
 *   crash=KIND   end on purpose after the self-checks, to see a named panic:
 *                panic, null, write-text, divide, double-fault, stack-overflow;
 *                of heaps: double-free, foreign-free, inner-free, wrong-size, write-past, write-before, write-freed,
 *                freed-page, wrong-tag, tagged-double-free
 *   heap=plain|debug  strength of the heaps: debug (red zones, poison, quarantine) is what a boot without a program
 *                has, plain what one with a program has
 *   bench=heaps  after the self-checks, measure what the heaps cost and print PROTO_BENCH lines
 *   and of a program:
 *   aslr=0|1     whether its addresses are random (1)
 *   seed=N       a 64-bit number, decimal, from which alone they come; without it, from the CPU
 *   wxorx=0|1    whether memory that is writable and executable is refused (0)
 *   trace=0|1    whether each system call is said (0)
 *   checks=0|1   whether the self-checks run before it (0)
 *   console=tty|pipe   what COM1 is to it: a terminal (tty), or a pipe whose end is told by bytes (doc/serial.md)
 *   cols=N rows=N      the terminal's size, at most 9999 each
 */
#ifndef ACRE_OPTIONS_H
#define ACRE_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* Reads them; an unknown name or value is refused by name. */
void options_read(const char *text);

/* Whether heap= and bench= say so. */
bool options_debug(void);
bool options_bench(void);

/* What the image says about a program. */
struct options_program {
    bool aslr, seeded, wxorx, trace, checks, tty;
    uint64_t seed; /* if seeded */
    uint32_t cols, rows; /* 0: nobody knows */
};

extern struct options_program options_program;

/* The readers of these, for options_read: false if the value is none. */
bool options_read_aslr(const char *value);
bool options_read_seed(const char *value);
bool options_read_wxorx(const char *value);
bool options_read_trace(const char *value);
bool options_read_checks(const char *value);
bool options_read_console(const char *value);
bool options_read_cols(const char *value);
bool options_read_rows(const char *value);

/* Does what crash= says; returns if it says nothing. */
void options_crash(void);

#endif
