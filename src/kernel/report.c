/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "boot.h"
#include "ledger.h"
#include "say.h"
#include "tables.h"
#include "x86_64/protocol.h"

static void report_entries(void)
{
    for (uint32_t i = 0; i < boot.handoff.entry_count; i++) {
        const struct map_entry *e = &boot.entries[i];

        say(PROTO_E820 "0x%lx 0x%lx %u 0x%x\n", e->base, e->length, e->type, e->attributes);
    }
}

/* Regions that touch are one run: they differ only in what became of them. */
static void report_usable(void)
{
    for (uint32_t i = 0; i < boot.table.count;) {
        uint64_t base = boot.table.regions[i].base, limit = boot.table.regions[i].limit;

        while (++i < boot.table.count && boot.table.regions[i].base == limit)
            limit = boot.table.regions[i].limit;
        say(PROTO_USABLE "0x%lx 0x%lx\n", base, limit);
    }
}

static void report_ledger(void)
{
    for (int i = 0; i < OWNER_COUNT; i++)
        say(PROTO_LEDGER "%s %lu\n", owner_name(i), ledger.frames[i]);
    say(PROTO_LEDGER "total %lu\n", ledger_total(&ledger));
}

struct run {
    struct mapping leaf; /* bytes 0: none yet; bytes are the run's */
    uint64_t page; /* bytes of one page in it */
};

/* The name behind the flags; nothing for a leaf that no heap has mapped. */
static const char *leaf_owner(const struct mapping *m)
{
    uint64_t owner = (m->flags & PT_OWNER) >> PT_OWNER_SHIFT;

    if (!owner)
        return "";
    return owner < OWNER_COUNT ? owner_name((enum owner)owner) : "unlisted";
}

static void say_run(const struct run *run)
{
    const struct mapping *m = &run->leaf;
    const char *size = run->page >> 30 ? "1g" : run->page >> 21 ? "2m" : "4k";
    const char *owner = leaf_owner(m);

    if (m->bytes)
        say(PROTO_MAPPING "0x%lx 0x%lx 0x%lx %s r%c%c%s%s%s\n", m->base.v, m->base.v + m->bytes, m->phys.p, size,
            m->flags & PT_WRITE ? 'w' : '-', m->flags & PT_NX ? '-' : 'x', m->flags & PT_USER ? "u" : "",
            *owner ? " " : "", owner);
}

static bool add_leaf(void *context, struct mapping leaf)
{
    struct run *run = context;
    struct mapping *m = &run->leaf;

    if (m->bytes && run->page == leaf.bytes && m->base.v + m->bytes == leaf.base.v &&
        m->phys.p + m->bytes == leaf.phys.p && m->flags == leaf.flags) {
        m->bytes += leaf.bytes;
        return true;
    }
    say_run(run);
    *run = (struct run){ leaf, leaf.bytes };
    return true;
}

static void report_mappings(void)
{
    struct run run = { 0 };

    pagetable_each(&kernel_tables, virt(0), virt(0), add_leaf, &run);
    say_run(&run);
}

void report(void)
{
    report_entries();
    report_usable();
    report_ledger();
    report_mappings();
}
