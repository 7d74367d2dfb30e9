/* SPDX-License-Identifier: Apache-2.0 */
/* The formatter into a buffer of fixed size. */
#include <stdint.h>

#include "bytes.h"
#include "fmt.h"

struct text_sink {
    struct fmt_sink sink; /* first, so that a pointer to it is one to the whole */
    char *next;
    size_t room; /* bytes that may still be written, the NUL not counted */
};

static void put_text(struct fmt_sink *sink, const char *text, size_t size)
{
    struct text_sink *to = (struct text_sink *)sink;

    if (size > to->room)
        size = to->room;
    bytes_copy(to->next, text, size);
    to->next += size;
    to->room -= size;
}

size_t fmt_vtext(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct text_sink to = {{put_text}, buffer, size ? size - 1 : 0};
    size_t written = fmt_vwrite(&to.sink, format, arguments);

    if (size)
        *to.next = '\0';
    return written;
}

size_t fmt_text(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t written;

    va_start(arguments, format);
    written = fmt_vtext(buffer, size, format, arguments);
    va_end(arguments);
    return written;
}
