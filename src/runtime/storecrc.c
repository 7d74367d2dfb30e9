/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four bytes a step ("slicing by 4", Kounavis and Berry, 2005): row i of table k is what a byte i does to the CRC that
 * is k bytes further on.  Each table is linear: a row is the sum (exclusive or) of the rows of i's bits, which are
 * BITS_k, bit 0 first.  The last of BITS_0 is the polynomial (IEEE 802.3, 3.2.9), reflected.
 */
#include "storeframe.h"

#include "bytes.h"

#define BITS_0 0x77073096, 0xee0e612c, 0x076dc419, 0x0edb8832, 0x1db71064, 0x3b6e20c8, 0x76dc4190, 0xedb88320
#define BITS_1 0x191b3141, 0x32366282, 0x646cc504, 0xc8d98a08, 0x4ac21251, 0x958424a2, 0xf0794f05, 0x3b83984b
#define BITS_2 0x01c26a37, 0x0384d46e, 0x0709a8dc, 0x0e1351b8, 0x1c26a370, 0x384d46e0, 0x709a8dc0, 0xe1351b80
#define BITS_3 0xb8bc6765, 0xaa09c88b, 0x8f629757, 0xc5b428ef, 0x5019579f, 0xa032af3e, 0x9b14583d, 0xed59b63b
#define SUM(i, b0, b1, b2, b3, b4, b5, b6, b7) \
    (((i) & 0x01 ? b0 : 0) ^ ((i) & 0x02 ? b1 : 0) ^ ((i) & 0x04 ? b2 : 0) ^ ((i) & 0x08 ? b3 : 0) ^ \
     ((i) & 0x10 ? b4 : 0) ^ ((i) & 0x20 ? b5 : 0) ^ ((i) & 0x40 ? b6 : 0) ^ ((i) & 0x80 ? b7 : 0))
#define ROW(i, ...) SUM(i, __VA_ARGS__)
#define ROWS2(i, ...) ROW(i, __VA_ARGS__), ROW((i) + 1, __VA_ARGS__)
#define ROWS4(i, ...) ROWS2(i, __VA_ARGS__), ROWS2((i) + 2, __VA_ARGS__)
#define ROWS8(i, ...) ROWS4(i, __VA_ARGS__), ROWS4((i) + 4, __VA_ARGS__)
#define ROWS16(i, ...) ROWS8(i, __VA_ARGS__), ROWS8((i) + 8, __VA_ARGS__)
#define ROWS32(i, ...) ROWS16(i, __VA_ARGS__), ROWS16((i) + 16, __VA_ARGS__)
#define ROWS64(i, ...) ROWS32(i, __VA_ARGS__), ROWS32((i) + 32, __VA_ARGS__)
#define ROWS128(i, ...) ROWS64(i, __VA_ARGS__), ROWS64((i) + 64, __VA_ARGS__)
#define ROWS256(...) {ROWS128(0, __VA_ARGS__), ROWS128(128, __VA_ARGS__)}

static const uint32_t tables[4][256] = {ROWS256(BITS_0), ROWS256(BITS_1), ROWS256(BITS_2), ROWS256(BITS_3)};

uint32_t store_crc(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    crc = ~crc;
    for (; size >= 4; size -= 4, at += 4) {
        crc ^= bytes_load32(at);
        crc = tables[3][crc & 0xff] ^ tables[2][crc >> 8 & 0xff] ^ tables[1][crc >> 16 & 0xff] ^ tables[0][crc >> 24];
    }
    for (; size; size--, at++)
        crc = crc >> 8 ^ tables[0][(crc ^ *at) & 0xff];
    return ~crc;
}
