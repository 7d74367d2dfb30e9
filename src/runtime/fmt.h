/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf's small sister: %d %i %u %x %X %c %s %p %% with the lengths l, ll and z; a width (digits or *), the flags 0
 * and -, and a precision for %s (%.8s, %.*s).  %p is 0x and as many hex digits as it needs.  %s of NULL prints
 * "(null)". A conversion that is none of these is printed as it stands.  No floating point, no allocation, no state.
 *
 * %v is a tagged value as text (value_text.h), no deeper than the width if there is one: %4v.  Compilers do not know it
 * and would warn; %pv is the same for them and for us: an address, and a letter that says what stands there.
 */
#ifndef ACRE_FMT_H
#define ACRE_FMT_H

#include <stdarg.h>
#include <stddef.h>

/* Where text goes: put gets it in pieces, in order; a piece is not NUL-ended and lasts only for the call. */
struct fmt_sink {
    void (*put)(struct fmt_sink *sink, const char *text, size_t size);
};

struct value;

/*
 * What prints %v: writes the value to sink, no deeper than depth (0: as deep as it can), and returns the bytes written.
 * NULL, as at the start: %v prints the address, as %p.  A program that has values sets it to value_print.
 */
extern size_t (*fmt_value)(struct fmt_sink *sink, const struct value *value, size_t depth);

/* Lets the compiler compare the arguments with the format string, which are parameters number `text` and `first`. */
#define FMT_PRINTF(text, first) __attribute__((format(printf, text, first)))

/* The length of a uint64_t, which is a long in 64 bit and a long long in 32: fmt_write(s, "%" FMT_64 "u", n). */
#if __SIZEOF_LONG__ == 8
#define FMT_64 "l"
#else
#define FMT_64 "ll"
#endif

/* Writes to sink and returns the bytes written. */
size_t fmt_write(struct fmt_sink *sink, const char *format, ...) FMT_PRINTF(2, 3);
size_t fmt_vwrite(struct fmt_sink *sink, const char *format, va_list arguments) FMT_PRINTF(2, 0);

/*
 * Writes to buffer, of which size bytes are touched at most; NUL-ended if size is not 0.  Returns the length of the
 * whole text: if that is size or more, the buffer holds only its beginning.
 */
size_t fmt_text(char *buffer, size_t size, const char *format, ...) FMT_PRINTF(3, 4);
size_t fmt_vtext(char *buffer, size_t size, const char *format, va_list arguments) FMT_PRINTF(3, 0);

#endif
