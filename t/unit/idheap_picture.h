/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id heaps as pictures: '.' free, '#' used, ' ' not the heap's; a column is a block of ids, whose size the case says.
 */
#ifndef ACRE_IDHEAP_PICTURE_H
#define ACRE_IDHEAP_PICTURE_H

#include "tap.h"

#include "runtime/idheap.h"

#define LEAF 4096ull
#define FORK (LEAF * 64)
#define COLUMNS 40

static uint64_t nodes_out;

static inline void *node_alloc(void *context, size_t size)
{
    (void)context;
    nodes_out++;
    return malloc(size);
}

static inline void node_free(void *context, void *p, size_t size)
{
    (void)context;
    (void)size;
    nodes_out--;
    free(p);
}

static inline void start(struct idheap *heap, uint64_t origin)
{
    struct idheap_config config = {.name = "test", .origin = origin, .meta = {node_alloc, node_free, NULL}};

    if (idheap_init(heap, &config) != STATUS_OK)
        abort();
}

/* Makes what the picture shows, from id `first` on, `block` ids a column. */
static inline void set_up(struct idheap *heap, uint64_t first, uint64_t block, const char *picture)
{
    start(heap, 0);
    for (unsigned i = 0; picture[i]; i++) {
        uint64_t base = first + i * block;

        if (picture[i] != ' ' && idheap_add(heap, base, block) != STATUS_OK)
            abort();
        if (picture[i] == '#' && idheap_take(heap, base, block) != STATUS_OK)
            abort();
    }
}

/* Draws it; '?' for a column that is not of one state. */
static inline const char *draw(const struct idheap *heap, uint64_t first, uint64_t block)
{
    static char picture[COLUMNS + 1];

    for (unsigned i = 0; i < COLUMNS; i++) {
        uint32_t states = idheap_states(heap, first + i * block, block);

        picture[i] = states == IDHEAP_FREE ? '.' : states == IDHEAP_USED ? '#' : states == IDHEAP_FOREIGN ? ' ' : '?';
    }
    for (unsigned i = COLUMNS; i && picture[i - 1] == ' '; i--)
        picture[i - 1] = '\0';
    return picture;
}

#endif
