/* SPDX-License-Identifier: Apache-2.0 */
/* Where tags stand in addresses: the kernel's slots and the user regions, and the names. */
#include "tap.h"

#include "runtime/tag.h"

#define SLOT 0x8000000000ull /* 512 GiB, what one PML4 entry maps (SDM vol. 3A 4.5) */

/* The list a second time: a number never changes, for addresses of it stand in people's logs. */
static const struct {
    uint32_t tag;
    const char *name;
} tags[] = {{0, "none"}, {1, "symbol"}, {2, "tuple"}, {3, "table"}, {4, "vector"}, {5, "string"}, {6, "integer"},
            {7, "buffer"}, {8, "function"}, {9, "heap"}, {10, "region"}, {11, "program"}, {12, "fault"},
            {13, "unknown"}, {14, "view"}, {15, "unlisted"}, {0xff, "unlisted"}, {UINT32_MAX, "unlisted"}};

static unsigned wrong_slots(void)
{
    unsigned wrong = 0;

    for (uint32_t tag = 0; tag < 0xff; tag++) {
        wrong += tag_limit(tag) - tag_base(tag) != SLOT || tag_base(tag) != LAYOUT_KMEM_BASE + tag * SLOT;
        wrong += tag_field(tag_base(tag)) != tag || tag_field(tag_limit(tag) - 1) != tag;
    }
    return wrong;
}

static unsigned wrong_regions(void)
{
    unsigned wrong = 0;

    for (uint32_t tag = 0; tag < TAG_COUNT; tag++)
        wrong += tag_user_region(tag) != (tag > 7 ? 7 : tag);
    for (uint64_t region = 0; region < 8; region++) {
        wrong += tag_user_field(region << LAYOUT_USER_TAG_SHIFT) != region;
        wrong += tag_user_field(((region + 1) << LAYOUT_USER_TAG_SHIFT) - 1) != region;
    }
    return wrong;
}

int main(void)
{
    tap_plan(sizeof tags / sizeof tags[0] + 4);
    for (unsigned i = 0; i < sizeof tags / sizeof tags[0]; i++)
        tap_is_text(tag_name(tags[i].tag), tags[i].name, "tag %u is %s", tags[i].tag, tags[i].name);
    tap_is_u64(TAG_COUNT, 15, "and there are no others");
    tap_is_u64(wrong_slots(), 0, "a kernel tag is one slot, found again from its first and last byte");
    tap_ok(tag_field(LAYOUT_KERNEL_BASE) == 0xff && tag_field(LAYOUT_PAGES_BASE) == 0xff,
           "the kernel's image and PAGES lie in the last slot, which is no tag's");
    tap_is_u64(wrong_regions(), 0, "a user tag is one region, or the seventh");
    return tap_done();
}
