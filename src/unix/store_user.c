/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look changes nothing: while the kernel reads for the store, a page that is not there is not made, so that no frame
 * is taken and no signal is raised.
 *
 * What the program's memory holds is the program's: a text may be without end, and change from one look to the next.
 */
#include "store_user.h"

#include <stddef.h>

#include "runtime/storeout.h"
#include "user.h"
#include "x86_64/trap.h"

static char text[STORE_USER_TEXT];

bool store_user_read(void *to, uint64_t from, uint64_t size)
{
    bool (*resolve)(uint64_t address, uint64_t error) = trap_resolve;
    bool there;

    trap_resolve = NULL;
    there = user_read(to, from, size);
    trap_resolve = resolve;
    return there;
}

/* A text of the program's, as far as it was read. */
struct piece {
    uint64_t length; /* bytes in `text`, the NUL not among them */
    bool end; /* it ends with them */
};

static bool read_text(struct piece *piece, uint64_t from, uint64_t limit)
{
    uint64_t size = limit - from < sizeof text ? limit - from : sizeof text, length = 0;

    if (!store_user_read(text, from, size))
        return false;
    while (length < size && text[length])
        length++;
    *piece = (struct piece){ length, length < size || from + size == limit };
    return true;
}

/* The address behind the text's NUL, of which a piece has been read up to `from`; `limit` if it cannot be read on. */
static uint64_t skip(struct piece *piece, uint64_t from, uint64_t limit)
{
    while (!piece->end) {
        if (!read_text(piece, from, limit))
            return limit;
        from += piece->length;
    }
    return from + 1;
}

void store_user_texts(struct store_out *out, uint64_t base, uint64_t limit)
{
    struct piece piece;

    store_array(out);
    while (base < limit && !store_out_over(out) && read_text(&piece, base, limit)) {
        if (store_item(out))
            store_text(out, text, piece.length);
        base = skip(&piece, base + piece.length, limit);
    }
    store_end(out);
}
