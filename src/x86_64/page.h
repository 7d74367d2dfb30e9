/* SPDX-License-Identifier: Apache-2.0 */
/* Pages filled in few instructions (page.asm).  Needs fpu_init, and memory that does not fault. */
#ifndef ACRE_PAGE_H
#define ACRE_PAGE_H

#include <stdint.h>

/* Both aligned to 16; bytes are a multiple of 1024, not 0. */
void page_clear(void *page, uint64_t bytes);
void page_copy(void *to, const void *from, uint64_t bytes);

#endif
