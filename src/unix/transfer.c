/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer.h"

#include "abi_file.h"
#include "runtime/bytes.h"
#include "user.h"

struct transfer transfer_user(uint64_t address, uint64_t size)
{
    return (struct transfer){ .left = size, .at = address, .piece = size };
}

struct transfer transfer_kernel(void *address, uint64_t size)
{
    return (struct transfer){ .left = size, .at = (uintptr_t)address, .piece = size, .kernel = true };
}

struct transfer transfer_pieces(const struct abi_iovec *pieces, uint64_t total)
{
    return (struct transfer){ .left = total, .next = pieces };
}

/* How many of `size` bytes lie in one piece from t->at on. */
static uint64_t in_a_row(struct transfer *t, uint64_t size)
{
    while (!t->piece) {
        t->at = t->next->base;
        t->piece = t->next->size;
        t->next++;
    }
    return size < t->piece ? size : t->piece;
}

static void advance(struct transfer *t, uint64_t size)
{
    t->at += size;
    t->piece -= size;
    t->left -= size;
}

uint64_t transfer_put(struct transfer *t, const void *from, uint64_t size)
{
    uint64_t done = 0;

    while (done < size) {
        uint64_t part = in_a_row(t, size - done);
        const uint8_t *source = (const uint8_t *)from + done;

        if (t->kernel)
            bytes_copy((void *)t->at, source, part);
        else if (!user_write(t->at, source, part))
            break;
        advance(t, part);
        done += part;
    }
    return done;
}

uint64_t transfer_zeros(struct transfer *t, uint64_t size)
{
    uint64_t done = 0;

    while (done < size) {
        uint64_t part = in_a_row(t, size - done);

        if (t->kernel)
            bytes_fill((void *)t->at, 0, part);
        else if (!user_fill(t->at, 0, part))
            break;
        advance(t, part);
        done += part;
    }
    return done;
}

uint64_t transfer_get(struct transfer *t, void *to, uint64_t size)
{
    uint64_t done = 0;

    while (done < size) {
        uint64_t part = in_a_row(t, size - done);
        uint8_t *target = (uint8_t *)to + done;

        if (t->kernel)
            bytes_copy(target, (const void *)t->at, part);
        else if (!user_read(target, t->at, part))
            break;
        advance(t, part);
        done += part;
    }
    return done;
}
