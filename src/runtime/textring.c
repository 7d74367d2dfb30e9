/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The number of a byte that was ever written says where it stands, so there is no other state than how many there were.
 * What is there is [written - capacity, written); what stands before the first line end in it is the rest of a line
 * whose beginning is lost, unless nothing was lost yet.
 */
#include "textring.h"

#include "bytes.h"

/* The number of the first byte that is still there. */
static uint64_t ring_first(const struct textring *ring)
{
    return ring->written > ring->capacity ? ring->written - ring->capacity : 0;
}

static char ring_byte(const struct textring *ring, uint64_t number)
{
    return ring->bytes[number & (ring->capacity - 1)];
}

/* The number of the next line end from `at` on, or of the first byte not written yet. */
static uint64_t line_end(const struct textring *ring, uint64_t at)
{
    while (at < ring->written && ring_byte(ring, at) != '\n')
        at++;
    return at;
}

void textring_init(struct textring *ring, size_t size)
{
    uint32_t capacity = 1;

    while (2 * (uint64_t)capacity <= size - sizeof *ring)
        capacity *= 2;
    ring->written = 0;
    ring->capacity = capacity;
    ring->unused = 0;
}

void textring_put(struct textring *ring, const char *text, size_t size)
{
    while (size) {
        uint32_t at = (uint32_t)ring->written & (ring->capacity - 1), piece = ring->capacity - at;

        if (piece > size)
            piece = (uint32_t)size;
        bytes_copy(ring->bytes + at, text, piece);
        ring->written += piece;
        text += piece;
        size -= piece;
    }
}

void textring_walk_start(struct textring_walk *walk, const struct textring *ring)
{
    uint64_t first = ring_first(ring);

    *walk = (struct textring_walk){ring, first ? line_end(ring, first) + 1 : 0};
}

bool textring_walk_next(struct textring_walk *walk, struct textring_line *line)
{
    const struct textring *ring = walk->ring;
    uint64_t end;
    uint32_t at, size;

    if (walk->at >= ring->written)
        return false;
    end = line_end(ring, walk->at);
    at = (uint32_t)walk->at & (ring->capacity - 1);
    size = (uint32_t)(end - walk->at);
    *line = (struct textring_line){ring->bytes + at, NULL, size, 0};
    if (size > ring->capacity - at) {
        line->first_size = ring->capacity - at;
        line->second = ring->bytes;
        line->second_size = size - line->first_size;
    }
    walk->at = end + 1;
    return true;
}
