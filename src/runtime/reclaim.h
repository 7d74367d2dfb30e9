/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reclaim hooks: who keeps memory that it could do without (empty slabs, empty page tables, quarantine) says so here,
 * and is asked before an allocation fails.
 */
#ifndef ACRE_RECLAIM_H
#define ACRE_RECLAIM_H

#include <stdbool.h>
#include <stddef.h>

/* One hook; its owner keeps it, and unlinks it before it goes. */
struct reclaim {
    struct reclaim *next;
    const char *name; /* kept, not copied */
    bool (*run)(void *context); /* gives back what can be given back; whether that was anything */
    void *context;
};

/* A list of hooks, and whether they are at work: one that allocates meanwhile must not run them again. */
struct reclaim_list {
    struct reclaim *first;
    bool busy;
};

void reclaim_add(struct reclaim_list *list, struct reclaim *hook);

/* Does nothing if it is not in the list. */
void reclaim_remove(struct reclaim_list *list, struct reclaim *hook);

/* Runs every hook once; whether any gave something back.  false at once when called from within a hook. */
bool reclaim_run(struct reclaim_list *list);

#endif
