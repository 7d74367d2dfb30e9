/* SPDX-License-Identifier: Apache-2.0 */
/* From the archive to the tree of files. */
#ifndef ACRE_UNPACK_H
#define ACRE_UNPACK_H

#include <stdint.h>

#include "runtime/status.h"

/*
 * Makes the files of a newc archive (newc.h), which starts at a page and whose pages are file pages (filepage_init),
 * below path_root.  Where a file's data starts at a page, its pages become the file's without copying; all other pages
 * are given back: nothing is left of the archive, however it ends.  A later member of the same name takes the place of
 * an earlier one; devices are left out.
 *
 * STATUS_CORRUPT: *why says what is wrong; what came before is there.  STATUS_NO_MEMORY likewise.
 */
MUST_USE enum status unpack(void *base, uint64_t bytes, const char **why);

#endif
