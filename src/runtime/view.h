/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views: values that are not the thing but say where it stands.  A view of a counter is the counter itself, never a
 * copy: who reads it reads the memory that the kernel counts in, and so does who has only a dump of that memory.  What
 * a view shows must stay where it is as long as the view; reading changes nothing.
 *
 *   kind      at the address                                                extra
 *   U8..U64   an unsigned number of so many bits                            0
 *   SIGNED    an int64_t                                                    0
 *   FLAG      a byte: 0 is false, all others true                           0
 *   TEXT      a text that ends at its NUL, or after extra bytes             bytes of the array
 *   RING      a struct textring (textring.h): a list of its lines           0
 *   ADDRESS   a uint64_t that is an address                                 0
 *   HERE      nothing: the address itself is what is shown                  0
 */
#ifndef ACRE_VIEW_H
#define ACRE_VIEW_H

#include "value.h"

/* X(NAME, number): numbers never change, since dumps are read by other versions. */
#define VIEW_LIST(X) \
    X(U8, 1) X(U16, 2) X(U32, 3) X(U64, 4) X(SIGNED, 5) X(FLAG, 6) X(TEXT, 7) X(RING, 8) X(ADDRESS, 9) X(HERE, 10)

#define VIEW_ENUM_ROW(NAME, number) VIEW_##NAME = number,

enum view_kind { VIEW_LIST(VIEW_ENUM_ROW) VIEW_COUNT };

struct view_value {
    struct value head;
    uint32_t kind; /* enum view_kind */
    uint32_t extra;
    uint64_t address;
};

/* NULL: no memory. */
struct view_value *view_create(struct tagged *tagged, enum view_kind kind, uint64_t address, uint32_t extra);

/* Bytes before the NUL of a VIEW_TEXT; at most its extra. */
uint32_t view_text_size(const struct view_value *view);

/* What an unsigned kind, FLAG, ADDRESS or HERE shows; a SIGNED one as its two's complement. */
uint64_t view_number(const struct view_value *view);

#endif
