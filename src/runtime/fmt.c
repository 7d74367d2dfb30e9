/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the format; text between conversions goes to the sink in one piece.  Numbers are written from their
 * last digit up into a buffer on the stack (digits.h).
 */
#include "fmt.h"

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "digits.h"

#define PAD_PIECE 16

/* A conversion being read. */
struct conversion {
    bool left, zero, upper;
    int longs; /* 0: int, 1: long, 2: long long, 3: size_t */
    size_t width;
    size_t precision; /* of %s; SIZE_MAX if there is none */
    const char *prefix; /* "-", "0x" or "" */
};

size_t (*fmt_value)(struct fmt_sink *sink, const struct value *value, size_t depth);

/* What writing needs all over. */
struct writer {
    struct fmt_sink *sink;
    size_t written;
};

static void put(struct writer *writer, const char *text, size_t size)
{
    if (size)
        writer->sink->put(writer->sink, text, size);
    writer->written += size;
}

static void pad(struct writer *writer, char with, size_t size)
{
    char piece[PAD_PIECE];

    bytes_fill(piece, with, sizeof piece);
    for (; size > sizeof piece; size -= sizeof piece)
        put(writer, piece, sizeof piece);
    put(writer, piece, size);
}

/* Writes prefix and text; zeros go between them, blanks before or behind both. */
static void put_field(struct writer *writer, const struct conversion *c, const char *text, size_t size)
{
    size_t length = text_length(c->prefix) + size;
    size_t missing = c->width > length ? c->width - length : 0;

    if (!c->left && !c->zero)
        pad(writer, ' ', missing);
    put(writer, c->prefix, length - size);
    if (!c->left && c->zero)
        pad(writer, '0', missing);
    put(writer, text, size);
    if (c->left)
        pad(writer, ' ', missing);
}

static void put_number(struct writer *writer, const struct conversion *c, uint64_t value, bool hex)
{
    char digits[DIGITS_MAX], *end = digits + sizeof digits;
    char *first = hex ? digits_hexadecimal(end, value, c->upper) : digits_decimal(end, value);

    put_field(writer, c, first, (size_t)(end - first));
}

static void put_string(struct writer *writer, struct conversion *c, const char *text)
{
    size_t length = 0;

    if (!text)
        text = "(null)";
    while (length < c->precision && text[length])
        length++;
    c->zero = false;
    put_field(writer, c, text, length);
}

static uint64_t unsigned_argument(const struct conversion *c, va_list *arguments)
{
    switch (c->longs) {
    case 0:
        return va_arg(*arguments, unsigned int);
    case 1:
        return va_arg(*arguments, unsigned long);
    case 2:
        return va_arg(*arguments, unsigned long long);
    default:
        return va_arg(*arguments, size_t);
    }
}

static int64_t signed_argument(const struct conversion *c, va_list *arguments)
{
    switch (c->longs) {
    case 0:
        return va_arg(*arguments, int);
    case 1:
        return va_arg(*arguments, long);
    case 2:
        return va_arg(*arguments, long long);
    default:
        return va_arg(*arguments, ptrdiff_t);
    }
}

/* A number in digits, or the next argument for a *; a negative one counts as 0. */
static const char *read_count(const char *format, va_list *arguments, size_t *count)
{
    int value = 0;

    if (*format == '*') {
        value = va_arg(*arguments, int);
        format++;
    } else {
        for (; *format >= '0' && *format <= '9'; format++)
            value = value < 100000 ? value * 10 + (*format - '0') : value;
    }
    *count = value > 0 ? (size_t)value : 0;
    return format;
}

/* Reads flags, width, precision and length; returns where the conversion's letter stands. */
static const char *read_conversion(const char *format, va_list *arguments, struct conversion *c)
{
    *c = (struct conversion){.precision = SIZE_MAX, .prefix = ""};
    for (; *format == '-' || *format == '0'; format++) {
        c->left |= *format == '-';
        c->zero |= *format == '0';
    }
    format = read_count(format, arguments, &c->width);
    if (*format == '.')
        format = read_count(format + 1, arguments, &c->precision);
    for (; *format == 'l' && c->longs < 2; format++)
        c->longs++;
    if (*format == 'z') {
        c->longs = 3;
        format++;
    }
    return format;
}

static void put_address(struct writer *writer, struct conversion *c, const void *address)
{
    c->prefix = "0x";
    put_number(writer, c, (uintptr_t)address, true);
}

static void put_value(struct writer *writer, struct conversion *c, const struct value *value)
{
    if (fmt_value)
        writer->written += fmt_value(writer->sink, value, c->width);
    else
        put_address(writer, c, value);
}

/* Writes one argument as the letter says; false if it is no letter of ours. */
static bool convert(struct writer *writer, struct conversion *c, char letter, va_list *arguments)
{
    int64_t number;
    char single;

    switch (letter) {
    case 'd':
    case 'i':
        number = signed_argument(c, arguments);
        c->prefix = number < 0 ? "-" : "";
        put_number(writer, c, number < 0 ? -(uint64_t)number : (uint64_t)number, false);
        return true;
    case 'X':
    case 'x':
    case 'u':
        c->upper = letter == 'X';
        put_number(writer, c, unsigned_argument(c, arguments), letter != 'u');
        return true;
    case 'p':
        put_address(writer, c, va_arg(*arguments, void *));
        return true;
    case 'v':
        put_value(writer, c, va_arg(*arguments, const struct value *));
        return true;
    case 's':
        put_string(writer, c, va_arg(*arguments, const char *));
        return true;
    case 'c':
        single = (char)va_arg(*arguments, int);
        c->zero = false;
        put_field(writer, c, &single, 1);
        return true;
    default:
        return false;
    }
}

/* Writes the conversion whose % stands at format; returns what follows it. */
static const char *put_conversion(struct writer *writer, const char *format, va_list *arguments)
{
    struct conversion c;
    const char *letter = read_conversion(format + 1, arguments, &c);

    letter += letter[0] == 'p' && letter[1] == 'v'; /* %pv is %v */
    if (*letter == '%')
        put(writer, "%", 1);
    else if (!convert(writer, &c, *letter, arguments))
        put(writer, format, (size_t)(letter - format) + (*letter != '\0'));
    return letter + (*letter != '\0');
}

size_t fmt_vwrite(struct fmt_sink *sink, const char *format, va_list arguments)
{
    struct writer writer = {sink, 0};
    va_list rest; /* a va_list parameter may be an array, whose address is another type's */

    va_copy(rest, arguments);
    while (*format) {
        size_t plain = 0;

        while (format[plain] && format[plain] != '%')
            plain++;
        put(&writer, format, plain);
        format += plain;
        if (*format)
            format = put_conversion(&writer, format, &rest);
    }
    va_end(rest);
    return writer.written;
}

size_t fmt_write(struct fmt_sink *sink, const char *format, ...)
{
    va_list arguments;
    size_t written;

    va_start(arguments, format);
    written = fmt_vwrite(sink, format, arguments);
    va_end(arguments);
    return written;
}
