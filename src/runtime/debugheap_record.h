/* SPDX-License-Identifier: Apache-2.0 */
/* Between debugheap.c, which moves objects, and debugheap_look.c, which looks at them. */
#ifndef ACRE_DEBUGHEAP_RECORD_H
#define ACRE_DEBUGHEAP_RECORD_H

#include "debugheap.h"

/* Of an object that is live or in quarantine; what it says is debugheap.c's to change. */
struct record {
    struct ring link; /* in live or in quarantine */
    struct keytree_node node; /* by the object's address */
    uint64_t size, block, block_size;
    const void *allocated_by, *freed_by;
    bool freed;
};

static inline struct record *record_of(struct keytree_node *node)
{
    return (struct record *)((uint8_t *)node - offsetof(struct record, node));
}

/* Hands on what was found; the object's part is the record's, if there is one. */
void debugheap_report(const struct debugheap *debugheap, const struct record *record, struct debugheap_fault fault);

/* Looks at the zones and, in quarantine, at the object; reports and mends what it finds; whether that was nothing. */
bool debugheap_look_at(const struct debugheap *debugheap, const struct record *record);

/* For a free of an address that no object begins at: reports and returns its status. */
enum status debugheap_refuse_foreign(const struct debugheap *debugheap, uint64_t address);

#endif
