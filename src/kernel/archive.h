/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive of the program's files, as the image carries it: a newc cpio archive in whole pages, mapped rw- in one
 * piece of kernel virtual memory, an unmapped page behind it.  Its frames belong to the owner "files".
 *
 * Who unpacks it makes its pages file pages as they are, and gives back frame by frame what nobody needs
 * (tables_unmap_page, then physical_free with OWNER_FILES).  The addresses are never given back: the pages of a span of
 * backed.h may not stand beside another's.
 */
#ifndef ACRE_KERNEL_ARCHIVE_H
#define ACRE_KERNEL_ARCHIVE_H

#include <stdint.h>

#include "x86_64/handoff.h"

struct archive {
    uint8_t *base; /* page-aligned; NULL where the image has no archive */
    uint64_t bytes; /* whole pages */
};

/* Maps what stage2 has read, while the hand-off is still there.  Refuses by name, with the numbers, if there are no
 * frames for its page tables. */
void archive_map(const struct handoff *h);

struct archive boot_archive(void);

#endif
