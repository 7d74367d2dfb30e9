/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger.h"

struct ledger ledger;

#define NAME_ROW(NAME, text) [OWNER_##NAME] = text,
#define NAME_TAG_ROW(name, NAME, number) [OWNER_TAG_##NAME] = "tag-" #name,

const char *owner_name(enum owner owner)
{
    static const char *const names[OWNER_COUNT] = { OWNER_LIST(NAME_ROW) TAG_LIST(NAME_TAG_ROW) };

    return names[owner];
}

uint64_t ledger_total(const struct ledger *l)
{
    uint64_t total = 0;

    for (int i = 0; i < OWNER_COUNT; i++)
        total += l->frames[i];
    return total;
}
