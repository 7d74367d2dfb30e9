/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of files: one page of kernel virtual memory each, so that reading and writing are plain copies, counted under
 * OWNER_FILES.  A page of the archive is one, too (filepage_init says which addresses are): each is given back alone.
 */
#ifndef ACRE_FILEPAGE_H
#define ACRE_FILEPAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/status.h"
#include "x86_64/address.h"

/* A zeroed page; NULL where only the kernel's reserve is left. */
MUST_USE void *filepage_new(void);

void filepage_free(void *page);

/* Where it lies in physical memory. */
phys_t filepage_frame(const void *page);

/* Whether there is more memory than the kernel's reserve: what a program makes grow, and no page of it, asks first. */
bool filepage_room(void);

/* Pages that are free for files and programs, and pages of usable memory in all. */
uint64_t filepage_left(void), filepage_total(void);

/* Makes the heap; [base, base + bytes) are the pages of the archive. */
void filepage_init(const void *base, uint64_t bytes);

#endif
