/* SPDX-License-Identifier: Apache-2.0 */
#include "sha256.h"

void sha256_init(struct sha256 *sha)
{
    (void)sha;
}

void sha256_add(struct sha256 *sha, const void *bytes, size_t size)
{
    (void)sha;
    (void)bytes;
    (void)size;
}

void sha256_end(struct sha256 *sha, uint8_t digest[SHA256_SIZE])
{
    (void)sha;
    (void)digest;
}

void hmac_init(struct hmac *hmac, const void *key, size_t size)
{
    (void)hmac;
    (void)key;
    (void)size;
}

void hmac_add(struct hmac *hmac, const void *bytes, size_t size)
{
    (void)hmac;
    (void)bytes;
    (void)size;
}

void hmac_end(struct hmac *hmac, uint8_t mac[SHA256_SIZE])
{
    (void)hmac;
    (void)mac;
}

bool sha256_equal(const uint8_t left[SHA256_SIZE], const uint8_t right[SHA256_SIZE])
{
    (void)left;
    (void)right;
    return false;
}
