/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of levels, and the slot that an entry carries.
 *
 * proves: level_shift level_bytes level_index part_last pagetable_slot
 */
#include "pagetable_walk.c"
