/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value is an object in tagged memory: its address says what it is.  struct value is what all of them start with; the
 * struct of the object whose tag is called NAME is struct NAME_value, in the header of its module:
 *
 *   symbol_value              symbol.h        tuple_value, table_value   tuple.h, table.h (both over entries.h)
 *   integer_, string_value    scalar.h        function_, heap_, region_, program_, fault_, unknown_value   record.h
 *   vector_, buffer_value     vector.h, buffer.h          view_value   view.h
 *
 * Ownership.  A container refers to values and does not own them: the same value may be in several, and taking it out
 * of one frees nothing.  What a graph of values holds is freed as a whole by value_destroy, or object by object by
 * value_free.  Symbols are never freed singly (symbol.h).
 */
#ifndef ACRE_VALUE_H
#define ACRE_VALUE_H

#include "tagged.h"

struct value {
    struct value *link; /* NULL; next in the pile while value_destroy is at work.  Symbols: the next in their chain */
};

/*
 * The tag in a value's address; it may be no listed one (see tag_name) if the pointer is to no value.  NULL has
 * TAG_NONE.
 */
uint32_t tag_of(const struct value *value);

/* The value, if it has this tag; otherwise a value fault, "wrong tag". */
void *value_check(struct value *value, uint32_t wanted);

/*
 * For each tag the checked cast value_as_NAME from a value, and NAME_as_value, which needs no check and takes NULL for
 * NULL.
 */
#define VALUE_CASTS(name, NAME, number) \
    struct name##_value; \
    static inline struct name##_value *value_as_##name(struct value *value) \
    { \
        return (struct name##_value *)value_check(value, TAG_##NAME); \
    } \
    static inline struct value *name##_as_value(struct name##_value *name) \
    { \
        return (struct value *)name; \
    }
TAG_LIST(VALUE_CASTS)

/*
 * Frees this one object and its own memory, not what it refers to.  Does nothing for NULL and for a symbol.  A pointer
 * whose tag is not listed is a value fault, "not a value".
 */
void value_free(struct tagged *tagged, struct value *value);

/*
 * Frees the value and all that can be reached from it, each once, however often it is reached and whatever the cycles;
 * symbols stay.  Needs no memory and no deep stack.
 */
void value_destroy(struct tagged *tagged, struct value *value);

#endif
