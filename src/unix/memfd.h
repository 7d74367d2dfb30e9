/* SPDX-License-Identifier: Apache-2.0 */
/* memfd_create's files: their seals. */
#ifndef ACRE_MEMFD_H
#define ACRE_MEMFD_H

#include "file.h"

/* F_ADD_SEALS and F_GET_SEALS; -EINVAL: it is no memfd. */
int64_t memfd_seal(struct file *file, uint32_t seals);
int64_t memfd_seals(const struct file *file);

#endif
