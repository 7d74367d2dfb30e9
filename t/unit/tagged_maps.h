/* SPDX-License-Identifier: Apache-2.0 */
/* What Linux says is mapped for the user tags.  Include tagged_host.h before it. */
#ifndef ACRE_TAGGED_MAPS_H
#define ACRE_TAGGED_MAPS_H

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* A chroot may be without /proc. */
static inline bool maps_readable(void)
{
    return !access("/proc/self/maps", R_OK);
}

static inline uint64_t window_base(uint32_t region)
{
    return ((uint64_t)region << LAYOUT_USER_TAG_SHIFT) + TAGGED_HOST_OFFSET;
}

/* Bytes mapped in a region's window, by /proc/self/maps; UINT64_MAX if that cannot be read. */
static inline uint64_t mapped_in(uint32_t region)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    uint64_t base, limit, sum = 0;
    char line[512];

    if (!maps)
        return UINT64_MAX;
    while (fgets(line, sizeof line, maps))
        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &base, &limit) == 2 && base >= window_base(region) &&
            limit <= window_base(region) + TAGGED_HOST_SIZE)
            sum += limit - base;
    fclose(maps);
    return sum;
}

#endif
