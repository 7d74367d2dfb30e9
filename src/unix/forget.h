/* SPDX-License-Identifier: Apache-2.0 */
/* What files ask of the address space (space.h), and all that they need to know of it. */
#ifndef ACRE_FORGET_H
#define ACRE_FORGET_H

#include <stdint.h>

struct inode;

/*
 * `count` pages of a file from number `first` on are about to be freed or replaced: no leaf shows them afterwards.
 * Private pages that were written stay.
 */
void space_forget_pages(struct inode *file, uint64_t first, uint64_t count);

/* A file has become shorter: no page from number `first` on is mapped afterwards, not even a private one's copy. */
void space_cut_pages(struct inode *file, uint64_t first);

#endif
