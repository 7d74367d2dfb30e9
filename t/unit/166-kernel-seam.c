/* SPDX-License-Identifier: Apache-2.0 */
/* The seam of tagged memory as the kernel has it: the tag of every kind of address, and nothing before an object. */
#define ACRE_KERNEL 1
#include "tap.h"

#include "runtime/value_seam.h"

int main(void)
{
    uint64_t word[2] = {0x1111, 0x2222};
    unsigned wrong = 0;

    tap_plan(6);
    for (uint32_t tag = 0; tag < 0xff; tag++) {
        wrong += seam_tag(tag_base(tag)) != tag || seam_tag(tag_limit(tag) - 1) != tag;
        wrong += seam_lead(tag) != 0;
    }
    tap_is_u64(wrong, 0, "255 tags by the first and the last byte of their slots; no lead before any");
    tap_is_u64(seam_tag(LAYOUT_KERNEL_BASE), 0xff, "the kernel image has no listed tag");
    wrong = 0;
    for (uint32_t bit = 0; bit < 47; bit++)
        wrong += seam_tag((uint64_t)1 << bit) != TAG_NONE;
    tap_is_u64(wrong, 0, "no address of the user half has a tag");
    tap_is_u64(seam_tag(LAYOUT_USER_LIMIT - 1), TAG_NONE, "nor has its last byte");
    tap_is_u64(seam_tag(0), TAG_NONE, "nor NULL");
    for (uint32_t tag = 0; tag < TAG_COUNT; tag++)
        seam_mark((uint64_t)(uintptr_t)word, tag);
    tap_ok(word[0] == 0x1111 && word[1] == 0x2222, "marking writes nothing");
    return tap_done();
}
