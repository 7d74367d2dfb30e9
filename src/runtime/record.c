/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "bytes.h"
#include "scalar.h"

struct function_value *record_computed(struct tagged *tagged, struct symbol_value *name, uint64_t address,
                                       const void *context)
{
    struct function_value *function = name ? tagged_new(tagged, TAG_FUNCTION, sizeof *function, 0) : NULL;

    if (function)
        *function = (struct function_value){{NULL}, name, address, context};
    return function;
}

struct function_value *record_function(struct tagged *tagged, struct symbol_value *name, uint64_t address)
{
    return record_computed(tagged, name, address, NULL);
}

struct heap_value *record_heap(struct tagged *tagged, struct symbol_value *name, const struct heap *heap)
{
    struct heap_value *value = name ? tagged_new(tagged, TAG_HEAP, sizeof *value, 0) : NULL;

    if (value)
        *value = (struct heap_value){{NULL}, name, heap};
    return value;
}

struct region_value *record_region(struct tagged *tagged, uint64_t base, uint64_t limit, uint32_t type)
{
    struct region_value *region = tagged_new(tagged, TAG_REGION, sizeof *region, 0);

    if (region)
        *region = (struct region_value){{NULL}, base, limit, type};
    return region;
}

struct program_value *record_program(struct tagged *tagged, struct symbol_value *name)
{
    struct program_value *program = name ? tagged_new(tagged, TAG_PROGRAM, sizeof *program, 0) : NULL;

    if (program)
        *program = (struct program_value){{NULL}, name};
    return program;
}

struct fault_value *record_fault(struct tagged *tagged, struct symbol_value *kind, uint64_t address,
                                 struct string_value *text)
{
    struct fault_value *fault = kind && text ? tagged_new(tagged, TAG_FAULT, sizeof *fault, 0) : NULL;

    if (fault)
        *fault = (struct fault_value){{NULL}, kind, address, text};
    return fault;
}

struct unknown_value *record_unknown(struct tagged *tagged, const void *bytes, size_t size)
{
    struct unknown_value *unknown = tagged_new(tagged, TAG_UNKNOWN, UNKNOWN_FIXED, size);

    if (unknown) {
        *unknown = (struct unknown_value){{NULL}, (uint32_t)size};
        bytes_copy(unknown->bytes, bytes, size);
    }
    return unknown;
}
