/* SPDX-License-Identifier: Apache-2.0 */
/* ChaCha20's block: the key streams of RFC 8439, appendix A.1, whose nonce is zero: vectors 1 to 4. */
#include "tap.h"

#include "unix/chacha.h"

struct vector {
    const char *name;
    uint8_t key[32];
    uint64_t counter;
    uint8_t first[16]; /* of the block */
};

static const struct vector vectors[] = {
    { "key 0, block 0", { 0 }, 0,
      { 0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90, 0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28 } },
    { "key 0, block 1", { 0 }, 1,
      { 0x9f, 0x07, 0xe7, 0xbe, 0x55, 0x51, 0x38, 0x7a, 0x98, 0xba, 0x97, 0x7c, 0x73, 0x2d, 0x08, 0x0d } },
    { "key 0 but for its last bit, block 1", { [31] = 1 }, 1,
      { 0x3a, 0xeb, 0x52, 0x24, 0xec, 0xf8, 0x49, 0x92, 0x9b, 0x9d, 0x82, 0x8d, 0xb1, 0xce, 0xd4, 0xdd } },
    { "key 0 but for its second byte, block 2", { [1] = 0xff }, 2,
      { 0x72, 0xd5, 0x4d, 0xfb, 0xf1, 0x2e, 0xc4, 0x4b, 0x36, 0x26, 0x92, 0xdf, 0x94, 0x13, 0x7f, 0x32 } },
};

static void test_vector(const struct vector *v)
{
    uint32_t key[CHACHA_KEY_WORDS], block[CHACHA_BLOCK_WORDS];

    memcpy(key, v->key, sizeof key);
    chacha_block(key, v->counter, block);
    tap_ok(!memcmp(block, v->first, sizeof v->first), "%s", v->name);
}

/* The upper half of the counter counts, too. */
static void test_counter(void)
{
    uint32_t key[CHACHA_KEY_WORDS] = { 1 }, one[CHACHA_BLOCK_WORDS], two[CHACHA_BLOCK_WORDS];

    chacha_block(key, 7, one);
    chacha_block(key, 7 | 1ull << 32, two);
    tap_ok(memcmp(one, two, sizeof one), "blocks 7 and 2^32 + 7 differ");
}

int main(void)
{
    unsigned count = sizeof vectors / sizeof vectors[0];

    tap_plan(count + 1);
    for (unsigned i = 0; i < count; i++)
        test_vector(&vectors[i]);
    test_counter();
    return tap_done();
}
