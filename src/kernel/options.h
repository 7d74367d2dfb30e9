/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image's options (acre image --set NAME=VALUE): words NAME=VALUE, separated by spaces.
 *
 *   crash=KIND   end on purpose after the self-checks, to see a named panic:
 *                panic, null, write-text, divide, double-fault, stack-overflow;
 *                of heaps: double-free, foreign-free, inner-free, wrong-size, write-past, write-before, write-freed,
 *                freed-page, wrong-tag, tagged-double-free
 *   heap=plain|debug  strength of the heaps: debug (red zones, poison, quarantine) is what a boot without a program has
 *   bench=heaps  after the self-checks, measure what the heaps cost and print PROTO_BENCH lines
 */
#ifndef ACRE_OPTIONS_H
#define ACRE_OPTIONS_H

#include <stdbool.h>

/* Reads them; an unknown name or value is refused by name. */
void options_read(const char *text);

/* Whether heap= and bench= say so. */
bool options_debug(void);
bool options_bench(void);

/* Does what crash= says; returns if it says nothing. */
void options_crash(void);

#endif
