/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The open containers stand in frames, outermost first, each with what is to be printed next of it; so there is no
 * recursion, and whether a container is inside itself is seen by looking through the frames.
 */
#include "value_text.h"

#include "buffer.h"
#include "entries.h"
#include "record.h"
#include "region.h"
#include "scalar.h"
#include "symbol.h"
#include "value_chars.h"
#include "vector.h"

struct frame {
    const struct value *container;
    uint32_t next; /* item or slot */
    bool begun; /* something of it is printed */
    bool half; /* the key of the entry is printed, its value is not */
};

struct printer {
    struct fmt_sink *sink;
    size_t written;
    uint32_t depth; /* frames in use */
    uint32_t limit; /* as many may be */
    uint32_t left; /* values that may still be printed */
    struct frame frames[VALUE_DEPTH_MAX];
};

static void put(struct printer *printer, const char *text, size_t size)
{
    if (size)
        printer->sink->put(printer->sink, text, size);
    printer->written += size;
}

/* With fmt's conversions. */
#define PUT(printer, ...) ((printer)->written += fmt_write((printer)->sink, __VA_ARGS__))

static bool is_plain(unsigned char c, char quote)
{
    return c >= ' ' && c <= '~' && c != (unsigned char)quote && c != '\\';
}

static void put_escape(struct printer *printer, unsigned char c)
{
    if (c == '\n')
        PUT(printer, "\\n");
    else if (c == '\t')
        PUT(printer, "\\t");
    else if (c >= ' ' && c <= '~')
        PUT(printer, "\\%c", c);
    else
        PUT(printer, "\\x%02x", c);
}

/* Between quotes; what needs no escape goes in one piece. */
static void put_quoted(struct printer *printer, char quote, const char *text, size_t size)
{
    put(printer, &quote, 1);
    for (size_t at = 0; at < size; at++) {
        size_t plain = at;

        while (plain < size && is_plain((unsigned char)text[plain], quote))
            plain++;
        put(printer, text + at, plain - at);
        at = plain;
        if (at < size)
            put_escape(printer, (unsigned char)text[at]);
    }
    put(printer, &quote, 1);
}

static bool is_name(const struct symbol_value *symbol)
{
    uint32_t at = 1;

    if (!symbol->size || !char_starts_name((unsigned char)symbol->text[0]))
        return false;
    while (at < symbol->size && char_in_name((unsigned char)symbol->text[at]))
        at++;
    return at == symbol->size;
}

static void put_symbol(struct printer *printer, const struct symbol_value *symbol)
{
    if (is_name(symbol))
        put(printer, symbol->text, symbol->size);
    else
        put_quoted(printer, '\'', symbol->text, symbol->size);
}

static void put_string(struct printer *printer, const struct string_value *string)
{
    put_quoted(printer, '"', string->text, string->size);
}

static void put_buffer(struct printer *printer, const struct buffer_value *buffer)
{
    put(printer, "#", 1);
    for (uint32_t i = 0; i < buffer->size; i++)
        PUT(printer, "%02x", buffer->bytes[i]);
}

static void put_heap(struct printer *printer, const struct heap_value *heap)
{
    struct heap_stats stats;

    heap_stats(heap->heap, &stats);
    put_symbol(printer, heap->name);
    PUT(printer, " allocated %" FMT_64 "u objects %" FMT_64 "u", stats.allocated, stats.objects);
}

static void put_region(struct printer *printer, const struct region_value *region)
{
    PUT(printer, "0x%" FMT_64 "x-0x%" FMT_64 "x %s", region->base, region->limit, region_type_name(region->type));
}

static void put_fault(struct printer *printer, const struct fault_value *fault)
{
    put_symbol(printer, fault->kind);
    PUT(printer, " 0x%" FMT_64 "x ", fault->address);
    put_string(printer, fault->text);
}

static void put_function(struct printer *printer, const struct function_value *function)
{
    put_symbol(printer, function->name);
    PUT(printer, " 0x%" FMT_64 "x", function->address);
}

/* What has no text that is read back. */
static void put_other(struct printer *printer, const struct value *value, uint32_t tag)
{
    PUT(printer, "<%s ", tag_name(tag));
    switch (tag) {
    case TAG_FUNCTION:
        put_function(printer, (const struct function_value *)value);
        break;
    case TAG_HEAP:
        put_heap(printer, (const struct heap_value *)value);
        break;
    case TAG_REGION:
        put_region(printer, (const struct region_value *)value);
        break;
    case TAG_PROGRAM:
        put_symbol(printer, ((const struct program_value *)value)->name);
        break;
    case TAG_FAULT:
        put_fault(printer, (const struct fault_value *)value);
        break;
    default:
        PUT(printer, "%p", (const void *)value);
        break;
    }
    put(printer, ">", 1);
}

/* The brackets of a container; NULL for what is none. */
static const char *brackets(const struct value *value)
{
    switch (tag_of(value)) {
    case TAG_TUPLE:
        return "()";
    case TAG_TABLE:
        return "{}";
    case TAG_VECTOR:
        return "[]";
    default:
        return NULL;
    }
}

static bool is_open(const struct printer *printer, const struct value *container)
{
    uint32_t depth = printer->depth;

    while (depth && printer->frames[depth - 1].container != container)
        depth--;
    return depth != 0;
}

static void open_container(struct printer *printer, const struct value *value, const char *pair)
{
    if (is_open(printer, value))
        PUT(printer, "<cycle>");
    else if (printer->depth == printer->limit)
        PUT(printer, "%c...%c", pair[0], pair[1]);
    else {
        put(printer, pair, 1);
        printer->frames[printer->depth++] = (struct frame){.container = value};
    }
}

static void put_value(struct printer *printer, const struct value *value)
{
    const char *pair = brackets(value);
    uint32_t tag = tag_of(value);

    printer->left--;
    if (pair)
        open_container(printer, value, pair);
    else if (!value)
        PUT(printer, "<null>");
    else if (tag == TAG_SYMBOL)
        put_symbol(printer, (const struct symbol_value *)value);
    else if (tag == TAG_INTEGER)
        PUT(printer, "%" FMT_64 "d", ((const struct integer_value *)value)->number);
    else if (tag == TAG_STRING)
        put_string(printer, (const struct string_value *)value);
    else if (tag == TAG_BUFFER)
        put_buffer(printer, (const struct buffer_value *)value);
    else
        put_other(printer, value, tag);
}

/* A blank between two items or entries. */
static void put_between(struct printer *printer, struct frame *frame)
{
    put(printer, " ", frame->begun);
    frame->begun = true;
}

static const struct value *next_item(struct printer *printer, struct frame *frame)
{
    const struct vector_value *vector = (const struct vector_value *)frame->container;

    if (frame->next == vector->count)
        return NULL;
    put_between(printer, frame);
    return vector->items[frame->next++];
}

/* First the entry's key, then its value. */
static const struct value *next_of_entry(struct printer *printer, struct frame *frame)
{
    const struct entries *entries = (const struct entries *)frame->container;

    if (frame->half) {
        PUT(printer, tag_of(frame->container) == TAG_TUPLE ? ": " : " = ");
        frame->half = false;
        return entries->slots[frame->next++].value;
    }
    while (frame->next < entries->used && !entries->slots[frame->next].key)
        frame->next++;
    if (frame->next == entries->used)
        return NULL;
    put_between(printer, frame);
    frame->half = true;
    return entries->slots[frame->next].key;
}

/* What is to be printed next within the innermost container, after what goes before it; NULL: the container ends. */
static const struct value *next_value(struct printer *printer, struct frame *frame)
{
    if (!printer->left) {
        PUT(printer, "...");
        return NULL;
    }
    if (tag_of(frame->container) == TAG_VECTOR)
        return next_item(printer, frame);
    return next_of_entry(printer, frame);
}

size_t value_print(struct fmt_sink *sink, const struct value *value, size_t depth)
{
    struct printer printer = {.sink = sink, .limit = VALUE_DEPTH_MAX, .left = VALUE_PRINT_MAX};

    if (depth && depth < VALUE_DEPTH_MAX)
        printer.limit = (uint32_t)depth;
    put_value(&printer, value);
    while (printer.depth) {
        struct frame *frame = &printer.frames[printer.depth - 1];
        const struct value *next = next_value(&printer, frame);

        if (next) {
            put_value(&printer, next);
        } else {
            put(&printer, brackets(frame->container) + 1, 1);
            printer.depth--;
        }
    }
    return printer.written;
}
