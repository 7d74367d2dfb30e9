/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Object caches: objects of one size, in constant time, from slabs of a page heap.  What slabs.h says about refusals
 * holds here.  Contents of an object are undefined.
 *
 * Not for several CPUs at once: the caller locks.
 */
#ifndef ACRE_OBJCACHE_H
#define ACRE_OBJCACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"
#include "reclaim.h"
#include "slabs.h"

/* Private, but for `heap`: the cache as a heap, which gives objects of just its size. */
struct objcache {
    struct heap heap;
    struct slabs slabs;
    struct reclaim reclaim;
    struct reclaim_list *list;
    uint32_t size;
};

/* How a cache starts. */
struct objcache_config {
    const char *name; /* kept, not copied */
    struct heap *pages; /* sizes are multiples of LAYOUT_FRAME_SIZE, any alignment is honoured */
    struct reclaim_list *reclaim; /* runs objcache_reclaim from now on; NULL: nobody does */
    uint32_t size; /* bytes of an object, 1..SLABS_OBJECT_MAX */
    uint32_t align; /* of each, a power of two up to LAYOUT_FRAME_SIZE; 1 is whatever suits, then 8 at least */
};

/* Takes no memory yet.  STATUS_INVALID: size or align. */
MUST_USE enum status objcache_init(struct objcache *cache, const struct objcache_config *config);

/*
 * Gives all memory back, whatever is in use.  The status of the page heap if it refuses a slab: what was not given back
 * is still the cache's, and it may be called again.
 */
MUST_USE enum status objcache_fini(struct objcache *cache);

/* For objcache_new: the same when nothing waits in the list. */
void *objcache_new_slowly(struct objcache *cache);

/* An object, or NULL where the page heap refused, which is counted. */
static inline void *objcache_new(struct objcache *cache)
{
    void *p = slabs_take(&cache->slabs);

    return p ? p : objcache_new_slowly(cache);
}

/*
 * Takes an object back.  STATUS_NOT_OWNED: the slab it would lie in is another heap's.  STATUS_INVALID: p is no
 * object's start.  STATUS_NOT_ALLOCATED: it is free.  An address that is not in slabs at all may fault instead: its
 * 64 KiB are looked at.
 */
MUST_USE static inline enum status objcache_delete(struct objcache *cache, void *p)
{
    struct slab *slab = slab_of(p);

    if (__builtin_expect(slab->heap != &cache->heap, 0))
        return STATUS_NOT_OWNED;
    return slabs_put(&cache->slabs, slab, p);
}

/* Gives every empty slab back; whether there was one. */
bool objcache_reclaim(struct objcache *cache);

#endif
