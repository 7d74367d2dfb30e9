/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers: bytes that change and grow.  The bytes may be written in place; their address changes when it grows. */
#ifndef ACRE_BUFFER_H
#define ACRE_BUFFER_H

#include "value.h"

struct buffer_value {
    struct value head;
    uint8_t *bytes; /* NULL while it has no memory */
    uint32_t size; /* bytes in use */
    uint32_t capacity; /* bytes there is room for */
};

/* An empty one, which has no memory beside its head yet; NULL: no memory. */
struct buffer_value *buffer_create(struct tagged *tagged);

/* Makes it `size` bytes long: bytes are lost at the end, or added as zeros.  STATUS_NO_MEMORY. */
MUST_USE enum status buffer_resize(struct tagged *tagged, struct buffer_value *buffer, size_t size);

/* Adds bytes at the end; they may be the buffer's own.  STATUS_NO_MEMORY. */
MUST_USE enum status buffer_append(struct tagged *tagged, struct buffer_value *buffer, const void *bytes, size_t size);

/* Makes it empty and frees its memory. */
void buffer_clear(struct tagged *tagged, struct buffer_value *buffer);

#endif
