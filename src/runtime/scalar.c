/* SPDX-License-Identifier: Apache-2.0 */
#include "scalar.h"

#include "bytes.h"

struct integer_value *integer_create(struct tagged *tagged, int64_t number)
{
    struct integer_value *integer = tagged_new(tagged, TAG_INTEGER, sizeof *integer, 0);

    if (integer)
        *integer = (struct integer_value){.number = number};
    return integer;
}

struct string_value *string_blank(struct tagged *tagged, size_t size)
{
    struct string_value *string = tagged_new(tagged, TAG_STRING, STRING_FIXED, size);

    if (string) {
        string->head.link = NULL;
        string->size = (uint32_t)size;
        string->text[size] = '\0';
    }
    return string;
}

struct string_value *string_create(struct tagged *tagged, const char *text, size_t size)
{
    struct string_value *string = string_blank(tagged, size);

    if (string)
        bytes_copy(string->text, text, size);
    return string;
}

struct string_value *string_from(struct tagged *tagged, const char *text)
{
    return string_create(tagged, text, text_length(text));
}
