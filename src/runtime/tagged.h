/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tagged memory: for each tag a heap, whose addresses carry the tag.  A struct tagged is all that the containers know
 * of where they are: in the kernel heap_of gives the heap of the tag's PML4 slot, in a host program that of a user
 * region (src/host/tagged_host.h).
 *
 * A creation that fails gives NULL, and an operation that fails a status; either way nothing has changed anywhere.
 *
 * Not for several CPUs at once: the caller locks.
 */
#ifndef ACRE_TAGGED_H
#define ACRE_TAGGED_H

#include <stddef.h>
#include <stdint.h>

#include "heap.h"
#include "tag.h"

#define TAGGED_ALIGN 16u /* of every allocation */
#define TAGGED_BYTES_MAX 0x7fffffffu /* in one allocation, what always stands at its start not counted */

struct symbol_value;

struct tagged {
    /*
     * The heap of a tag, made at the first call; NULL when that fails.  Its memory lies where the tag says, it keeps
     * alignments up to TAGGED_ALIGN, and it does not move its struct.
     */
    struct heap *(*heap_of)(struct tagged *tagged, uint32_t tag);
    struct symbol_value **symbols; /* symbol.h: one chain for each value of the hash's low bits; NULL: no symbol */
    uint32_t symbol_chains; /* a power of two, or 0 */
    uint32_t symbol_count;
};

/* Makes it ready, without any memory.  symbol_free_all ends it, when every other value is gone. */
void tagged_init(struct tagged *tagged, struct heap *(*heap_of)(struct tagged *tagged, uint32_t tag));

/*
 * Memory of fixed + extra bytes with a tag; tag_of (value.h) of its address is that tag.  Contents are undefined.
 * NULL: extra is above TAGGED_BYTES_MAX, or there is no memory.
 */
void *tagged_new(struct tagged *tagged, uint32_t tag, uint32_t fixed, uint64_t extra);

/* Gives back what tagged_new gave for fixed + extra = size; nothing for NULL.  A heap's refusal is a value fault. */
void tagged_delete(struct tagged *tagged, uint32_t tag, void *p, uint64_t size);

/*
 * What can only be a mistake of ours: a value of another type than the caller is sure of, or memory that its heap does
 * not take back.
 */
struct value_fault {
    const char *what; /* "wrong tag", "not a value", "free refused" */
    uint64_t address; /* of the value, or of the memory */
    uint32_t wanted, found; /* tags */
    enum status status; /* the heap's, when it refused */
};

/*
 * Called on a value fault; must not return.  The kernel's panics and names the two tags and the address.  Set it before
 * the first value is made: until then a fault is a call of address 0, where nothing is mapped.
 */
extern __attribute__((noreturn)) void (*value_fault_hook)(const struct value_fault *fault);

#endif
