/* SPDX-License-Identifier: Apache-2.0 */
#include "values.h"

#include "panic.h"
#include "runtime/value_text.h"
#include "tagheap.h"

struct tagged values;

static struct heap *heap_of(struct tagged *tagged, uint32_t tag)
{
    (void)tagged;
    return tagheap_of(tag);
}

static __attribute__((noreturn)) void fault(const struct value_fault *f)
{
    if (f->wanted == f->found)
        panic("%s: the memory at 0x%lx, tag %s: %s", f->what, f->address, tag_name(f->found), status_text(f->status));
    panic("%s: the value at 0x%lx is a %s, not a %s", f->what, f->address, tag_name(f->found), tag_name(f->wanted));
}

void values_init(void)
{
    tagged_init(&values, heap_of);
    value_fault_hook = fault;
    fmt_value = value_print;
}
