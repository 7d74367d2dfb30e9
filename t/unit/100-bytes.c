/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes, texts and statuses.  bytes.c is compiled a second time here, in its portable form, and bytes_abi.c under names
 * that libc does not have.
 */
#include "tap.h"

#include "runtime/bytes.h"
#include "runtime/status.h"

#define BYTES_PORTABLE
#define bytes_copy portable_copy
#define bytes_move portable_move
#define bytes_fill portable_fill
#define bytes_compare portable_compare
#define text_length portable_length
#define text_equal portable_equal
#define text_starts portable_starts
void portable_copy(void *to, const void *from, size_t size);
void portable_move(void *to, const void *from, size_t size);
void portable_fill(void *to, int value, size_t size);
int portable_compare(const void *left, const void *right, size_t size);
size_t portable_length(const char *text);
bool portable_equal(const char *left, const char *right);
bool portable_starts(const char *text, const char *prefix);
#include "runtime/bytes.c"
#undef bytes_copy
#undef bytes_move
#undef bytes_fill
#undef bytes_compare
#undef text_length
#undef text_equal
#undef text_starts

#define memcpy abi_memcpy
#define memmove abi_memmove
#define memset abi_memset
#define memcmp abi_memcmp
#include "runtime/bytes_abi.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

#define ROOM 96

struct functions {
    const char *name;
    void (*copy)(void *to, const void *from, size_t size);
    void (*move)(void *to, const void *from, size_t size);
    void (*fill)(void *to, int value, size_t size);
};

static const struct functions both[] = {
    {"string instructions", bytes_copy, bytes_move, bytes_fill},
    {"portable", portable_copy, portable_move, portable_fill},
};

static void pattern(uint8_t *p)
{
    for (unsigned i = 0; i < ROOM; i++)
        p[i] = (uint8_t)(i * 7 + 1);
}

/* Every size and offset up to three words: the right bytes change and no others. */
static bool copies(const struct functions *f)
{
    for (size_t size = 0; size <= 24; size++)
        for (size_t to = 0; to < 9; to++) {
            uint8_t got[ROOM], want[ROOM], from[ROOM];

            pattern(from);
            memset(got, 0xee, ROOM);
            memset(want, 0xee, ROOM);
            f->copy(got + to, from + 3, size);
            memcpy(want + to, from + 3, size);
            if (memcmp(got, want, ROOM))
                return false;
        }
    return true;
}

/* Every overlap: to the left, to the right, onto itself. */
static bool moves(const struct functions *f)
{
    for (size_t size = 0; size <= 32; size++)
        for (size_t to = 0; to <= 64; to++) {
            uint8_t got[ROOM], want[ROOM];

            pattern(got);
            pattern(want);
            f->move(got + to, got + 32, size);
            memmove(want + to, want + 32, size);
            if (memcmp(got, want, ROOM))
                return false;
        }
    return true;
}

static bool fills(const struct functions *f)
{
    for (size_t size = 0; size <= 40; size++)
        for (size_t to = 0; to < 9; to++) {
            uint8_t got[ROOM], want[ROOM];

            pattern(got);
            pattern(want);
            f->fill(got + to, 0x1a5, size);
            memset(want + to, 0xa5, size);
            if (memcmp(got, want, ROOM))
                return false;
        }
    return true;
}

static void test_texts(void)
{
    tap_is_u64(text_length(""), 0, "an empty text has no bytes");
    tap_is_u64(text_length("frame"), 5, "text_length counts up to the NUL");
    tap_ok(text_equal("a20", "a20") && text_equal("", ""), "equal texts are equal");
    tap_ok(!text_equal("a20", "a2") && !text_equal("a2", "a20") && !text_equal("a", "b"), "others are not");
    tap_ok(text_starts("name=value", "name=") && text_starts("x", ""), "text_starts finds a prefix");
    tap_ok(!text_starts("name", "name=") && !text_starts("Name=", "name="), "and no other");
}

static void test_compare(void)
{
    tap_ok(bytes_compare("abc", "abd", 2) == 0, "bytes_compare looks at no more than size bytes");
    tap_ok(bytes_compare("abc", "abd", 3) < 0 && bytes_compare("abd", "abc", 3) > 0, "and orders");
    tap_ok(bytes_compare("\x7f", "\x80", 1) < 0, "bytes are unsigned");
    tap_ok(bytes_compare("a", "b", 0) == 0, "nothing equals nothing");
}

/* What a compiler calls on its own: as bytes.c, but the destination is returned. */
static void test_abi(void)
{
    char text[16] = "region";

    tap_ok(abi_memcpy(text + 8, text, 7) == text + 8 && !strcmp(text + 8, "region"), "memcpy copies and returns");
    tap_ok(abi_memmove(text + 2, text, 6) == text + 2 && !memcmp(text, "reregion", 8), "memmove stands an overlap");
    tap_ok(abi_memset(text, 'x', 3) == text && !memcmp(text, "xxxegion", 8), "memset fills");
    tap_ok(abi_memcmp("abc", "abd", 3) < 0 && abi_memcmp("abc", "abd", 2) == 0, "memcmp orders");
}

int main(void)
{
    tap_plan(2 * 3 + 6 + 4 + 4 + 2);
    for (unsigned i = 0; i < 2; i++) {
        tap_ok(copies(&both[i]), "%s: bytes_copy copies what it shall and nothing else", both[i].name);
        tap_ok(moves(&both[i]), "%s: bytes_move stands overlaps", both[i].name);
        tap_ok(fills(&both[i]), "%s: bytes_fill fills with the low 8 bits", both[i].name);
    }
    test_texts();
    test_compare();
    test_abi();
    tap_is_text(status_text(STATUS_NOT_ALLOCATED), "not allocated", "a status has a text");
    tap_is_text(status_text((enum status)99), "unknown status", "and so has a value that is none");
    return tap_done();
}
