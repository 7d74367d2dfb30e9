/* SPDX-License-Identifier: Apache-2.0 */
/* Seals of a memfd: what may not be done to it any more (fcntl(2), F_ADD_SEALS). */
#ifndef ACRE_SEAL_H
#define ACRE_SEAL_H

#include "inode.h"

#define F_SEAL_SEAL 1u
#define F_SEAL_SHRINK 2u
#define F_SEAL_GROW 4u
#define F_SEAL_WRITE 8u
#define F_SEAL_FUTURE_WRITE 16u
#define F_SEAL_ALL 31u

/* Whether a write that ends before `limit` is refused, and a new size. */
static inline bool seal_refuses_write(const struct inode *inode, uint64_t limit)
{
    return inode->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) || (inode->seals & F_SEAL_GROW && limit > inode->size);
}

static inline bool seal_refuses_size(const struct inode *inode, uint64_t size)
{
    return (inode->seals & F_SEAL_SHRINK && size < inode->size) || (inode->seals & F_SEAL_GROW && size > inode->size);
}

#endif
