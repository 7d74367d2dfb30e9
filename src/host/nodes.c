/* SPDX-License-Identifier: Apache-2.0 */
#include "nodes.h"

#include <stdlib.h>

static void *nodes_alloc(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void nodes_free(void *context, void *p, size_t size)
{
    (void)context;
    (void)size;
    free(p);
}

struct idheap_meta nodes_from_malloc(void)
{
    return (struct idheap_meta){nodes_alloc, nodes_free, NULL};
}
