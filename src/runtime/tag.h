/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tags: the type of a kernel object stands in its address.  One tag is one PML4 slot (512 GiB) of kernel heap memory:
 *
 *    63         47 46      39 38                    0
 *   +-------------+----------+-----------------------+
 *   | all ones    | tag      | where in the slot     |     LAYOUT_VA_TAG_SHIFT, LAYOUT_VA_TAG_BITS
 *   +-------------+----------+-----------------------+
 *
 * A Linux program that uses this runtime has three bits instead, bits 44..46 (LAYOUT_USER_TAG_SHIFT), so seven regions
 * from LAYOUT_MMAP_LIMIT up.  The first six tags have one each; all others share the seventh, TAG_USER_SHARED, where
 * each object stands behind a word that holds its tag.  The list stands once, in TAG_LIST; a number never changes.
 */
#ifndef ACRE_TAG_H
#define ACRE_TAG_H

#include <stdbool.h>
#include <stdint.h>

#include "x86_64/layout.h"

/* X(name, NUMBER): enum tag's TAG_NAME, and the text of tag_name. */
#define TAG_LIST(X) \
    X(symbol, SYMBOL, 0x01) \
    X(tuple, TUPLE, 0x02) \
    X(table, TABLE, 0x03) \
    X(vector, VECTOR, 0x04) \
    X(string, STRING, 0x05) \
    X(integer, INTEGER, 0x06) \
    X(buffer, BUFFER, 0x07) \
    X(function, FUNCTION, 0x08) \
    X(heap, HEAP, 0x09) \
    X(region, REGION, 0x0a) \
    X(program, PROGRAM, 0x0b) \
    X(fault, FAULT, 0x0c) \
    X(unknown, UNKNOWN, 0x0d) \
    X(view, VIEW, 0x0e)

#define TAG_ENUM_ROW(name, NAME, number) TAG_##NAME = number,

enum tag {
    TAG_NONE = 0, /* untagged memory: no value of ours */
    TAG_LIST(TAG_ENUM_ROW)
    TAG_COUNT
};

#define TAG_USER_SHARED 7u /* number of the user region that the tags from here on share */
#define TAG_USER_WORD 16u /* bytes before an object in the shared region; the first eight are its tag */

/* "symbol", ...; "none" for TAG_NONE, "unlisted" for a number that is no tag. */
const char *tag_name(uint32_t tag);

/* The tag field of a kernel address, 0..0xff, whether it is listed or not; needs an address from LAYOUT_KMEM_BASE. */
/*@ assigns \nothing;
    ensures \result == (address >> LAYOUT_VA_TAG_SHIFT) % 0x100; */
static inline uint32_t tag_field(uint64_t address)
{
    return (uint32_t)(address >> LAYOUT_VA_TAG_SHIFT) & ((1u << LAYOUT_VA_TAG_BITS) - 1);
}

/* First byte of a tag's slot, and the first byte after; tag < 0xff. */
/*@ requires tag < 1 << LAYOUT_VA_TAG_BITS;
    assigns \nothing;
    ensures \result == LAYOUT_KMEM_BASE + tag * 0x8000000000; */
static inline uint64_t tag_base(uint32_t tag)
{
    return LAYOUT_KMEM_BASE + ((uint64_t)tag << LAYOUT_VA_TAG_SHIFT);
}

/*@ requires tag < (1 << LAYOUT_VA_TAG_BITS) - 1;
    assigns \nothing;
    ensures \result == LAYOUT_KMEM_BASE + (tag + 1) * 0x8000000000; */
static inline uint64_t tag_limit(uint32_t tag)
{
    return tag_base(tag + 1);
}

/* The number of a user region, 0..7. */
/*@ assigns \nothing;
    ensures \result == (address >> LAYOUT_USER_TAG_SHIFT) % 8; */
static inline uint32_t tag_user_field(uint64_t address)
{
    return (uint32_t)(address >> LAYOUT_USER_TAG_SHIFT) & 7;
}

/* The user region of a tag: 1..7; 0 for TAG_NONE. */
/*@ assigns \nothing;
    ensures \result <= TAG_USER_SHARED && (tag <= TAG_USER_SHARED ==> \result == tag); */
static inline uint32_t tag_user_region(uint32_t tag)
{
    return tag < TAG_USER_SHARED ? tag : TAG_USER_SHARED;
}

#endif
