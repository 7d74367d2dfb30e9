/* SPDX-License-Identifier: Apache-2.0 */
/* About 900 instructions a block.  The counter has the place of the RFC's counter and of the nonce's first word. */
#include "chacha.h"

static uint32_t rotate(uint32_t value, unsigned bits)
{
    return value << bits | value >> (32 - bits);
}

static void quarter(uint32_t *s, unsigned a, unsigned b, unsigned c, unsigned d)
{
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 7);
}

static void double_round(uint32_t *s)
{
    for (unsigned i = 0; i < 4; i++)
        quarter(s, i, 4 + i, 8 + i, 12 + i);
    for (unsigned i = 0; i < 4; i++)
        quarter(s, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
}

void chacha_block(const uint32_t key[CHACHA_KEY_WORDS], uint64_t counter, uint32_t block[CHACHA_BLOCK_WORDS])
{
    uint32_t state[CHACHA_BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 }; /* RFC 8439, 2.3 */

    for (unsigned i = 0; i < CHACHA_KEY_WORDS; i++)
        state[4 + i] = key[i];
    state[12] = (uint32_t)counter;
    state[13] = (uint32_t)(counter >> 32);
    for (unsigned i = 0; i < CHACHA_BLOCK_WORDS; i++)
        block[i] = state[i];
    for (unsigned i = 0; i < 10; i++)
        double_round(block);
    for (unsigned i = 0; i < CHACHA_BLOCK_WORDS; i++)
        block[i] += state[i];
}
