/* SPDX-License-Identifier: Apache-2.0 */
/* COM1 as a program sees it: a terminal (console=tty), or a pipe in and a pipe out (console=pipe). */
#ifndef ACRE_TTY_H
#define ACRE_TTY_H

#include <stdbool.h>
#include <stdint.h>

#include "file.h"

/* Makes the terminal and begins to listen.  Its size in characters; 0: nobody knows.  False: no memory. */
bool tty_start(uint32_t columns, uint32_t rows);

/* Its size; and another one, which the program is told by SIGWINCH. */
uint32_t tty_columns(void);
uint32_t tty_rows(void);
void tty_resize(uint32_t columns, uint32_t rows);

/* For struct inode_ops of /dev/console and /dev/tty.  -ENXIO: there is no terminal. */
int64_t tty_open(struct inode *inode, struct file *file);

/* Descriptors 0, 1 and 2: of /dev/console, or of a pipe in and a pipe out.  -ENAME. */
int64_t console_open(bool is_pipe);

#endif
