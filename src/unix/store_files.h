/* SPDX-License-Identifier: Apache-2.0 */
/* The program's open files as a list, by descriptor. */
#ifndef ACRE_STORE_FILES_H
#define ACRE_STORE_FILES_H

struct inode;
struct store_out;

/* The path of an inode, or what /proc/self/fd says of one without a name; "" for NULL and where there is no room.  Good
 * until the next call. */
const char *store_files_path(struct inode *inode);

void store_files_read(struct store_out *out, const void *context);

#endif
