/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store's writer: JSON into memory of a fixed size, of which only what a query asks for is written.
 *
 * A producer says everything it has, in order, and the writer keeps what lies on the query's path, within its depth and
 * among its fields.  One that has much to say should heed the answers:
 *
 *     store_object(out);
 *     if (store_key(out, "frames"))             false: nobody wants it, the value may be left out
 *         store_number(out, count);
 *     store_key(out, "list");
 *     store_array(out);
 *     for (...)
 *         if (store_item(out))                  the same for an item
 *             store_address(out, ...);
 *     store_end(out);                           the array's
 *     store_end(out);                           the object's
 *
 * A value said although nobody wants it does no harm; a value without a key or an item before it, in a container, is a
 * mistake (nothing tests for it).  An entry whose value is not said is left out.
 *
 * Numbers are JSON integers from -2^63 to 2^64 - 1.  A text is bytes: those that are not printable ASCII are \u00XX, so
 * that the characters of the JSON text are the bytes.  Addresses are texts, "0x" and hexadecimal digits.  The JSON has
 * no blanks and no line ends.
 */
#ifndef ACRE_STOREOUT_H
#define ACRE_STOREOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

#define STORE_DEPTH_MAX 16u /* containers in each other, from the path's end on */
#define STORE_NEST_MAX 24u /* that a producer opens, the path's among them */
#define STORE_FIELDS_MAX 16u /* selected fields in a query */

enum store_mode {
    STORE_VALUES,
    STORE_TYPES, /* the word of its type for each leaf (STORE_TYPE_LIST), and only the first item of each list */
    STORE_LIST /* the same with all items, and a container beyond the depth is a word, too */
};

/* The words for types: what stands for a leaf in STORE_TYPES, and what configuration rows have. */
#define STORE_WORD_NUMBER "number" /* from 0 */
#define STORE_WORD_SIGNED "signed"
#define STORE_WORD_FLAG "flag"
#define STORE_WORD_TEXT "text"
#define STORE_WORD_ADDRESS "address"
#define STORE_WORD_OBJECT "object"
#define STORE_WORD_LIST "list"

struct store_text {
    const char *bytes;
    size_t size;
};

/* Whether a text without a NUL is that word. */
static inline bool store_text_is(struct store_text text, const char *word)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.bytes[i] != word[i])
            return false;
    return !word[text.size];
}

/*
 * What is asked for.  The path is names with a '.' between them, "" for all; an item of a list is named by its number
 * from 0.  depth: how many containers are open at most, the one at the path included; one beyond is {"+":N}, N being
 * the number of its entries.  Fields: a leaf of an object is left out unless its name is among them, or that of an
 * object above it, up to the path's end; without fields nothing is left out.
 */
struct store_query {
    struct store_text path;
    enum store_mode mode;
    uint32_t depth; /* at most STORE_DEPTH_MAX */
    uint32_t field_count; /* at most STORE_FIELDS_MAX */
    struct store_text fields[STORE_FIELDS_MAX];
};

struct store_frame {
    uint32_t count; /* entries so far */
    uint8_t doing; /* storeout.c's enum */
    bool list;
    bool all; /* its leaves need not be among the fields */
    bool begun; /* something of it is written, or the path goes on in one of its entries */
};

/* Everything in here is the writer's own. */
struct store_out {
    char *bytes;
    size_t size, used;
    const struct store_query *query;
    size_t path_at; /* bytes of the path that have been found */
    const char *key; /* of the next value, not written yet */
    size_t key_size;
    bool wanted; /* the next value is */
    bool found; /* what the path leads to is written */
    bool full;
    uint32_t nest, shown; /* open containers; those of them that are written */
    struct store_frame frames[STORE_NEST_MAX];
};

/* Starts a writing of what `query` asks for to size bytes.  Both must live until store_out_end. */
void store_out_start(struct store_out *out, const struct store_query *query, char *bytes, size_t size);

/*
 * Ends it and stores how many bytes were written.  STATUS_FULL: there was no room.  STATUS_NOT_FOUND: the path leads
 * nowhere; *written is how many bytes of it were found.  In both cases what stands in the memory means nothing.
 */
MUST_USE enum status store_out_end(struct store_out *out, size_t *written);

/* Whether all that is said from now on is lost: there is no room, or what the path leads to is written. */
bool store_out_over(const struct store_out *out);

/*
 * For who walks a part of the path on his own, before anything is said: the path's next name, of no bytes at its end
 * and where no name stands between two dots; and a step over one of so many bytes.
 */
struct store_text store_out_name(const struct store_out *out);
void store_out_step(struct store_out *out, size_t size);

/* A value: one of these, or a container with its entries up to store_end. */
void store_number(struct store_out *out, uint64_t number);
void store_signed(struct store_out *out, int64_t number);
void store_flag(struct store_out *out, bool flag);
void store_text(struct store_out *out, const char *bytes, size_t size);
void store_joined(struct store_out *out, struct store_text first, struct store_text second); /* one of two pieces */
void store_words(struct store_out *out, const char *text); /* up to its NUL; NULL is "" */
void store_address(struct store_out *out, uint64_t address);
void store_object(struct store_out *out);
void store_array(struct store_out *out);
void store_end(struct store_out *out);

/* What comes next in an object, or in a list.  False: nobody wants that value.  The name must live until the value. */
bool store_key(struct store_out *out, const char *name);
bool store_key_text(struct store_out *out, const char *name, size_t size);
bool store_item(struct store_out *out);

/*
 * True: the container that would come next, an object or a list of `count` entries, lies beyond the depth and is done;
 * false: it must be said.  A producer that knows its number saves counting entries one by one.
 */
bool store_beyond(struct store_out *out, uint64_t count, bool list);

/* A member of an object in one call. */
void store_number_of(struct store_out *out, const char *name, uint64_t number);
void store_signed_of(struct store_out *out, const char *name, int64_t number);
void store_flag_of(struct store_out *out, const char *name, bool flag);
void store_words_of(struct store_out *out, const char *name, const char *text);
void store_address_of(struct store_out *out, const char *name, uint64_t address);

#endif
