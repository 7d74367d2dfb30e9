/* SPDX-License-Identifier: Apache-2.0 */
/* Proved: tag.h, and that a tag comes back from every address of its slot. */
#include "tag.h"

/*@ requires tag < 0xff && offset < 0x8000000000;
    assigns \nothing;
    ensures \result == tag; */
static uint32_t tag_comes_back(uint32_t tag, uint64_t offset)
{
    return tag_field(tag_base(tag) + offset);
}

