/* SPDX-License-Identifier: Apache-2.0 */
/* The vDSO (vdso/vdso.c) in a program's address space: the clock's page, then the image. */
#ifndef ACRE_VDSO_H
#define ACRE_VDSO_H

#include <stdint.h>

/* Lets the clock keep the page.  Once. */
void vdso_init(void);

/* Maps both at `base` (struct layout's).  The image's address, for AT_SYSINFO_EHDR, or -ENAME. */
int64_t vdso_map(uint64_t base);

#endif
