/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request is served from blocks of one key: of block 0 the first half is the next key and the second half the first
 * bytes of output, so that small requests cost one block.
 *
 * RDSEED may run dry, RDRAND does only where it is broken (SDM vol. 1, 7.3.17 asks for ten tries); what comes is mixed
 * with the counter and never trusted alone.
 */
#include "random.h"

#include "chacha.h"
#include "runtime/bytes.h"
#include "runtime/range.h"
#include "x86_64/cpu.h"
#include "x86_64/rdrand.h"

#define TRIES 10
#define HALF (CHACHA_BLOCK_WORDS / 2 * 4) /* bytes */

static uint32_t key[CHACHA_KEY_WORDS];
static bool fixed; /* seed=N */

static bool hardware(uint64_t *number)
{
    bool seed = cpu_id(0, 0).eax >= 7 && cpu_id(7, 0).ebx & CPUID_7_EBX_RDSEED;
    bool random = cpu_id(1, 0).ecx & CPUID_1_ECX_RDRAND;

    for (int i = 0; seed && i < TRIES; i++)
        if (cpu_rdseed(number))
            return true;
    for (int i = 0; random && i < TRIES; i++)
        if (cpu_rdrand(number))
            return true;
    return false;
}

/* Mixes a number into the key. */
static void stir(uint64_t number)
{
    uint32_t block[CHACHA_BLOCK_WORDS];

    key[0] ^= (uint32_t)number;
    key[1] ^= (uint32_t)(number >> 32);
    chacha_block(key, 0, block);
    bytes_copy(key, block, sizeof key);
}

void random_init(bool seeded, uint64_t seed)
{
    fixed = seeded;
    if (seeded) {
        stir(seed);
        return;
    }
    for (int i = 0; i < CHACHA_KEY_WORDS / 2; i++) {
        uint64_t number = 0;

        if (!hardware(&number))
            number = 0;
        stir(number);
        stir(cpu_tsc());
    }
}

void random_fill(void *to, uint64_t size)
{
    uint32_t first[CHACHA_BLOCK_WORDS], block[CHACHA_BLOCK_WORDS];
    uint64_t part = range_min(size, HALF), done = part, counter = 1;

    if (!fixed)
        key[0] ^= (uint32_t)cpu_tsc();
    chacha_block(key, 0, first);
    bytes_copy(to, first + CHACHA_KEY_WORDS, part);
    for (; done < size; done += part) {
        part = range_min(size - done, sizeof block);
        chacha_block(key, counter++, block);
        bytes_copy((uint8_t *)to + done, block, part);
    }
    bytes_copy(key, first, sizeof key);
}

uint64_t random_number(void)
{
    uint64_t number;

    random_fill(&number, sizeof number);
    return number;
}
