/* SPDX-License-Identifier: Apache-2.0 */
/* The child's books say what is imported: an id of the parent whose ids are all the child's and free goes back. */
#include "idheap_import.h"

#include "range.h"

/* Which of the parent's ids could serve the request; false if none can lie within its limits. */
static bool parents_request(const struct idheap_import *import, const struct idheap_request *request,
                            struct idheap_request *wanted)
{
    uint64_t size = (uint64_t)1 << import->shift, lower = request->lower >> import->shift;

    lower += request->lower % size != 0;
    wanted->count = (request->count >> import->shift) + (request->count % size != 0);
    wanted->align = range_max(request->align >> import->shift, 1);
    wanted->lower = range_max(import->lower, lower);
    wanted->upper = import->upper ? import->upper : UINT64_MAX;
    if (request->upper)
        wanted->upper = range_min(wanted->upper, request->upper >> import->shift);
    return wanted->upper != 0;
}

/* Imports `count` ids in a row from `first` on, which the parent has just given. */
static enum status add_imported(struct idheap_import *import, uint64_t first, uint64_t count)
{
    enum status status = idheap_add(import->child, first << import->shift, count << import->shift);

    if (status == STATUS_OK)
        import->imported += count;
    else if (idheap_free_span(import->parent, first, count) != STATUS_OK)
        status = STATUS_CORRUPT; /* there was room in the parent's books for its being free before */
    return status;
}

/* Gives an id of the parent back if the child has all of its ids, from an import, and uses none. */
static void return_one(struct idheap_import *import, uint64_t id)
{
    uint64_t base = id << import->shift, size = (uint64_t)1 << import->shift;

    if (idheap_states(import->child, base, size) != IDHEAP_FREE ||
        idheap_remove(import->child, base, size) != STATUS_OK)
        return;
    if (idheap_free_span(import->parent, id, 1) == STATUS_OK)
        import->imported--;
    else
        (void)!idheap_add(import->child, base, size); /* the parent has no memory for it: it stays with the child */
}

static void return_some(struct idheap_import *import, uint64_t first, uint64_t last)
{
    for (uint64_t id = first; id <= last; id++)
        return_one(import, id);
}

/* The child has no such span: takes it from what is imported for it. */
static enum status alloc_importing(struct idheap_import *import, const struct idheap_request *request, uint64_t *base)
{
    struct idheap_request wanted;
    uint64_t first;
    enum status status;

    if (!parents_request(import, request, &wanted))
        return STATUS_NOT_FOUND;
    status = idheap_alloc_span(import->parent, &wanted, &first);
    if (status == STATUS_OK)
        status = add_imported(import, first, wanted.count);
    if (status != STATUS_OK)
        return status;
    status = idheap_alloc_span(import->child, request, base);
    /* A free run before the import can have made some of it unnecessary. */
    return_some(import, first, first + wanted.count - 1);
    return status;
}

enum status idheap_import_alloc(struct idheap_import *import, const struct idheap_request *request, uint64_t *base)
{
    enum status status = idheap_alloc_span(import->child, request, base);

    return status == STATUS_NOT_FOUND ? alloc_importing(import, request, base) : status;
}

enum status idheap_import_free(struct idheap_import *import, uint64_t base, uint64_t count)
{
    enum status status = idheap_free_span(import->child, base, count);

    if (status == STATUS_OK)
        return_some(import, base >> import->shift, (base + count - 1) >> import->shift);
    return status;
}
