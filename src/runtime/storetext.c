/* SPDX-License-Identifier: Apache-2.0 */
#include "storetext.h"

#include "bytes.h"
#include "digits.h"

void storetext_put(struct store_out *out, const char *bytes, size_t size)
{
    if (size > out->size - out->used) {
        out->full = true;
        out->used = out->size;
        return;
    }
    bytes_copy(out->bytes + out->used, bytes, size);
    out->used += size;
}

void storetext_byte(struct store_out *out, char byte)
{
    if (out->used == out->size)
        out->full = true;
    else
        out->bytes[out->used++] = byte;
}

void storetext_decimal(struct store_out *out, uint64_t number)
{
    char digits[DIGITS_MAX], *end = digits + sizeof digits, *first = digits_decimal(end, number);

    storetext_put(out, first, (size_t)(end - first));
}

static bool is_plain(char c)
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static void put_escape(struct store_out *out, uint8_t byte)
{
    char words[6] = {'\\', 'u', '0', '0', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};

    if (byte == '"' || byte == '\\') {
        words[1] = (char)byte;
        storetext_put(out, words, 2);
    } else {
        storetext_put(out, words, sizeof words);
    }
}

void storetext_escaped(struct store_out *out, const char *bytes, size_t size)
{
    size_t at = 0, plain;

    while (at < size) {
        for (plain = at; plain < size && is_plain(bytes[plain]); plain++)
            ;
        storetext_put(out, bytes + at, plain - at);
        if (plain < size)
            put_escape(out, (uint8_t)bytes[plain]);
        at = plain + 1;
    }
}

void storetext_quoted(struct store_out *out, const char *bytes, size_t size)
{
    storetext_byte(out, '"');
    storetext_escaped(out, bytes, size);
    storetext_byte(out, '"');
}

void storetext_word(struct store_out *out, const char *word)
{
    storetext_quoted(out, word, text_length(word));
}

void storetext_address(struct store_out *out, uint64_t address)
{
    char digits[DIGITS_MAX], *end = digits + sizeof digits, *first;

    *--end = '"';
    first = digits_hexadecimal(end, address, false);
    *--first = 'x';
    *--first = '0';
    *--first = '"';
    storetext_put(out, first, (size_t)(digits + sizeof digits - first));
}
