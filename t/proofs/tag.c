/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of tags; that a tag comes back from every address of its slot, and that the slots lie apart and in
 * kernel heap memory up to the slot of the kernel image.
 *
 * proves: tag_field tag_base tag_limit tag_user_field tag_user_region tag_comes_back slots_are_apart user_comes_back
 */
#include "tag.h"

#define SLOT_SIZE (1ull << LAYOUT_VA_TAG_SHIFT)

/*@ requires tag <= 0xff && offset < SLOT_SIZE;
    assigns \nothing;
    ensures \result == tag; */
static uint32_t tag_comes_back(uint32_t tag, uint64_t offset)
{
    uint64_t address = tag_base(tag) + offset;

    /*@ assert address == 0x8000000000 * (LAYOUT_KMEM_BASE / 0x8000000000 + tag) + offset; */
    /*@ assert address / 0x8000000000 == LAYOUT_KMEM_BASE / 0x8000000000 + tag; */
    return tag_field(address);
}

/*@ requires lower < upper < 0xff;
    assigns \nothing;
    ensures \result; */
static bool slots_are_apart(uint32_t lower, uint32_t upper)
{
    return tag_base(lower) >= LAYOUT_KMEM_BASE && tag_base(lower) < tag_limit(lower) &&
           tag_limit(lower) <= tag_base(upper) && tag_limit(upper) <= LAYOUT_TAGFF_BASE;
}

/*@ requires 1 <= region <= TAG_USER_SHARED && offset < 1ull << LAYOUT_USER_TAG_SHIFT;
    assigns \nothing;
    ensures \result; */
static bool user_comes_back(uint32_t region, uint64_t offset)
{
    uint64_t address = ((uint64_t)region << LAYOUT_USER_TAG_SHIFT) + offset;

    return tag_user_field(address) == region && address >= LAYOUT_MMAP_LIMIT && address < LAYOUT_USER_LIMIT;
}
