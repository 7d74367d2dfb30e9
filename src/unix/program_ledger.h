/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger before and after a program. */
#ifndef ACRE_PROGRAM_LEDGER_H
#define ACRE_PROGRAM_LEDGER_H

#include <stdbool.h>

/* Whether no frame is a program's: between two programs.  What is, is said on the log. */
bool program_ledger_is_clear(void);

/* Remembers it as it is: no program has anything. */
void program_ledger_begin(void);

/* Whether it is again as it was; what is not is said on the log. */
bool program_ledger_check(void);

#endif
