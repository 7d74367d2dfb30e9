/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The image's options (acre image --set NAME=VALUE): words NAME=VALUE, separated by spaces.
 *
 *   crash=KIND   end on purpose after the self-checks, to see a named panic:
 *                panic, null, write-text, divide, double-fault, stack-overflow
 */
#ifndef ACRE_OPTIONS_H
#define ACRE_OPTIONS_H

/* Reads them; an unknown name or value is refused by name. */
void options_read(const char *text);

/* Does what crash= says; returns if it says nothing. */
void options_crash(void);

#endif
