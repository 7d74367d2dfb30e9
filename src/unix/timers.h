/* SPDX-License-Identifier: Apache-2.0 */
/* Timers that send signals (calls_timers.c). */
#ifndef ACRE_TIMERS_H
#define ACRE_TIMERS_H

/* execve: those of timer_create go.  The end of a program: all. */
void timers_exec(void);
void timers_end(void);

#endif
