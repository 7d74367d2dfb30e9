/* SPDX-License-Identifier: Apache-2.0 */
#include "filenode.h"

#include <stddef.h>

#include "kernel/kheap.h"

uint64_t filenode_bytes;

void *filenode_new(uint64_t size)
{
    void *node = kheap_new(size);

    filenode_bytes += node ? size : 0;
    return node;
}

void filenode_delete(void *node, uint64_t size)
{
    if (kheap_delete(node, size) == STATUS_OK)
        filenode_bytes -= size;
}
