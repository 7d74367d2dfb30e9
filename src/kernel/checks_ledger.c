/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger, after everything else: its sum, each owner counted anew, and what the other checks have left behind. */
#include "backed.h"
#include "boot.h"
#include "census.h"
#include "checks.h"
#include "kheap.h"
#include "meta.h"
#include "virtual.h"

static struct ledger before; /* as it was when the checks began */
static uint64_t pieces_before[OWNER_COUNT]; /* of books */
static uint64_t addresses_before;

/* The heaps of objects may give pages back after the addresses that are kept for speed. */
static void settle(void)
{
    kheap_settle();
    while (backed_settle())
        continue;
}

/* Addresses of pages that are given out, guards included; frames do not tell of them. */
static uint64_t addresses(void)
{
    struct idheap_stats stats;

    idheap_stats(&virtual_page, &stats);
    return stats.used;
}

void checks_ledger_begin(void)
{
    settle();
    before = ledger;
    for (int i = 0; i < OWNER_COUNT; i++)
        pieces_before[i] = meta_pieces(i);
    addresses_before = addresses();
}

static bool ledger_sums(void)
{
    uint64_t total = ledger_total(&ledger);

    figure("usable-frames: %lu", boot.usable_frames);
    figure("usable-frames-above-1m: %lu", boot.usable_frames_above_1m);
    figure("ledger-total: %lu", total);
    return total == boot.usable_frames;
}

static bool ledger_counted(void)
{
    struct ledger counted;
    bool ok = true;

    census_take(&counted);
    for (int i = 0; i < OWNER_COUNT; i++)
        if (counted.frames[i] != ledger.frames[i]) {
            figure("%s: %lu, ledger says %lu", owner_name(i), counted.frames[i], ledger.frames[i]);
            ok = false;
        }
    figure("counted: %lu", ledger_total(&counted));
    return ok;
}

/*
 * The same pieces of books may lie in more pages than before, or in fewer: each stays where there was room when it was
 * made.  Seen of seven pieces, in 3, 4 and 5 pages.  More pieces than before are a leak.
 */
static bool is_spread(int owner)
{
    return meta_pieces(owner) && meta_pieces(owner) <= pieces_before[owner];
}

/* The kernel image, stacks and what waits for a program are as before; books and tables may have shrunk, not grown. */
static bool nothing_leaked(void)
{
    uint64_t frames = 0, spread = 0;

    settle();
    for (int i = OWNER_KERNEL_TEXT; i < OWNER_COUNT; i++)
        if (ledger.frames[i] > before.frames[i]) {
            figure("%s: %lu, before %lu", owner_name(i), ledger.frames[i], before.frames[i]);
            *(is_spread(i) ? &spread : &frames) += ledger.frames[i] - before.frames[i];
        }
    figure("leaked: %lu", frames);
    figure("addresses: %lu, before %lu", addresses(), addresses_before);
    figure("free-before: %lu", before.frames[OWNER_FREE]);
    figure("free-after: %lu", ledger.frames[OWNER_FREE]);
    return frames == 0 && addresses() <= addresses_before &&
           ledger.frames[OWNER_FREE] + spread >= before.frames[OWNER_FREE];
}

static const struct check checks[] = {
    { "ledger: the checks have left nothing behind, to the frame", nothing_leaked },
    { "ledger: sum", ledger_sums },
    { "ledger: every owner, counted anew", ledger_counted },
};

const struct check_list checks_ledger = { checks, sizeof checks / sizeof *checks };
