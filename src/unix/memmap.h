/* SPDX-License-Identifier: Apache-2.0 */
/* /sys/firmware/memmap: the memory map as the BIOS gave it. */
#ifndef ACRE_MEMMAP_H
#define ACRE_MEMMAP_H

#include "inode.h"

/* Makes N/start, N/end and N/type for each entry of the map, as Linux shows them.  False, also for NULL: no memory. */
bool memmap_make(struct inode *memmap);

#endif
