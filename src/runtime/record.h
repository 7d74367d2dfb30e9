/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records: values that stand for something of the kernel's or the program's, to be looked at.  They never change.  A
 * name is a symbol; what else they point to is not theirs, except a fault's text.  Every function here creates one and
 * gives NULL if there is no memory, also for a name NULL: so the result of an interning may be passed without a look.
 */
#ifndef ACRE_RECORD_H
#define ACRE_RECORD_H

#include "symbol.h"

struct function_value {
    struct value head;
    struct symbol_value *name;
    uint64_t address; /* of its first instruction */
    const void *context; /* what it is called with; not the value's */
};

struct heap_value {
    struct value head;
    struct symbol_value *name;
    const struct heap *heap; /* whose statistics are read when it is printed; lives as long as the record */
};

struct region_value {
    struct value head;
    uint64_t base, limit; /* [base, limit) */
    uint32_t type; /* enum region_type */
};

struct program_value {
    struct value head;
    struct symbol_value *name;
};

struct fault_value {
    struct value head;
    struct symbol_value *kind; /* "page-fault", ... */
    uint64_t address; /* where it was */
    struct string_value *text; /* in words; freed with the fault by value_destroy */
};

/* Bytes of which nobody knows what they mean. */
struct unknown_value {
    struct value head;
    uint32_t size;
    uint8_t bytes[];
};

#define UNKNOWN_FIXED ((uint32_t)sizeof(struct unknown_value))

struct function_value *record_function(struct tagged *tagged, struct symbol_value *name, uint64_t address);
struct function_value *record_computed(struct tagged *tagged, struct symbol_value *name, uint64_t address,
                                       const void *context);
struct heap_value *record_heap(struct tagged *tagged, struct symbol_value *name, const struct heap *heap);
struct region_value *record_region(struct tagged *tagged, uint64_t base, uint64_t limit, uint32_t type);
struct program_value *record_program(struct tagged *tagged, struct symbol_value *name);

/* The text is a value of its own, and the caller's still if this fails; NULL gives NULL. */
struct fault_value *record_fault(struct tagged *tagged, struct symbol_value *kind, uint64_t address,
                                 struct string_value *text);

/* Copies the bytes.  NULL also for too many. */
struct unknown_value *record_unknown(struct tagged *tagged, const void *bytes, size_t size);

#endif
