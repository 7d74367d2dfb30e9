/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for the books of the id heaps: pieces of two sizes, from pages in [LAYOUT_META_BASE, LAYOUT_META_LIMIT).  Each
 * source has pages of its own, so that the ledger can tell whose books they hold.
 */
#ifndef ACRE_META_H
#define ACRE_META_H

#include "ledger.h"
#include "runtime/idheap.h"

struct meta_page;

/* Where the nodes of one heap, or of heaps of one kind, come from. */
struct meta {
    enum owner owner;
    struct meta_page *with_room[2]; /* pages with a free piece that are not empty: for leaves, for forks */
    struct meta_page *empty; /* pages without a piece in use */
    uint32_t empty_count;
    uint64_t pages; /* all */
    uint64_t pieces; /* in use */
};

extern struct meta meta_physical, meta_virtual, meta_tagged;

/* For struct idheap_config. */
struct idheap_meta meta_of(struct meta *source);

/*
 * Gives back the pages of all sources that hold nothing, but `keep` of each.  Not from within a heap or the page
 * tables, which may be in the middle of a change: giving back is a change of theirs.  Whether any was given back.
 */
bool meta_settle(uint32_t keep);

#define META_KEEP 1 /* empty pages of a source that stay, for the next piece */

extern uint32_t meta_empty; /* empty pages of all sources */

/* meta_settle(META_KEEP) where there can be something to give back; for the end of every free. */
static inline void meta_tidy(void)
{
    if (meta_empty > META_KEEP)
        meta_settle(META_KEEP);
}

/* Pieces in use whose pages are `owner`'s; 0 for any other owner. */
uint64_t meta_pieces(enum owner owner);

/* Pages that all sources have. */
uint64_t meta_pages(void);

#endif
