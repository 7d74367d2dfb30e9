/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of files as the first program finds it. */
#ifndef ACRE_FILES_BOOT_H
#define ACRE_FILES_BOOT_H

#include <stdint.h>

/*
 * Makes the root, /dev, /proc, /sys and /tmp, unpacks the archive (NULL, 0: there is none), and opens descriptors 0, 1
 * and 2.  Ends the machine with a line that says why if the archive is no good or memory does not suffice.
 */
void files_boot(void *archive, uint64_t bytes);

#endif
