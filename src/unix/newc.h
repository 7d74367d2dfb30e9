/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a newc cpio archive (cpio(5): "New ASCII Format"), as it came from a disk: nothing in it is believed.
 *
 *   110 bytes of head: "070701" (or "070702", whose sums are not looked at) and 13 numbers of 8 hex digits
 *   name, with its NUL, padded with NULs to a multiple of 4 bytes from the head on; more NULs may stand behind the name
 *   and count as the name's, so that the data begins at a page
 *   data, padded likewise; then the next member.  A member "TRAILER!!!" is the last.
 */
#ifndef ACRE_NEWC_H
#define ACRE_NEWC_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/status.h"

#define NEWC_NAME_MAX 4096u /* bytes of a path, its NUL included; the archive may have more NULs behind it */

struct newc {
    const uint8_t *bytes;
    uint64_t size, at; /* at: where the next member begins */
    bool ended; /* the trailer has been read */
    const char *why; /* once a member is refused: what is wrong with it */
};

struct newc_member {
    const char *name; /* in the archive, NUL-ended, without slashes or "./" before it; "" is the root */
    uint32_t name_length;
    uint32_t inode, mode, uid, gid, links, time, device, rdev; /* device and rdev: major << 8 | minor */
    uint64_t data, size; /* offset of the data in the archive, and its bytes, which lie within it */
};

/* An archive of `size` bytes, which stay where they are. */
void newc_init(struct newc *archive, const void *bytes, uint64_t size);

/*
 * The next member.  STATUS_NOT_FOUND: there is none; the trailer has been read.  STATUS_CORRUPT: the archive is no good
 * from here on, archive->why says why: a head, a number, a name (also one with a part ".." or longer than
 * NEWC_NAME_MAX, or with a part longer than 255 bytes) or data that is not all there.
 */
MUST_USE enum status newc_next(struct newc *archive, struct newc_member *member);

#endif
