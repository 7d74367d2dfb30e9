/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs that the image wants to run, one after the other.  Each begins as the first one does: descriptors,
 * limits, identity, signals are new; files are as the one before has left them.
 */
#ifndef ACRE_COMMANDS_H
#define ACRE_COMMANDS_H

/* Reads RUNFILE_PATH.  Once; refuses the image by name if the file is no good. */
void commands_init(void);

/* Starts the next program, or, if there is none, ends the machine with the status of the last one. */
_Noreturn void commands_next(void);

/* A program has ended, and nothing is left of it. */
_Noreturn void commands_ended(int status);

#endif
