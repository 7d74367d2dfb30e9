/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as text, and back.  What value_print writes of symbols, integers, strings, buffers and containers of them is
 * what value_parse reads, to the byte, as long as no limit was met:
 *
 *   value    one of:
 *     symbol   name, or 'text' where that is no name
 *     integer  -?[0-9]+, from -2^63 to 2^63 - 1
 *     string   "text"
 *     buffer   # and two hexadecimal digits a byte
 *     vector   [value value ...]
 *     tuple    (symbol: value symbol: value ...)
 *     table    {value = value value = value ...}
 *   name     a letter or _, then letters, digits, _ - and .
 *   text     any bytes; \n \t \\ \" \' \xHH for single ones, printed so where they are not printable ASCII
 *
 * Blanks (space, tab, CR, LF) stand anywhere between these, and must where two would run together.  Others are printed
 * between < and >, and are not read: <function name 0x1234>, <heap name allocated 4096 objects 2>,
 * <region 0x1000-0x9f000 usable>, <program name>, <fault kind 0x1234 "text">, <unknown 0x1234>, <view 0x1234>,
 * <null>.
 */
#ifndef ACRE_VALUE_TEXT_H
#define ACRE_VALUE_TEXT_H

#include "fmt.h"
#include "value.h"

#define VALUE_DEPTH_MAX 32u /* containers in each other */
#define VALUE_PRINT_MAX 0x100000u /* values in one print; a graph of few objects may have more paths than atoms exist */

/*
 * Writes a value to the sink and returns the bytes written.  A container inside itself is <cycle>; one deeper than
 * `depth` containers (0: VALUE_DEPTH_MAX) has ... for its contents; after VALUE_PRINT_MAX values every open one ends in
 * "...".  Needs no memory and about 1 KiB of stack.  The value must not change meanwhile.
 *
 * fmt_value = value_print makes %v of fmt.h print so.
 */
size_t value_print(struct fmt_sink *sink, const struct value *value, size_t depth);

/* Why a text could not be read. */
struct value_error {
    size_t offset; /* where reading stopped; size where the text ended too early */
    const char *what; /* in a few words; never freed */
};

/*
 * Reads one value, which is all of the text but blanks.  Every object in it is new, except symbols; value_destroy frees
 * them.  On failure *value is untouched, *error set, and all memory is given back but that of symbols not met before.
 * STATUS_INVALID: the text is no value, or more than VALUE_DEPTH_MAX containers deep, or has a key twice.
 * STATUS_NO_MEMORY.
 */
MUST_USE enum status value_parse(struct tagged *tagged, const char *text, size_t size, struct value **value,
                                 struct value_error *error);

#endif
