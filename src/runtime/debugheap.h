/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Debug strength: a heap around any heap of memory that gives spans of whatever size.  Before and behind every object
 * lie red zones; an object is filled with one pattern when it is allocated and with another when it is freed, and then
 * waits in quarantine until enough others have followed it.  Zones are looked at when an object is freed; zones and
 * the object when it leaves quarantine; all of them by debugheap_check.
 *
 * Whatever is found is handed to the owner's function, which may stop everything, or return: then the heap goes on,
 * with the damage mended.  A free that is wrong in itself has a status and changes nothing.
 *
 * A foreign or stale address is only compared, never followed.
 *
 * Not for several CPUs at once: the caller locks.
 */
#ifndef ACRE_DEBUGHEAP_H
#define ACRE_DEBUGHEAP_H

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"
#include "keytree.h"
#include "reclaim.h"
#include "ring.h"

#define DEBUGHEAP_ZONE 32u /* bytes of each red zone; the one before is as large as the alignment if that is more */
#define DEBUGHEAP_NEW 0xa5 /* what an object is filled with when it is allocated */
#define DEBUGHEAP_FREED 0xdf /* and when it is freed */
#define DEBUGHEAP_RED 0xfb /* what red zones are filled with */

enum debugheap_kind {
    DEBUGHEAP_DOUBLE_FREE, /* the object is in quarantine */
    DEBUGHEAP_FOREIGN_FREE, /* the address was never given out, or left quarantine */
    DEBUGHEAP_INNER_FREE, /* the address lies within a live object */
    DEBUGHEAP_WRONG_SIZE, /* of a free */
    DEBUGHEAP_WRITE_BEFORE, /* the object's start */
    DEBUGHEAP_WRITE_PAST, /* the object's end */
    DEBUGHEAP_WRITE_FREED, /* into an object in quarantine */
    DEBUGHEAP_KINDS
};

struct debugheap_fault {
    enum debugheap_kind kind;
    const char *heap; /* its name */
    uint64_t address, size; /* of the object; what was to be freed, and HEAP_ANY_SIZE, if there is none */
    uint64_t where; /* the first byte that is not as it should be; what was to be freed */
    uint64_t freed_size; /* what a free of the wrong size named */
    const void *allocated_by, *freed_by; /* addresses in code, as heap_call_for has them; NULL: not so far, not known */
    const void *caller; /* whose call found it */
};

/* A few words in lower case: "double free", ... */
const char *debugheap_kind_text(enum debugheap_kind kind);

/* Private, but for `heap`. */
struct debugheap {
    struct heap heap;
    struct heap *books;
    struct keytree_node *objects; /* live ones and those in quarantine, by address */
    struct ring live, quarantine; /* both in the order of their time */
    uint64_t live_count, live_bytes, held, records;
    uint64_t quarantine_bytes, quarantine_limit;
    struct reclaim reclaim;
    struct reclaim_list *list;
    void (*fault)(void *context, const struct debugheap_fault *fault);
    void *context;
};

/* How such a heap starts. */
struct debugheap_config {
    const char *name; /* kept, not copied */
    struct heap *parent; /* what the objects come from */
    struct heap *books; /* where a record for each object comes from; may be the parent */
    struct reclaim_list *reclaim; /* empties the quarantine from now on; NULL: nobody does */
    uint64_t quarantine; /* bytes that may wait, zones included */
    void (*fault)(void *context, const struct debugheap_fault *fault); /* may not use this heap */
    void *context;
};

void debugheap_init(struct debugheap *debugheap, const struct debugheap_config *config);

/*
 * Gives everything back, live objects as well; zones and freed objects are looked at first.  The status of the parent
 * if it refuses a span: what was not given back is still the heap's, and it may be called again.
 */
MUST_USE enum status debugheap_fini(struct debugheap *debugheap);

/* Looks at everything.  STATUS_CORRUPT: something was found and handed to the owner's function. */
MUST_USE enum status debugheap_check(struct debugheap *debugheap);

/* Empties the quarantine; whether there was anything in it. */
bool debugheap_reclaim(struct debugheap *debugheap);

/* A live object. */
struct debugheap_object {
    uint64_t address, size;
    const void *allocated_by;
};

/*
 * The live object that was allocated next after the one at *position, the first for NULL; false after the last.
 * Moves *position, which is valid until that object is freed.
 */
bool debugheap_next(const struct debugheap *debugheap, const void **position, struct debugheap_object *object);

#endif
