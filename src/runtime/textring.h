/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text rings: the last bytes of a text that never ends, for logs.  Byte number n of all that was ever written stands at
 * bytes[n & (capacity - 1)]; so a ring can be read from a memory dump, and writing needs no memory.
 *
 * Not for several CPUs at once, nor for writers that interrupt each other: the caller locks.
 */
#ifndef ACRE_TEXTRING_H
#define ACRE_TEXTRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct textring {
    uint64_t written; /* bytes, ever */
    uint32_t capacity; /* bytes there is room for: a power of two */
    uint32_t unused;
    char bytes[]; /* capacity of them */
};

/* Makes an empty ring of `size` bytes of memory, of which it uses the largest power of two that fits; size is more than
 * sizeof(struct textring). */
void textring_init(struct textring *ring, size_t size);

/* Writes at the end; what no longer fits is lost at the beginning. */
void textring_put(struct textring *ring, const char *text, size_t size);

/*
 * A walk over the whole lines that are still there, oldest first, without their line ends; the last one may lack its
 * line end.  Each comes in one or two pieces, since it may go over the end of the memory.
 */
struct textring_walk {
    const struct textring *ring;
    uint64_t at; /* number of the next line's first byte */
};

struct textring_line {
    const char *first, *second; /* the second piece; NULL if there is none */
    uint32_t first_size, second_size;
};

void textring_walk_start(struct textring_walk *walk, const struct textring *ring);

/* Stores the next line and returns true; false when there is none. */
bool textring_walk_next(struct textring_walk *walk, struct textring_line *line);

#endif
