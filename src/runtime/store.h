/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: a tree of tagged values in which the kernel keeps what it knows of itself.  Inner nodes are tuples (a
 * group) and vectors (a list).  Leaves are views of what stands in memory (view.h), integers, strings and symbols,
 * which do not change, functions, which write what they have when they are asked, and heaps, which show their
 * statistics.
 *
 * A name is not empty and has no '.' and no control character in it: paths are made of them (storeout.h).
 *
 * Building never stops half-way: whatever fails is remembered in `status`, and all after it does nothing.  So a builder
 * calls what it needs and looks once, at the end.  A parent NULL is no parent, and nothing is built below it.
 */
#ifndef ACRE_STORE_H
#define ACRE_STORE_H

#include "heap.h"
#include "record.h"
#include "storeout.h"
#include "textring.h"
#include "tuple.h"
#include "vector.h"
#include "view.h"

struct store {
    struct tagged *tagged;
    struct tuple_value *root; /* NULL: not built */
    enum status status; /* of the building: STATUS_NO_MEMORY, STATUS_INVALID for a name or a name twice */
    const char *refused; /* the name at which it failed */
    uint32_t nodes; /* built */
};

/* What a computed node is: it writes one value to out.  It must not change the store, nor wait. */
typedef void store_read_fn(struct store_out *out, const void *context);

/* Makes an empty store over tagged memory; look at status. */
void store_init(struct store *store, struct tagged *tagged);

/* The group `name` in a parent, made if it is not there; NULL after a failure. */
struct tuple_value *store_group(struct store *store, struct tuple_value *parent, const char *name);

/*
 * Views; see view.h.  What they show must live as long as the store.  A text: the array and its bytes.
 */
void store_view(struct store *store, struct tuple_value *parent, const char *name, struct view_value *view);
void store_number_at(struct store *store, struct tuple_value *parent, const char *name, const uint64_t *number);
void store_word_at(struct store *store, struct tuple_value *parent, const char *name, const uint32_t *number);
void store_half_at(struct store *store, struct tuple_value *parent, const char *name, const uint16_t *number);
void store_byte_at(struct store *store, struct tuple_value *parent, const char *name, const uint8_t *number);
void store_signed_at(struct store *store, struct tuple_value *parent, const char *name, const int64_t *number);
void store_flag_at(struct store *store, struct tuple_value *parent, const char *name, const bool *flag);
void store_address_at(struct store *store, struct tuple_value *parent, const char *name, const uint64_t *address);
void store_text_at(struct store *store, struct tuple_value *parent, const char *name, struct store_text array);
void store_ring_at(struct store *store, struct tuple_value *parent, const char *name, const struct textring *ring);

/* What does not change.  Texts are copied, up to their NUL; NULL is "". */
void store_constant(struct store *store, struct tuple_value *parent, const char *name, int64_t number);
void store_constant_words(struct store *store, struct tuple_value *parent, const char *name, const char *text);
void store_constant_address(struct store *store, struct tuple_value *parent, const char *name, uint64_t address);

/* What is computed when it is read. */
void store_computed(struct store *store, struct tuple_value *parent, const char *name, store_read_fn *read,
                    const void *context);

/* The statistics of a heap. */
void store_heap(struct store *store, struct tuple_value *parent, const char *name, const struct heap *heap);

/*
 * Any value, for what has no function here; it is the store's from then on, with all that can be reached from it, and
 * is destroyed if it cannot be put.  NULL counts as no memory.
 */
void store_put(struct store *store, struct tuple_value *parent, const char *name, struct value *value);

/*
 * Reads: writes what out's query asks for.  Call it between store_out_start and store_out_end, which says whether the
 * path was there.  Cost: names on the way are found by their hash; only a computed node is asked for more than is
 * written.
 */
void store_read(const struct store *store, struct store_out *out);

/* The value at a path of groups and list items, without looking into computed nodes; NULL: none. */
struct value *store_find(const struct store *store, struct store_text path);

/* Frees the tree, symbols excepted. */
void store_fini(struct store *store);

#endif
