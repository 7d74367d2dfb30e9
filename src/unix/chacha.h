/* SPDX-License-Identifier: Apache-2.0 */
/* ChaCha20's block function (RFC 8439, 2.3), with a nonce of zeros.  Pure. */
#ifndef ACRE_CHACHA_H
#define ACRE_CHACHA_H

#include <stdint.h>

#define CHACHA_KEY_WORDS 8
#define CHACHA_BLOCK_WORDS 16

/* 64 bytes that tell nothing of the key, nor of the blocks of other counters; words of the RFC's byte order. */
void chacha_block(const uint32_t key[CHACHA_KEY_WORDS], uint64_t counter, uint32_t block[CHACHA_BLOCK_WORDS]);

#endif
