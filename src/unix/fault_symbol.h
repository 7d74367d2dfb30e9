/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a program's functions, from the file that they were loaded from. */
#ifndef ACRE_FAULT_SYMBOL_H
#define ACRE_FAULT_SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

struct inode;

#define FAULT_SYMBOL_SIZE 128

/*
 * The function that holds the byte at `offset` of an ELF file, and how far into it that is; its name is NUL-ended and
 * cut at FAULT_SYMBOL_SIZE.  false: the file is none, has no symbols, or none that holds it.  Reads the whole symbol
 * table: for reports.  The file may say anything.
 */
bool fault_symbol(struct inode *file, uint64_t offset, char name[FAULT_SYMBOL_SIZE], uint64_t *into);

#endif
