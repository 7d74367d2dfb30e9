/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FIPS 180-4, sections 5 and 6.2: blocks of 64 bytes, each mixed into eight words by 64 rounds.  The message ends in a
 * bit 1, zeros and its size in bits.  The schedule is kept in 16 words that move on, so a block needs little stack.
 *
 * HMAC (RFC 2104): the digest of (key xor 0x5c...) and the digest of (key xor 0x36...) and the text; a key longer than
 * a block is replaced by its digest.
 */
#include "sha256.h"

#include "bytes.h"

#define SIZE_AT (SHA256_BLOCK - 8) /* in the last block: the message's bits, 8 bytes */

/* The first 32 bits of the fractions of the cube roots of the first 64 primes (4.2.2). */
static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t turn(uint32_t x, unsigned by)
{
    return x >> by | x << (32 - by);
}

static inline uint32_t load_big(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_big(uint8_t *p, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(word >> (24 - 8 * i));
}

/* The schedule's word number i, in the place of word i - 16. */
static uint32_t next_word(uint32_t words[16], unsigned i)
{
    uint32_t w15 = words[(i + 1) & 15], w2 = words[(i + 14) & 15];

    if (i >= 16)
        words[i & 15] += (turn(w15, 7) ^ turn(w15, 18) ^ w15 >> 3) + words[(i + 9) & 15] +
                         (turn(w2, 17) ^ turn(w2, 19) ^ w2 >> 10);
    return words[i & 15];
}

static void mix(uint32_t state[8], const uint8_t block[SHA256_BLOCK])
{
    uint32_t words[16], s[8];

    for (unsigned i = 0; i < 16; i++)
        words[i] = load_big(block + (size_t)4 * i);
    bytes_copy(s, state, sizeof s);
    for (unsigned i = 0; i < 64; i++) {
        uint32_t e = s[4], a = s[0], first, second;

        first = s[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + rounds[i] +
                next_word(words, i);
        second = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        bytes_move(s + 1, s, 7 * sizeof *s);
        s[4] += first;
        s[0] = first + second;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += s[i];
}

void sha256_init(struct sha256 *sha)
{
    /* Of the square roots of the first eight primes (5.3.3). */
    *sha = (struct sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
                                     0x5be0cd19}};
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    while (size) {
        size_t held = sha->size % SHA256_BLOCK, piece = SHA256_BLOCK - held;

        if (piece > size)
            piece = size;
        bytes_copy(sha->block + held, at, piece);
        sha->size += piece;
        at += piece;
        size -= piece;
        if (held + piece == SHA256_BLOCK)
            mix(sha->state, sha->block);
    }
}

void sha256_end(struct sha256 *sha, uint8_t digest[SHA256_SIZE])
{
    uint64_t bits = sha->size * 8;
    uint8_t end[SHA256_BLOCK] = {0x80};
    size_t held = sha->size % SHA256_BLOCK;

    sha256_add(sha, end, held < SIZE_AT ? SIZE_AT - held : SIZE_AT + SHA256_BLOCK - held);
    store_big(end, (uint32_t)(bits >> 32));
    store_big(end + 4, (uint32_t)bits);
    sha256_add(sha, end, 8);
    for (unsigned i = 0; i < 8; i++)
        store_big(digest + (size_t)4 * i, sha->state[i]);
}

/* Starts a digest with the key xor `with`. */
static void start(struct sha256 *sha, const uint8_t key[SHA256_BLOCK], uint8_t with)
{
    uint8_t pad[SHA256_BLOCK];

    for (unsigned i = 0; i < SHA256_BLOCK; i++)
        pad[i] = key[i] ^ with;
    sha256_init(sha);
    sha256_add(sha, pad, sizeof pad);
}

void hmac_init(struct hmac *hmac, const void *key, size_t size)
{
    uint8_t block[SHA256_BLOCK] = {0};

    if (size > SHA256_BLOCK) {
        sha256_init(&hmac->inner);
        sha256_add(&hmac->inner, key, size);
        sha256_end(&hmac->inner, block);
    } else {
        bytes_copy(block, key, size);
    }
    start(&hmac->inner, block, 0x36);
    start(&hmac->outer, block, 0x5c);
}

void hmac_add(struct hmac *hmac, const void *bytes, size_t size)
{
    sha256_add(&hmac->inner, bytes, size);
}

void hmac_end(struct hmac *hmac, uint8_t mac[SHA256_SIZE])
{
    uint8_t digest[SHA256_SIZE];

    sha256_end(&hmac->inner, digest);
    sha256_add(&hmac->outer, digest, sizeof digest);
    sha256_end(&hmac->outer, mac);
    *hmac = (struct hmac){.inner.size = 0};
}

bool sha256_equal(const uint8_t left[SHA256_SIZE], const uint8_t right[SHA256_SIZE])
{
    volatile uint8_t differs = 0; /* so that no compiler leaves early */

    for (unsigned i = 0; i < SHA256_SIZE; i++)
        differs |= left[i] ^ right[i];
    return !differs;
}
