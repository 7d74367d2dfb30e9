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
 *   fail=K|K-    the K-th allocation, counted from the kernel's first as 1, is refused, or it and all after it;
 *                fail=0 refuses none.  How many there were is said in the end (fail.h)
 *   meta=off|read|write  whether the meta store is served on COM2, where there is one, and may be written to (read)
 *   metakey=KEY  the key for writing, 64 hexadecimal digits; meta=write needs it.  It is in no message
 *   hold=0|1     whether the machine's end waits until a client of the meta store has said bye (0)
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

/* Reads them; an unknown name or value is refused by name.  The key for writing is blotted out in the text. */
void options_read(char *text);

/* Whether heap= and bench= say so. */
bool options_debug(void);
bool options_bench(void);

#define OPTIONS_KEY_SIZE 32u /* bytes */

/* What the image says about the meta store. */
struct options_store {
    bool off, write, hold;
    uint8_t key[OPTIONS_KEY_SIZE]; /* if keyed */
    bool keyed;
};

extern struct options_store options_store;

bool options_read_meta(const char *value);
bool options_read_metakey(const char *value);
bool options_read_hold(const char *value);

/* Overwrites the digits of a metakey= in any copy of the options. */
void options_blot(char *text);

#define OPTIONS_SIZE_MAX 9999 /* of cols and rows: as wide as ioctl's 16 bits, and no terminal is */

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
