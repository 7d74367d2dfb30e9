/* SPDX-License-Identifier: Apache-2.0 */
/* Memory at least doubles when it grows, so that each byte is copied twice at most on average. */
#include "buffer.h"

#include "bytes.h"

#define FIRST_CAPACITY 16u

struct buffer_value *buffer_create(struct tagged *tagged)
{
    struct buffer_value *buffer = tagged_new(tagged, TAG_BUFFER, sizeof *buffer, 0);

    if (buffer)
        *buffer = (struct buffer_value){.size = 0};
    return buffer;
}

/* What the capacity becomes for this many bytes. */
static uint64_t capacity_for(const struct buffer_value *buffer, uint64_t size)
{
    uint64_t capacity = buffer->capacity ? 2 * (uint64_t)buffer->capacity : FIRST_CAPACITY;

    return capacity > size ? capacity : size;
}

static bool fits(const struct buffer_value *buffer, size_t more)
{
    return more <= buffer->capacity - buffer->size;
}

/* Puts `more` bytes at the end, zeros if `from` is NULL.  The old memory goes last, since `from` may lie in it. */
static enum status add(struct tagged *tagged, struct buffer_value *buffer, const void *from, size_t more)
{
    uint8_t *old = buffer->bytes, *bytes = old;
    uint32_t old_capacity = buffer->capacity;

    if (!fits(buffer, more)) {
        uint64_t capacity = more <= TAGGED_BYTES_MAX ? capacity_for(buffer, (uint64_t)buffer->size + more) : more;

        bytes = tagged_new(tagged, TAG_BUFFER, 0, capacity);
        if (!bytes)
            return STATUS_NO_MEMORY;
        bytes_copy(bytes, old, buffer->size);
        buffer->bytes = bytes;
        buffer->capacity = (uint32_t)capacity;
    }
    if (from)
        bytes_copy(bytes + buffer->size, from, more);
    else
        bytes_fill(bytes + buffer->size, 0, more);
    buffer->size += (uint32_t)more;
    if (bytes != old)
        tagged_delete(tagged, TAG_BUFFER, old, old_capacity);
    return STATUS_OK;
}

enum status buffer_append(struct tagged *tagged, struct buffer_value *buffer, const void *bytes, size_t size)
{
    return size ? add(tagged, buffer, bytes, size) : STATUS_OK;
}

enum status buffer_resize(struct tagged *tagged, struct buffer_value *buffer, size_t size)
{
    if (size > buffer->size)
        return add(tagged, buffer, NULL, size - buffer->size);
    buffer->size = (uint32_t)size;
    if (!size)
        buffer_clear(tagged, buffer);
    return STATUS_OK;
}

void buffer_clear(struct tagged *tagged, struct buffer_value *buffer)
{
    tagged_delete(tagged, TAG_BUFFER, buffer->bytes, buffer->capacity);
    buffer->bytes = NULL;
    buffer->size = buffer->capacity = 0;
}
