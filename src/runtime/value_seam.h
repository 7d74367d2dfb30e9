/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one place where tagged memory of the kernel and of a host program differ: where an address has its tag (tag.h),
 * and what stands before an object.  Only tagged.c and value.c include this.
 */
#ifndef ACRE_VALUE_SEAM_H
#define ACRE_VALUE_SEAM_H

#include <stdint.h>

#include "tag.h"

#ifdef ACRE_KERNEL

/* The tag of any address; TAG_NONE below kernel heap memory. */
static inline uint32_t seam_tag(uint64_t address)
{
    return address < LAYOUT_KMEM_BASE ? TAG_NONE : tag_field(address);
}

/* Bytes before each allocation of a tag. */
static inline uint32_t seam_lead(uint32_t tag)
{
    (void)tag;
    return 0;
}

/* Writes what belongs into the lead at base. */
static inline void seam_mark(uint64_t base, uint32_t tag)
{
    (void)base;
    (void)tag;
}

#else

/* Reads the word before the address if that lies in the shared region, so it must be a value's there. */
static inline uint32_t seam_tag(uint64_t address)
{
    uint32_t region = tag_user_field(address);

    return region == TAG_USER_SHARED ? (uint32_t)*(const uint64_t *)(uintptr_t)(address - TAG_USER_WORD) : region;
}

static inline uint32_t seam_lead(uint32_t tag)
{
    return tag_user_region(tag) == TAG_USER_SHARED ? TAG_USER_WORD : 0;
}

static inline void seam_mark(uint64_t base, uint32_t tag)
{
    if (seam_lead(tag))
        *(uint64_t *)(uintptr_t)base = tag;
}

#endif

#endif
