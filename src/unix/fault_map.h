/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of the program, for people: which mapping they lie in. */
#ifndef ACRE_FAULT_MAP_H
#define ACRE_FAULT_MAP_H

#include <stdint.h>

/* One line: "NAME 0x... in the mapping ..." or that there is none. */
void fault_map_place(const char *name, uint64_t address);

/* One line of a backtrace. */
void fault_map_frame(uint32_t number, uint64_t rip);

/* One line a mapping. */
void fault_map(void);

#endif
