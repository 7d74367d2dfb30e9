/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains of symbols with the same low bits of their hash, linked through the symbols' heads.  There are at least as
 * many chains as symbols, a power of two that doubles; they double last, so that a failure leaves all as it was.
 */
#include "symbol.h"

#include "bytes.h"
#include "hash.h"

#define CHAINS_FIRST 64u

static struct symbol_value *chain_next(const struct symbol_value *symbol)
{
    return (struct symbol_value *)symbol->head.link;
}

static struct symbol_value **chain_of(const struct tagged *tagged, uint32_t hash)
{
    return &tagged->symbols[hash & (tagged->symbol_chains - 1)];
}

static void chain_add(struct tagged *tagged, struct symbol_value *symbol)
{
    struct symbol_value **chain = chain_of(tagged, symbol->hash);

    symbol->head.link = symbol_as_value(*chain);
    *chain = symbol;
}

static void delete_chains(struct tagged *tagged, struct symbol_value **chains, uint32_t count)
{
    tagged_delete(tagged, TAG_SYMBOL, chains, (uint64_t)count * sizeof *chains);
}

/* Twice as many chains, with every symbol moved to its new one; false: no memory. */
static bool grow(struct tagged *tagged)
{
    struct symbol_value **old = tagged->symbols, **chains, *symbol, *next;
    uint32_t old_count = tagged->symbol_chains, count = old_count ? 2 * old_count : CHAINS_FIRST;

    chains = tagged_new(tagged, TAG_SYMBOL, 0, (uint64_t)count * sizeof *chains);
    if (!chains)
        return false;
    bytes_fill(chains, 0, count * sizeof *chains);
    tagged->symbols = chains;
    tagged->symbol_chains = count;
    for (uint32_t i = 0; i < old_count; i++) {
        for (symbol = old[i]; symbol; symbol = next) {
            next = chain_next(symbol);
            chain_add(tagged, symbol);
        }
    }
    delete_chains(tagged, old, old_count);
    return true;
}

/* Four bytes a step and to the end: those with the same hash are the same, as good as ever. */
static bool same_bytes(const char *left, const char *right, size_t size)
{
    uint32_t differ = 0;

    for (; size >= 4; size -= 4, left += 4, right += 4)
        differ |= bytes_load32(left) ^ bytes_load32(right);
    while (size--)
        differ |= (uint8_t)(*left++ ^ *right++);
    return !differ;
}

static struct symbol_value *find(const struct tagged *tagged, const char *text, size_t size, uint32_t hash)
{
    struct symbol_value *symbol = tagged->symbol_count ? *chain_of(tagged, hash) : NULL;

    while (symbol && (symbol->hash != hash || symbol->size != size || !same_bytes(symbol->text, text, size)))
        symbol = chain_next(symbol);
    return symbol;
}

struct symbol_value *symbol_intern(struct tagged *tagged, const char *text, size_t size)
{
    uint32_t hash = hash_bytes(text, size);
    struct symbol_value *symbol = find(tagged, text, size, hash);

    if (symbol)
        return symbol;
    symbol = tagged_new(tagged, TAG_SYMBOL, SYMBOL_FIXED, size);
    if (!symbol)
        return NULL;
    if (tagged->symbol_count == tagged->symbol_chains && !grow(tagged)) {
        tagged_delete(tagged, TAG_SYMBOL, symbol, SYMBOL_FIXED + size);
        return NULL;
    }
    symbol->hash = hash;
    symbol->size = (uint32_t)size;
    bytes_copy(symbol->text, text, size);
    symbol->text[size] = '\0';
    chain_add(tagged, symbol);
    tagged->symbol_count++;
    return symbol;
}

struct symbol_value *symbol_from(struct tagged *tagged, const char *text)
{
    return symbol_intern(tagged, text, text_length(text));
}

struct symbol_value *symbol_known(const struct tagged *tagged, const char *text, size_t size)
{
    return find(tagged, text, size, hash_bytes(text, size));
}

void symbol_free_all(struct tagged *tagged)
{
    struct symbol_value *symbol, *next;

    for (uint32_t i = 0; i < tagged->symbol_chains; i++) {
        for (symbol = tagged->symbols[i]; symbol; symbol = next) {
            next = chain_next(symbol);
            tagged_delete(tagged, TAG_SYMBOL, symbol, SYMBOL_FIXED + (uint64_t)symbol->size);
        }
    }
    delete_chains(tagged, tagged->symbols, tagged->symbol_chains);
    tagged->symbols = NULL;
    tagged->symbol_chains = tagged->symbol_count = 0;
}
