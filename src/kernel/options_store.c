/* SPDX-License-Identifier: Apache-2.0 */
#include "kstore.h"
#include "options.h"
#include "runtime/bytes.h"

#define KEY_OPTION "metakey="

struct options_store options_store;
bool kstore_present;

bool options_read_meta(const char *value)
{
    options_store.off = text_equal(value, "off");
    options_store.write = text_equal(value, "write");
    return options_store.off || options_store.write || text_equal(value, "read");
}

/* A hexadecimal digit's value; above 15: it is none. */
static uint32_t digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (uint32_t)(c - 'a' + 10);
    return c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10) : 16;
}

bool options_read_metakey(const char *value)
{
    if (text_length(value) != 2 * sizeof options_store.key)
        return false;
    for (uint32_t i = 0; i < sizeof options_store.key; i++) {
        uint32_t high = digit_of(value[2 * i]), low = digit_of(value[2 * i + 1]);

        if (high > 15 || low > 15)
            return false;
        options_store.key[i] = (uint8_t)(high << 4 | low);
    }
    options_store.keyed = true;
    return true;
}

bool options_read_hold(const char *value)
{
    options_store.hold = text_equal(value, "1");
    return options_store.hold || text_equal(value, "0");
}

void options_blot(char *text)
{
    for (; *text; text++)
        if (text_starts(text, KEY_OPTION))
            for (text += text_length(KEY_OPTION); *text && *text != ' '; text++)
                *text = '*';
}
