/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page fault is of a page that is not there yet ("absent") or of one that is and does not allow it ("protected": the
 * first write to a page that is shown for reading, or a mistake).  Those that the kernel meets in the program's memory
 * begin with "kernel".  On a CPU without NX no fault says that it was for an instruction.
 */
#include "store_faults.h"

#include "fault.h"

static const struct {
    const char *name;
    uint32_t vector;
} faults[] = {
    { "divide", TRAP_DIVIDE },         { "debug", TRAP_DEBUG },         { "breakpoint", TRAP_BREAKPOINT },
    { "overflow", TRAP_OVERFLOW },     { "bound", TRAP_BOUND },         { "opcode", TRAP_OPCODE },
    { "segment", TRAP_SEGMENT },       { "stack", TRAP_STACK },         { "protection", TRAP_PROTECTION },
    { "page", TRAP_PAGE_FAULT },       { "fpu", TRAP_FPU },             { "alignment", TRAP_ALIGNMENT },
    { "simd", TRAP_SIMD },
};

static const struct {
    const char *name;
    uint32_t error;
} page_faults[] = {
    { "read-absent", TRAP_PF_USER },
    { "write-absent", TRAP_PF_USER | TRAP_PF_WRITE },
    { "execute-absent", TRAP_PF_USER | TRAP_PF_FETCH },
    { "read-protected", TRAP_PF_USER | TRAP_PF_PRESENT },
    { "write-protected", TRAP_PF_USER | TRAP_PF_PRESENT | TRAP_PF_WRITE },
    { "execute-protected", TRAP_PF_USER | TRAP_PF_PRESENT | TRAP_PF_FETCH },
    { "kernel-read-absent", 0 },
    { "kernel-write-absent", TRAP_PF_WRITE },
    { "kernel-read-protected", TRAP_PF_PRESENT },
    { "kernel-write-protected", TRAP_PF_PRESENT | TRAP_PF_WRITE },
};

void store_faults_build(struct store *store, struct tuple_value *parent)
{
    struct tuple_value *group = store_group(store, parent, "faults");

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        store_number_at(store, group, faults[i].name, &fault_counts[faults[i].vector]);
    group = store_group(store, parent, "page-faults");
    for (size_t i = 0; i < sizeof page_faults / sizeof *page_faults; i++)
        store_number_at(store, group, page_faults[i].name, &fault_pages[page_faults[i].error]);
}
