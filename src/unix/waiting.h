/* SPDX-License-Identifier: Apache-2.0 */
/* What the calls that wait for files share: when they end, and the signals that are blocked meanwhile. */
#ifndef ACRE_WAITING_H
#define ACRE_WAITING_H

#include "file.h"

/* Bits of poll that hold for the file now. */
uint32_t file_poll(struct file *file);

/* The deadline in `ns` from now; and of a timespec or timeval (`unit`: ns in its second part's unit) in the program's
 * memory, where 0 is WAIT_FOREVER.  -EINVAL, -EFAULT. */
uint64_t waiting_deadline(uint64_t ns);
int64_t waiting_until(uint64_t at, uint64_t unit, uint64_t *deadline);
/* Tells the program what is left of it. */
void waiting_rest(uint64_t at, uint64_t unit, uint64_t deadline);

/* Waits until `look`, which is asked again whenever a file has changed, gives something else than 0: that.  0 when the
 * deadline has come (0: asked once), -EINTR for a signal. */
int64_t waiting_for(int64_t (*look)(void *context), void *context, uint64_t deadline);

/* Blocks the signals of the set at `mask` (0: leaves all as it is) until the call is over.  -EINVAL, -EFAULT. */
int64_t waiting_mask(uint64_t mask, uint64_t size);

#endif
