/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of /dev that are no terminal: null, zero, full, random, urandom. */
#ifndef ACRE_DEVICE_H
#define ACRE_DEVICE_H

#include "inode.h"

/* Makes the inode of a character device, held once, for a name (null, zero, full, random, urandom, tty, console); NULL:
 * no memory, or no such device. */
struct inode *device_new(const char *name);

/* The name of the n-th device; NULL: there are no more. */
const char *device_name(uint32_t n);

#endif
