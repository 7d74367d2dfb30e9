/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104, RFC 4231).  Time and memory accesses depend on the sizes alone, not
 * on the bytes.
 */
#ifndef ACRE_SHA256_H
#define ACRE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32u /* bytes of a digest */
#define SHA256_BLOCK 64u

struct sha256 {
    uint32_t state[8];
    uint64_t size; /* bytes taken */
    uint8_t block[SHA256_BLOCK]; /* of which size % SHA256_BLOCK wait */
};

void sha256_init(struct sha256 *sha);
void sha256_add(struct sha256 *sha, const void *bytes, size_t size);

/* The digest of all that was added; sha must be made anew before it is used again. */
void sha256_end(struct sha256 *sha, uint8_t digest[SHA256_SIZE]);

/* HMAC in the same three steps.  A key may have any size; it is not kept, but what is made of it is, until hmac_end. */
struct hmac {
    struct sha256 inner, outer;
};

void hmac_init(struct hmac *hmac, const void *key, size_t size);
void hmac_add(struct hmac *hmac, const void *bytes, size_t size);
void hmac_end(struct hmac *hmac, uint8_t mac[SHA256_SIZE]);

/* Whether two digests are the same, in a time that says nothing of where they differ. */
bool sha256_equal(const uint8_t left[SHA256_SIZE], const uint8_t right[SHA256_SIZE]);

#endif
