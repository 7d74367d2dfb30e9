/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the bytes of one read go, or those of one write come from: one piece of user memory, several, or a buffer of
 * the kernel.
 */
#ifndef ACRE_TRANSFER_H
#define ACRE_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

struct abi_iovec;

struct transfer {
    uint64_t left; /* bytes still to go, over all pieces */
    uint64_t at, piece; /* what is left of the piece that is being filled: its address, and bytes */
    const struct abi_iovec *next; /* the pieces after it; as many as `left` needs */
    bool kernel; /* `at` is an address of the kernel's own */
};

struct transfer transfer_user(uint64_t address, uint64_t size);
struct transfer transfer_kernel(void *address, uint64_t size);
struct transfer transfer_pieces(const struct abi_iovec *pieces, uint64_t total);

/* Moves `size` bytes, at most t->left, and returns how many went: fewer where the program's memory ends. */
uint64_t transfer_put(struct transfer *t, const void *from, uint64_t size);
uint64_t transfer_zeros(struct transfer *t, uint64_t size);
uint64_t transfer_get(struct transfer *t, void *to, uint64_t size);

#endif
