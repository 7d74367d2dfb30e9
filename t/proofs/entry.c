/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries as sums of their fields, and that what was put into one comes back: the slot and the frame of a table, the
 * frame and the flags of a leaf.
 *
 * proves: pagetable_link slot_comes_back leaf_entry leaf_at leaf_comes_back
 */
#include "pagetable_level.h" /* first, so that a planted bug in it is seen */

#include "pagetable_walk.c"

/*@ requires slot < 1 << LAYOUT_PAGES_SLOT_BITS && is_frame(frame.p);
    assigns \nothing;
    ensures \result == slot; */
static uint32_t slot_comes_back(uint32_t slot, phys_t frame)
{
    return pagetable_slot(pagetable_link(slot, frame));
}

/*@ requires is_level(level) && is_frame(frame) && frame % bytes_at(level) == 0 && (flags & PT_FLAGS) == flags;
    assigns \nothing;
    ensures \result; */
static bool leaf_comes_back(uint64_t frame, uint64_t flags, int level)
{
    struct mapping leaf = leaf_at(0, leaf_entry(frame, flags, level), level, ~0ull);

    return leaf.phys.p == frame && leaf.flags == flags;
}
