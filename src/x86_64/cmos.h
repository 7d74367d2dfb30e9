/* SPDX-License-Identifier: Apache-2.0 */
/* The CMOS clock. */
#ifndef ACRE_CMOS_H
#define ACRE_CMOS_H

#include <stdint.h>

/* Seconds since 1970-01-01 00:00 of the date it shows, taken as UTC; 0 if it shows none. */
uint64_t cmos_seconds(void);

#endif
