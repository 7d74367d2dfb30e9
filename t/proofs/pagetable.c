/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of page tables: a link carries slot and frame, a leaf frame and flags, and neither disturbs the other.
 *
 * proves: level_shift level_bytes level_index part_last leaf_entry pagetable_link pagetable_slot
 */
#include "pagetable_walk.c"
